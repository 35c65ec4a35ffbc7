/** Entries as they leave the log: one JSON object each, as exported, shown and served. */
import { recordVersion } from '../record.ts';
import type { ReadEvent } from '../record.ts';
import type { StoredEntry } from '../repository.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { parsed } from './terms.ts';
import type { Filter } from './query.ts';

/** The event with its place in the chain: a LogRecord, for what nobody has made unreadable. */
export const exported = (entry: StoredEntry): JsonObject => {
  const { writer, seq, prev, hash, recordHash, latencyMicros } = entry;
  return { ...parsed(entry.event), writer, seq, prev, hash, recordHash, latencyMicros };
};

const longestQuestion = 2_048;

/** The entry that says that somebody read: who, what, under which limits, and how many records went out. */
export function readEvent(
  reader: string,
  action: string,
  question: string,
  count: number,
  time: Date,
  tenants?: readonly string[],
): ReadEvent {
  return {
    apiVersion: recordVersion,
    kind: 'Read',
    time: time.toISOString(),
    reader,
    action,
    ...(tenants === undefined ? {} : { tenants }),
    question: question.length > longestQuestion ? `${question.slice(0, longestQuestion - 3)}...` : question,
    count,
  };
}

/** A filter as it would be written in an address. */
export function questionOf(filter: Filter, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (name === 'scope' || value === undefined) continue;
    if (name === 'from' || name === 'until') parameters.append(name, new Date(Number(value)).toISOString());
    else for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  for (const [name, value] of Object.entries(more)) parameters.append(name, value);
  return parameters.toString();
}
