/** Where `replay` reads past decisions: a store, or an export of one, told apart by what it is. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { linesOf } from '../../decisions/export/lines.ts';
import { questionOf } from '../../decisions/query/answer.ts';
import type { Filter } from '../../decisions/query/query.ts';
import { openArchive } from '../../decisions/stores/openForReading.ts';
import type { ReadTarget } from '../../decisions/stores/openForReading.ts';
import { isObject, objectIn, own, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { addressed, recordReading } from '../audit/log.ts';
import type { Terminal } from '../terminal.ts';

export type RecordSource = ReadTarget | { readonly kind: 'export'; readonly file: string };

/** How every SQLite file begins. */
const sqliteMagic = 'SQLite format 3\0';

/** Finds out what was named, without reading it. Codes: `replay.noLog`. */
export function sourceOf(log: string, tenantLabel: string): Read<RecordSource> {
  const database = addressed(log, tenantLabel, 'replay.noLog');
  if (database !== undefined) return database;
  const missing = (message: string): Read<RecordSource> =>
    unsound([{ code: 'replay.noLog', file: log, message }]);
  if (!existsSync(log)) return missing('there is no such file; name a store, or an export of one');
  if (!statSync(log).isFile()) return missing('is no file; name a store, or an export of one');
  const head = Buffer.alloc(sqliteMagic.length);
  const descriptor = openSync(log, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return sound(
    head.toString('latin1') === sqliteMagic
      ? { kind: 'sqlite', file: log, tenantLabel }
      : { kind: 'export', file: log },
  );
}

/** One entry of the log; `event` is undefined for what is none. `done` of `total` is how far the reading is. */
export interface ReadRecord {
  readonly event: JsonObject | undefined;
  readonly done: number;
  readonly total: number;
}

/** Every entry. Throws where the store cannot be read. */
export async function* recordsOf(source: RecordSource): AsyncGenerator<ReadRecord> {
  if (source.kind === 'export') yield* exportedIn(source.file);
  else {
    const archive = await openArchive(source);
    try {
      const total = await archive.count();
      let done = 0;
      for await (const { event } of archive.entries({})) {
        done += 1;
        yield { event: objectIn(event), done, total };
      }
    } finally {
      await archive.close();
    }
  }
}

/** An export has a record a line; a bundle has it as `record`, between lines of its own. */
async function* exportedIn(file: string): AsyncGenerator<ReadRecord> {
  const total = statSync(file).size;
  let done = 0;
  for await (const line of linesOf(file)) {
    done += line.length + 1;
    if (line.trim() === '') continue;
    const value = objectIn(line);
    if (value !== undefined && isFrame(value)) continue;
    const record = value === undefined ? undefined : own(value, 'record');
    const event = isObject(record) ? record : value;
    yield { event: stringAt(event, 'apiVersion') === undefined ? undefined : event, done, total };
  }
}

const isFrame = (value: JsonObject): boolean =>
  ['type', 'checkpoint', 'seal'].some((name) => Object.hasOwn(value, name)) && !Object.hasOwn(value, 'kind');

/** Reading a store is itself recorded in it; whoever has an export has it. */
export async function recordReplay(
  source: RecordSource,
  { from, until }: Filter,
  count: number,
  terminal: Terminal,
): Promise<void> {
  if (source.kind === 'export') return;
  const period = {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
  await recordReading(
    { target: source },
    { action: 'replay', question: questionOf(period), count },
    terminal,
  );
}
