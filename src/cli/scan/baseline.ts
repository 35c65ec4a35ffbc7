/** The baseline file of a scan: read before, written on demand. */
import { rename, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { baselineOf, readBaseline } from '../../admission/scanning/baseline.ts';
import type { Baseline } from '../../admission/scanning/baseline.ts';
import type { Finding } from '../../admission/scanning/finding.ts';
import type { Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { readPaths } from '../../config/paths.ts';
import { counted } from '../counted.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

/** Reads the file; one that is about to be written may be missing or anything. */
export async function loadBaseline(
  file: string | undefined,
  toBeWritten: boolean,
): Promise<Read<Baseline | undefined>> {
  if (file === undefined || toBeWritten) return sound(undefined);
  const documents = await readPaths([file], { stdin: () => Readable.from([]) });
  if (!documents.ok) return documents;
  const [document, ...more] = documents.value;
  if (document === undefined || more.length > 0) {
    const message = 'a baseline is one document; write it anew with --write-baseline';
    return unsound([{ code: 'scan.baseline', file, message }]);
  }
  return readBaseline(document);
}

/** Writes all findings as known, whole or not at all. */
export async function saveBaseline(
  file: string,
  findings: readonly Finding[],
  terminal: Terminal,
): Promise<ExitCode> {
  const baseline = baselineOf(findings);
  const beside = `${file}.new`;
  try {
    await writeFile(beside, `${JSON.stringify(baseline, null, 2)}\n`);
    await rename(beside, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    terminal.stderr.write(`error: ${file} cannot be written (${code})\n`);
    return 2;
  }
  terminal.stderr.write(
    `${counted(baseline.findings.length, 'finding is', 'findings are')} known in ${file} from now on\n`,
  );
  return 0;
}
