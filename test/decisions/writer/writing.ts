/** A writer on a real directory and a real SQLite file, without its thread. */
import { join } from 'node:path';
import { loadOrMakeKey } from '../../../src/decisions/integrity/keys.ts';
import type { Checkpoint, Journal } from '../../../src/decisions/repository.ts';
import { claimNew, claimOrphans } from '../../../src/decisions/spool/claim.ts';
import { defaultLimits, Spool } from '../../../src/decisions/spool/spool.ts';
import type { SpoolLimits } from '../../../src/decisions/spool/spool.ts';
import { stateFiles } from '../../../src/decisions/stateFiles.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { Writer } from '../../../src/decisions/writer/writer.ts';
import { writerName } from '../../../src/decisions/writerName.ts';

export interface Writing {
  readonly writer: Writer;
  readonly spool: Spool;
  readonly name: string;
  /** Numbers of items that became safe, one entry a message. */
  readonly safe: number[];
  readonly checkpoints: Checkpoint[];
}

export interface WritingOptions {
  readonly open?: () => Promise<Journal>;
  readonly limits?: SpoolLimits;
  readonly now?: () => number;
  readonly safe?: (count: number) => void;
  readonly changed?: () => void;
  readonly retentionMillis?: number;
  readonly spoolDirectory?: string;
}

let starts = 0;

export const databaseIn = (directory: string): string => stateFiles(directory).database;

export function startWriter(directory: string, options: WritingOptions = {}): Writing {
  const files = stateFiles(directory);
  const spoolDirectory = options.spoolDirectory ?? files.spoolDirectory;
  starts += 1;
  const name = writerName('replica', new Date(), `${process.pid}-${starts}`);
  const orphans = claimOrphans(spoolDirectory);
  const own = claimNew(spoolDirectory, name.replaceAll('/', '_'));
  const spool = new Spool(own, orphans, options.limits ?? defaultLimits);
  const safe: number[] = [];
  const checkpoints: Checkpoint[] = [];
  const writer = new Writer({
    writer: name,
    key: loadOrMakeKey(files.keyFile),
    open: options.open ?? (() => Promise.resolve().then(() => openSqliteJournal(files.database))),
    spool,
    retentionMillis: options.retentionMillis ?? 90 * 86_400_000,
    now: options.now ?? Date.now,
    later: (millis, callback) => {
      const timer = setTimeout(callback, millis);
      return () => {
        clearTimeout(timer);
      };
    },
    safe: (count) => {
      safe.push(count);
      options.safe?.(count);
    },
    corrupt: () => undefined,
    changed: options.changed ?? (() => undefined),
    checkpoint: (checkpoint) => {
      checkpoints.push(checkpoint);
    },
  });
  writer.run();
  return { writer, spool, name, safe, checkpoints };
}

/** Where the public key of a state directory is. */
export const publicKeyIn = (directory: string): string => join(directory, 'decisions', 'checkpoints.key.pub');
