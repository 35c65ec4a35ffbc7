/** `bulkhead audit verify`: whether the log is as its writers left it; needs nothing but the log, or a bundle of it, and the public keys. */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Option } from '@commander-js/extra-typings';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { entriesIn, readFrame } from '../../decisions/export/bundle.ts';
import { linesOf } from '../../decisions/export/lines.ts';
import type { Verification } from '../../decisions/integrity/finding.ts';
import { measuresOf, verificationHelp, verificationMeasures } from '../../decisions/integrity/measures.ts';
import { verify } from '../../decisions/integrity/verify.ts';
import { stateFiles } from '../../decisions/stateFiles.ts';
import { openArchive } from '../../decisions/stores/openForReading.ts';
import { findLog, storeIssue, withLog } from './log.ts';
import type { LogOptions } from './log.ts';
import { several } from '../command.ts';
import type { Definition } from '../command.ts';
import { counted } from '../counted.ts';
import { tellIssues } from '../diagnostics.ts';
import { paletteFor } from '../palette.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export const defineVerify: Definition = (command, { terminal, run }) =>
  withLog(command)
    .argument('[bundle]', 'a bundle to verify instead of the log itself')
    .option(
      '--key <file>',
      'a public key (PEM) that checkpoints may carry; may be repeated (default: that of the state directory)',
      several,
    )
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json', 'prometheus'] as const)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Exit code: 0 nothing was changed, 1 something was, 2 it could not be read. The first line that tells a finding names the first bad record.

Examples:
  bulkhead audit verify
  bulkhead audit verify -o prometheus > /var/lib/node_exporter/bulkhead.prom
  bulkhead audit verify log.bundle --key checkpoints.key.pub`,
    )
    .action((bundle, options) => run(() => check(bundle, options, terminal)));

interface VerifyOptions extends LogOptions {
  readonly key?: readonly string[] | undefined;
  readonly output: 'text' | 'json' | 'prometheus';
}

/** A verification, and what is wrong with the frame of a bundle. */
interface Result {
  readonly verification: Verification;
  readonly faults: readonly string[];
}

async function check(
  bundle: string | undefined,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const keys = readKeys(options.key ?? [`${stateFiles(options.state).keyFile}.pub`]);
  const result = !keys.ok
    ? keys
    : bundle === undefined
      ? await checkStore(options, keys.value, terminal)
      : await checkBundle(bundle, keys.value);
  if (!result.ok) {
    tellIssues(result.issues, terminal);
    return 2;
  }
  const { verification, faults } = result.value;
  const ok = verification.ok && faults.length === 0;
  if (options.output === 'json')
    terminal.stdout.write(`${JSON.stringify({ ...verification, ok, faults }, null, 2)}\n`);
  else if (options.output === 'prometheus') terminal.stdout.write(measured(verification, ok, new Date()));
  else terminal.stdout.write(told(result.value, ok, terminal));
  return ok ? 0 : 1;
}

async function checkStore(
  options: VerifyOptions,
  keys: readonly KeyObject[],
  terminal: Terminal,
): Promise<Read<Result>> {
  const log = await findLog(options, terminal);
  if (!log.ok) return log;
  try {
    const archive = await openArchive(log.value.target);
    try {
      const evidence = {
        entries: archive.entries({}),
        checkpoints: archive.checkpoints(),
        later: () => archive.checkpoints(),
      };
      return sound({ verification: await verify(evidence, { keys }), faults: [] });
    } finally {
      await archive.close();
    }
  } catch (error) {
    return unsound([storeIssue(log.value.target, error)]);
  }
}

async function checkBundle(file: string, keys: readonly KeyObject[]): Promise<Read<Result>> {
  if (!existsSync(file)) return unsound([{ code: 'audit.noBundle', file, message: 'there is no such file' }]);
  try {
    const { checkpoints, faults } = await readFrame(linesOf(file), keys);
    return sound({
      verification: await verify({ entries: entriesIn(linesOf(file)), checkpoints }, { keys }),
      faults,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return unsound([{ code: 'audit.bundle', file, message: `cannot be read: ${reason}` }]);
  }
}

function readKeys(files: readonly string[]): Read<readonly KeyObject[]> {
  const issues: Issue[] = [];
  const keys = files.flatMap((file) => {
    try {
      return [createPublicKey(readFileSync(file, 'utf8'))];
    } catch {
      const message =
        'is no public key in PEM; name the file that stands beside the key of the log as checkpoints.key.pub';
      issues.push({ code: 'audit.key', file, message });
      return [];
    }
  });
  return issues.length > 0 ? unsound(issues) : sound(keys);
}

/** For the text file collector of Prometheus' node exporter: a job that verifies writes it where that looks. */
export function measured({ records }: Pick<Verification, 'records'>, ok: boolean, at: Date): string {
  const measures = measuresOf(ok, records, at);
  return verificationMeasures
    .map(
      (name) => `# HELP ${name} ${verificationHelp[name]}\n# TYPE ${name} gauge\n${name} ${measures[name]}\n`,
    )
    .join('');
}

function told({ verification, faults }: Result, ok: boolean, terminal: Terminal): string {
  const { green, red } = paletteFor(terminal.stdout, terminal);
  const { records, checkpoints, chains, findings, gaps } = verification;
  const lost = Object.entries(gaps).map(([reason, count]) => `${count} (${reason})`);
  const signed = chains.reduce(
    (sum, { firstSeq, signedThrough }) => sum + Math.max(0, signedThrough - firstSeq + 1),
    0,
  );
  return [
    `${ok ? green('intact') : red('changed')}: ${counted(records, 'record')} in ${counted(chains.length, 'chain')}, ${signed} of them under ${counted(checkpoints, 'checkpoint')}`,
    ...findings.map(({ code, writer, seq, message }) => `${red(code)} ${writer} #${seq}: ${message}`),
    ...faults.map((fault) => `${red('bundle')} ${fault}`),
    ...(lost.length === 0 ? [] : [`decisions without a record, as the log itself says: ${lost.join(', ')}`]),
    '',
  ].join('\n');
}
