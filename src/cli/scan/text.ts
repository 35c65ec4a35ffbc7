/** A scan's result for people: tenant by tenant, object by object, then the sum. */
import { sourceOf } from '../../admission/message.ts';
import { titleOf } from '../../admission/scanning/baseline.ts';
import { fieldPath, plain } from '../../boundary/describe.ts';
import type { Violation } from '../../k8s/violation.ts';
import { counted } from '../counted.ts';
import { paletteFor } from '../palette.ts';
import { newOf } from './result.ts';
import type { PlacedFinding, ScanReport } from './result.ts';
import type { Terminal } from '../terminal.ts';

/** Known findings are counted, not told. */
export function printScanText(report: ScanReport, terminal: Terminal): void {
  const { bold, red, yellow, dim } = paletteFor(terminal.stdout, terminal);
  const paint = { Deny: red, Warn: yellow, Audit: dim };
  const write = (text: string): void => terminal.stdout.write(text);
  let tenant: string | undefined | null = null;
  let object = '';
  for (const finding of report.findings) {
    if (report.comparison.isKnown(finding)) continue;
    if (finding.tenant !== tenant) {
      tenant = finding.tenant;
      object = '';
      write(`${bold(tenant === undefined ? 'without a tenant' : `tenant ${plain(tenant, 63)}`)}\n`);
    }
    const title = plain(titleOf(finding.resource), 320);
    if (title !== object) {
      object = title;
      const { file, line } = finding.place ?? {};
      write(`  ${title}${file === undefined ? '' : ` ${dim(`${file}:${line ?? 1}`)}`}\n`);
    }
    const { action, code, rule } = finding.violation;
    const by = rule === '' ? '' : ` ${dim(`by ${sourceOf(finding.violation)}`)}`;
    write(`    ${paint[action](words[action])} ${code}${by}\n`);
    for (const line of sentences(finding.violation)) write(`      ${line}\n`);
  }
  write(`${sumOf(report)}\n`);
}

const words: Readonly<Record<Violation['action'], string>> = {
  Deny: 'denied ',
  Warn: 'warning',
  Audit: 'audit  ',
};

/** A message of a Boundary starts with its field already, and tells the limit after a semicolon; below that of a guardrail stands what to do. */
function sentences({ message, field, witness, policy }: Violation): readonly string[] {
  if (witness !== undefined) {
    const split = message.indexOf('; ');
    return split < 0 ? [message] : [message.slice(0, split), `  ${message.slice(split + 2)}`];
  }
  const path = plain(fieldPath(field), 300);
  const finding = plain(path === '' || message.startsWith(path) ? message : `${path}: ${message}`, 1000);
  return policy?.remediation === undefined ? [finding] : [finding, `  ${plain(policy.remediation, 1000)}`];
}

function sumOf(report: ScanReport): string {
  const { comparison, findings, objects, tenants, boundaries, issues } = report;
  const denied = newOf(report, 'Deny');
  const known = findings.filter(comparison.isKnown).length;
  const others = (['Warn', 'Audit'] as const).map((action) => newOf(report, action).length);
  const namespaces = [...tenants.values()].reduce((sum, count) => sum + count, 0);
  return [
    `${denied.length} denied${inTenants(denied)}`,
    counted(others[0] ?? 0, 'warning'),
    `${others[1] ?? 0} audited`,
    ...(known > 0 || comparison.gone > 0 ? [`${known} known, ${comparison.gone} of the baseline gone`] : []),
    `${counted(objects, 'object')} in ${counted(namespaces, 'namespace')}${issues.length === 0 ? '' : ', incomplete'}`,
    `boundaries in force: ${boundaries.join(', ') || 'none'}`,
  ].join('; ');
}

function inTenants(denied: readonly PlacedFinding[]): string {
  const tenants = new Set(denied.flatMap(({ tenant }) => tenant ?? []));
  return tenants.size === 0 ? '' : ` in ${counted(tenants.size, 'tenant')}`;
}
