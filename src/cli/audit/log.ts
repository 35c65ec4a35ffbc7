/** Which decision log an `audit` command is about, how it is opened, and how reading it is itself recorded. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { Command } from '@commander-js/extra-typings';
import type { Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { checkpointKey } from '../../decisions/integrity/checkpoint.ts';
import type { CheckpointKey } from '../../decisions/integrity/checkpoint.ts';
import { readEvent } from '../../decisions/query/answer.ts';
import { recordVersion } from '../../decisions/record.ts';
import type { LogEvent, ReadEvent } from '../../decisions/record.ts';
import type { DecisionReader } from '../../decisions/query/query.ts';
import { stateFiles } from '../../decisions/stateFiles.ts';
import { openJournal } from '../../decisions/stores/openJournal.ts';
import { openReader } from '../../decisions/stores/openForReading.ts';
import type { ReadTarget } from '../../decisions/stores/openForReading.ts';
import { itemOf, Session } from '../../decisions/writer/session.ts';
import { replicaName, writerName } from '../../decisions/writerName.ts';
import { tellIssues, tellWarning } from '../diagnostics.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface LogOptions {
  readonly config?: string | undefined;
  readonly state: string;
  readonly log?: string | undefined;
}

/** Adds the options that say which log. */
export const withLog = <A extends unknown[], O extends Record<string, unknown>>(command: Command<A, O>) =>
  command
    .option(
      '--log <file|url>',
      'the log: a SQLite file or a postgres:// address (default: the configured one)',
    )
    .option('--config <file>', 'the configuration whose decisionLog is read')
    .option('--state <directory>', 'the state directory of bulkhead serve', '.bulkhead');

/** A log that was found: where it is, and the configuration around it. */
export interface FoundLog {
  readonly target: ReadTarget;
  readonly config: Config;
}

/** Finds the log without opening it. Codes: those of the configuration, `audit.noStore`, `audit.noLog`. */
export async function findLog(options: LogOptions, terminal: Terminal): Promise<Read<FoundLog>> {
  const loaded = await loadConfig({
    path: options.config,
    environment: terminal.environment,
    stdin: terminal.stdin,
  });
  if (!loaded.ok) return loaded;
  const { config } = loaded.value;
  const { store, path, url } = config.decisionLog;
  const { tenantLabel } = config.tenancy;
  const named = options.log ?? (store === 'postgres' ? url : path) ?? stateFiles(options.state).database;
  if (options.log === undefined && store === 'none')
    return unsound([
      {
        code: 'audit.noStore',
        message: 'the configuration keeps no decisions (decisionLog.store: none); name a log with --log',
      },
    ]);
  const database = addressed(named, tenantLabel, 'audit.noLog');
  if (database !== undefined) return database.ok ? sound({ config, target: database.value }) : database;
  if (!existsSync(named))
    return unsound([
      {
        code: 'audit.noLog',
        file: named,
        message:
          'there is no decision log; name one with --log, or the state directory of bulkhead serve with --state',
      },
    ]);
  return sound({ config, target: { kind: 'sqlite', file: named, tenantLabel } });
}

/** The database that is named by its address; undefined for the name of a file. An address may hold a password: of a wrong one nothing is told. */
export function addressed(named: string, tenantLabel: string, code: string): Read<ReadTarget> | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(named) ?? [];
  if (scheme === undefined) return undefined;
  if (scheme === 'postgres' || scheme === 'postgresql')
    return sound({ kind: 'postgres', url: named, tenantLabel });
  const message = 'the log is named by an address that is no database of ours; let it begin with postgres://';
  return unsound([{ code, message }]);
}

/** Opens the log, lets `use` ask, and closes it. What goes wrong with the store is told, with exit code 2. */
export async function withReader(
  { target }: FoundLog,
  terminal: Terminal,
  use: (reader: DecisionReader) => Promise<ExitCode>,
): Promise<ExitCode> {
  let told = 0;
  let reader: DecisionReader | undefined;
  try {
    reader = await openReader(target, (through) => {
      if (told === 0) terminal.stderr.write('reading what the index does not know yet; this happens once\n');
      told += 1;
      if (terminal.stderr.isTerminal) terminal.stderr.write(`\r${through.toLocaleString('en')} entries`);
    });
    return await use(reader);
  } catch (error) {
    tellIssues([storeIssue(target, error)], terminal);
    return 2;
  } finally {
    if (told > 0 && terminal.stderr.isTerminal) terminal.stderr.write('\n');
    await reader?.close().catch(() => undefined);
  }
}

/** What a store says when it fails; the address of a database may hold a password and is not told. */
export function storeIssue(target: ReadTarget, error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'audit.store',
    ...(target.kind === 'sqlite' ? { file: target.file } : {}),
    message: `the decision log cannot be read: ${message}`,
  };
}

/** What somebody read. */
export interface Reading {
  readonly action: string;
  readonly question: string;
  readonly count: number;
}

/** A chain of its own that says who read the log. */
export interface ReadingChain {
  /** False where the log cannot be written. */
  readonly record: (event: ReadEvent) => Promise<boolean>;
  /** Why the last one could not be written. */
  readonly trouble: () => string | undefined;
  /** Ends the chain. */
  readonly close: () => Promise<void>;
}

/**
 * Nothing is written before the first reading. One reading is written after the other. A chain that may last longer than a minute needs the key of the log, for
 * then it has checkpoints.
 */
export function readingChain(
  target: ReadTarget,
  key: CheckpointKey = checkpointKey(generateKeyPairSync('ed25519').privateKey),
): ReadingChain {
  const chance = randomBytes(4).toString('hex');
  const session = new Session({
    writer: writerName(replicaName(`audit-${hostname()}-${chance}`), new Date(), chance.slice(0, 4)),
    key,
    open: () => openJournal(target),
    now: Date.now,
    checkpoint: () => undefined,
  });
  let trouble: string | undefined;
  let begun = false;
  let turn: Promise<unknown> = Promise.resolve();
  const write = (event: LogEvent): Promise<boolean> => {
    const written = turn.then(async () => {
      try {
        await session.append([itemOf(event)]);
        begun = true;
        return true;
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        return false;
      }
    });
    turn = written;
    return written;
  };
  return {
    record: write,
    trouble: () => trouble,
    close: async () => {
      if (begun) await write({ apiVersion: recordVersion, kind: 'Stop', time: new Date().toISOString() });
      await session.close();
    },
  };
}

/**
 * Writes into the log that it was read. Where it cannot be written (a copy on a read-only disk, a role that may only read) that is told and the reading goes on:
 * whoever has the file has it.
 */
export async function recordReading(
  { target }: Pick<FoundLog, 'target'>,
  { action, question, count }: Reading,
  terminal: Terminal,
): Promise<void> {
  const chain = readingChain(target);
  const reader = `cli:${userInfo().username}@${hostname()}`;
  if (!(await chain.record(readEvent(reader, action, question, count, new Date()))))
    tellWarning(`this reading could not be recorded in the log: ${chain.trouble() ?? 'unknown'}`, terminal);
  await chain.close();
}
