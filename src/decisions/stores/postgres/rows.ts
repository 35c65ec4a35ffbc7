/** Entries and checkpoints as rows of the tables, and back. */
import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import type { Facet } from '../../query/query.ts';
import { termsOf } from '../../query/terms.ts';
import type { Terms } from '../../query/terms.ts';
import { parsed } from '../../query/terms.ts';
import { stringAt } from '../../../k8s/json.ts';
import type { Checkpoint, StoredEntry, StoredRecord } from '../../repository.ts';
import { replicaOf } from '../../writerName.ts';
import type { CheckpointsTable, EntriesTable } from './tables.ts';

/** A text as PostgreSQL can hold it: it knows no NUL, which users may write before the API server looks at what they write, and one would refuse the whole batch. */
export const storable = (text: string): string => text.replaceAll('\0', '\ufffd');

/** The terms of a record as lexemes: `facet:value` and `w:word`, like those of the segments beside a SQLite store. */
export const lexemesOf = ({ values, words }: Terms): readonly string[] => [
  ...values.map(([facet, value]) => `${facet}:${storable(value)}`),
  ...[...words].map((word) => `w:${storable(word)}`),
];

export function rowOfEntry(entry: StoredEntry, tenantLabel: string) {
  const terms = termsOf(entry.event, tenantLabel);
  const event = parsed(entry.event);
  const valuesOf = (wanted: Facet): string[] =>
    terms.values.filter(([facet]) => facet === wanted).map(([, value]) => storable(value));
  const [decision = null, tenant = null, username = null] = (['decision', 'tenant', 'user'] as const).map(
    (facet) => valuesOf(facet)[0],
  );
  return {
    time: new Date(terms.time),
    writer: entry.writer,
    seq: entry.seq,
    kind: valuesOf('entry')[0] ?? '',
    decision_id: stringAt(event, 'decisionId') ?? null,
    retry_of: stringAt(event, 'retryOf') ?? null,
    event: entry.event,
    record_hash: entry.recordHash,
    latency_micros: entry.latencyMicros,
    prev: entry.prev,
    hash: entry.hash,
    decision: decision ?? null,
    tenant: tenant ?? null,
    username: username ?? null,
    rules: valuesOf('rule'),
    terms: sql<string>`array_to_tsvector(${lexemesOf(terms)}::text[])`,
  } satisfies Record<keyof Omit<Insertable<EntriesTable>, 'position'>, unknown>;
}

/** What an answer is made of. */
export const entryColumns = [
  'position',
  'writer',
  'seq',
  'event',
  'record_hash',
  'latency_micros',
  'prev',
  'hash',
] as const;

type EntryRow = Pick<Selectable<EntriesTable>, (typeof entryColumns)[number]>;

export const recordOfRow = (row: EntryRow): StoredRecord => ({
  ...entryOfRow(row),
  position: Number(row.position),
});

export const entryOfRow = (row: Omit<EntryRow, 'position'>): StoredEntry => ({
  writer: row.writer,
  seq: Number(row.seq),
  event: row.event,
  recordHash: row.record_hash,
  latencyMicros: row.latency_micros,
  prev: row.prev,
  hash: row.hash,
});

export const rowOfCheckpoint = (checkpoint: Checkpoint): Insertable<CheckpointsTable> => ({
  key_id: checkpoint.keyId,
  number: checkpoint.number,
  writer: checkpoint.writer,
  replica: replicaOf(checkpoint.writer),
  from_seq: checkpoint.fromSeq,
  to_seq: checkpoint.toSeq,
  first_prev: checkpoint.firstPrev,
  last_hash: checkpoint.lastHash,
  root: checkpoint.root,
  time: checkpoint.time,
  previous: checkpoint.previous,
  signature: checkpoint.signature,
  sealed: new Date(checkpoint.time),
});

export const checkpointOfRow = (row: Selectable<CheckpointsTable>): Checkpoint => ({
  writer: row.writer,
  number: Number(row.number),
  fromSeq: Number(row.from_seq),
  toSeq: Number(row.to_seq),
  firstPrev: row.first_prev,
  lastHash: row.last_hash,
  root: row.root,
  time: row.time,
  previous: row.previous,
  keyId: row.key_id,
  signature: row.signature,
});
