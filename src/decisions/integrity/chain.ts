/** The chain of one writer: each entry's hash covers the entry and the hash before it. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../canonicalJson.ts';
import type { Sealed } from '../event/seal.ts';
import type { LogRecord, Position } from '../record.ts';
import type { StoredEntry } from '../repository.ts';

/** What stands before the first entry of a replica's first chain. Later chains begin with the last hash of the replica's chain before. */
export const nothing = '0'.repeat(64);

/**
 * The text that is chained: the canonical JSON of `{event, latencyMicros, recordHash, seq, writer}`. The event stands in it byte for byte, so neither writing
 * nor verifying has to write JSON again.
 */
export function chainedText(entry: Omit<StoredEntry, 'prev' | 'hash'>): string {
  const { event, latencyMicros, recordHash, seq, writer } = entry;
  return `{"event":${event},"latencyMicros":${latencyMicros},"recordHash":"${recordHash}","seq":${seq},"writer":${JSON.stringify(writer)}}`;
}

/** SHA-256 of `prev` in hex, followed by the chained text. */
export const linkHash = (prev: string, entry: Omit<StoredEntry, 'prev' | 'hash'>): string =>
  hash('sha256', prev + chainedText(entry));

/** The entry that follows `before` in a chain. */
export function linked(
  before: Pick<Position, 'writer' | 'seq' | 'hash'>,
  { event, recordHash }: Sealed,
  latencyMicros: number,
): StoredEntry {
  const unlinked = { writer: before.writer, seq: before.seq + 1, event, recordHash, latencyMicros };
  return { ...unlinked, prev: before.hash, hash: linkHash(before.hash, unlinked) };
}

/** The entry behind an exported record: what is no part of the event is taken out of it, and the rest is written canonically. */
export function entryOf(record: LogRecord): StoredEntry {
  const { writer, seq, prev, hash: own, recordHash, latencyMicros, ...event } = record;
  return { writer, seq, prev, hash: own, recordHash, latencyMicros, event: canonicalJson(event) };
}
