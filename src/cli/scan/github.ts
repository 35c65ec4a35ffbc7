/** A scan's result as workflow commands of GitHub Actions, which annotate the files of a pull request. */
import { titleOf } from '../../admission/scanning/baseline.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { PlacedFinding, ScanReport } from './result.ts';
import type { Terminal } from '../terminal.ts';

/** One command for each new finding. */
export function printGithub({ findings, comparison }: ScanReport, terminal: Terminal): void {
  for (const finding of findings) {
    if (!comparison.isKnown(finding)) terminal.stdout.write(`${commandOf(finding)}\n`);
  }
}

const levels: Readonly<Record<Violation['action'], string>> = {
  Deny: 'error',
  Warn: 'warning',
  Audit: 'notice',
};

function commandOf({ violation, resource, place }: PlacedFinding): string {
  const title = `${violation.code} in ${titleOf(resource)}`;
  const { file, line, column } = place ?? {};
  const properties = Object.entries({ file, line, col: column, title }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escaped(String(value), /[%\r\n:,]/g)}`],
  );
  return `::${levels[violation.action]} ${properties.join(',')}::${escaped(violation.message, /[%\r\n]/g)}`;
}

/** As actions/toolkit escapes data and properties: the character as a percent-encoded byte. */
const escaped = (text: string, characters: RegExp): string =>
  text.replace(characters, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
