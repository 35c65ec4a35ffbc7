/** Rows of the SQLite store, read without trusting them: the file may have been changed by anybody. */
import type { SQLOutputValue } from 'node:sqlite';
import type { Checkpoint, StoredRecord } from '../../repository.ts';

export type Row = { readonly [column: string]: SQLOutputValue };

const text = (row: Row, column: string): string => {
  const value = row[column];
  return typeof value === 'string' ? value : '';
};

const number = (row: Row, column: string): number => {
  const value = row[column];
  return typeof value === 'number' ? value : 0;
};

const hex = (column: string): string => `lower(hex(${column})) AS ${column}`;

/** The columns of an entry, with its writer's name. SQLite writes hashes in hex: a buffer for each of them took a fifth of a verification. */
export const entryColumns = `position, name AS writer, seq, event, ${hex('record_hash')}, latency_micros, ${hex('prev')}, ${hex('hash')}`;

export const entryOfRow = (row: Row): StoredRecord => ({
  position: number(row, 'position'),
  writer: text(row, 'writer'),
  seq: number(row, 'seq'),
  event: text(row, 'event'),
  recordHash: text(row, 'record_hash'),
  latencyMicros: number(row, 'latency_micros'),
  prev: text(row, 'prev'),
  hash: text(row, 'hash'),
});

export const checkpointOfRow = (row: Row): Checkpoint => ({
  writer: text(row, 'writer'),
  number: number(row, 'number'),
  fromSeq: number(row, 'from_seq'),
  toSeq: number(row, 'to_seq'),
  firstPrev: text(row, 'first_prev'),
  lastHash: text(row, 'last_hash'),
  root: text(row, 'root'),
  time: text(row, 'time'),
  previous: text(row, 'previous'),
  keyId: text(row, 'key_id'),
  signature: text(row, 'signature'),
});
