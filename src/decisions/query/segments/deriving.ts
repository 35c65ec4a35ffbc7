/** Brings the derived file up to what the store holds: reads entries that are new, forgets what retention dropped. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { termsOf } from '../terms.ts';
import { addRow, addWritten, noRows, segmentRows, writeRows } from './rowSet.ts';
import type { RowSet } from './rowSet.ts';

/** A term in the derived file: a value of a facet, or a word. */
export const valueTerm = (facet: string, value: string): string => `${facet}:${value}`;
export const wordTerm = (word: string): string => `w:${word}`;

/** Where a derived file is kept up to date from. */
export interface Deriving {
  /**
   * Reads at most one segment's worth of new entries, in one transaction; tells whether that was all.
   * @throws the database's error where store or file fail.
   */
  step(): boolean;
}

/** `store` is only read. Several processes may derive into one file: each step holds its lock. */
export function deriving(store: DatabaseSync, derived: DatabaseSync, tenantLabel: string): Deriving {
  const bounds = store.prepare(
    'SELECT (SELECT min(position) FROM entries) AS first, (SELECT max(position) FROM entries) AS last',
  );
  const hashAt = store.prepare('SELECT hex(record_hash) AS hash FROM entries WHERE position = ?');
  const fresh = store.prepare(
    'SELECT position, event, hex(record_hash) AS hash FROM entries WHERE position > ? AND position < ? ORDER BY position',
  );
  const target = targetIn(derived);
  return {
    step: () => {
      const { first, last } = numbersIn(bounds.get());
      const seen = target.progress();
      // The common case, without a lock: nothing has happened.
      if (last === seen.through && first === seen.first && isSame(hashAt, seen)) return true;
      derived.exec('BEGIN IMMEDIATE');
      try {
        const done = advance();
        derived.exec('COMMIT');
        return done;
      } catch (error) {
        derived.exec('ROLLBACK');
        throw error;
      }
    },
  };

  function advance(): boolean {
    // Asked again under the lock: another process may have been faster, and the store grown.
    const { first, last } = numbersIn(bounds.get());
    let progress = target.progress();
    // Another store stands where one was, or positions began anew: nothing of what was derived holds.
    if (progress.through > last || !isSame(hashAt, progress)) {
      target.empty();
      progress = { through: 0, first, hash: '' };
    }
    if (first !== progress.first) target.forget(store, first);
    const segment = Math.floor((Math.max(progress.through, first - 1) + 1) / segmentRows);
    const end = (segment + 1) * segmentRows;
    const batch = target.begin(segment);
    let { through, hash } = progress;
    for (const row of fresh.iterate(progress.through, end)) {
      const position = Number(row['position']);
      const { time, values, words } = termsOf(String(row['event']), tenantLabel);
      const offset = position % segmentRows;
      batch.place(offset, time);
      for (const [facet, value] of values) batch.post(valueTerm(facet, value), offset);
      for (const word of words) batch.post(wordTerm(word), offset);
      through = position;
      hash = String(row['hash']);
    }
    batch.write();
    // A stretch without entries is passed over.
    const passed = through >= last ? through : Math.min(end - 1, last);
    target.remember({ through: passed, first, hash: passed === through ? hash : '' });
    return passed >= last;
  }
}

interface Progress {
  readonly through: number;
  readonly first: number;
  /** The record-hash of the entry at `through`, empty where there is none. */
  readonly hash: string;
}

/** Whether the entry that was derived last is still the one that was read; one that retention dropped counts as the same. */
function isSame(hashAt: StatementSync, { through, hash }: Progress): boolean {
  if (hash === '') return true;
  const found = hashAt.get(through)?.['hash'];
  return found === undefined || found === hash;
}

const numbersIn = (row: Record<string, unknown> | undefined): { first: number; last: number } => ({
  first: Number(row?.['first'] ?? 0),
  last: Number(row?.['last'] ?? 0),
});

/** One segment while entries are added to it. */
interface SegmentBatch {
  place(offset: number, time: number): void;
  post(term: string, offset: number): void;
  write(): void;
}

function targetIn(derived: DatabaseSync) {
  const progress = derived.prepare('SELECT through, first, hash FROM progress');
  const remember = derived.prepare('UPDATE progress SET through = ?, first = ?, hash = ?');
  const known = derived.prepare('SELECT rows FROM postings WHERE segment = ? AND term = ?');
  const post = derived.prepare('INSERT OR REPLACE INTO postings (segment, term, rows) VALUES (?, ?, ?)');
  const segmentAt = derived.prepare('SELECT present, times FROM segments WHERE segment = ?');
  const keep = derived.prepare(
    'INSERT OR REPLACE INTO segments (segment, oldest, newest, ordered, present, times) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    progress: (): Progress => {
      const row = progress.get();
      return {
        through: Number(row?.['through'] ?? 0),
        first: Number(row?.['first'] ?? 0),
        hash: String(row?.['hash'] ?? ''),
      };
    },
    remember: ({ through, first, hash }: Progress): void => {
      remember.run(through, first, hash);
    },
    empty: (): void => {
      derived.exec('DELETE FROM segments; DELETE FROM postings');
    },
    /** Drops the segments before the first entry, and marks what is gone elsewhere: chains are dropped one by one, so holes are possible. */
    forget: (store: DatabaseSync, first: number): void => {
      const segment = Math.floor(first / segmentRows);
      derived.prepare('DELETE FROM segments WHERE segment < ?').run(segment);
      derived.prepare('DELETE FROM postings WHERE segment < ?').run(segment);
      const left = store.prepare('SELECT position FROM entries WHERE position >= ? AND position < ?');
      const mark = derived.prepare('UPDATE segments SET present = ? WHERE segment = ?');
      for (const row of derived.prepare('SELECT segment FROM segments').all()) {
        const at = Number(row['segment']);
        const present = noRows();
        for (const entry of left.iterate(at * segmentRows, (at + 1) * segmentRows))
          addRow(present, Number(entry['position']) % segmentRows);
        mark.run(new Uint8Array(present.buffer), at);
      }
    },
    begin: (segment: number): SegmentBatch => {
      const before = segmentAt.get(segment);
      const present = setOf(before?.['present']);
      const times =
        before === undefined ? new Float64Array(segmentRows).fill(NaN) : doublesOf(before['times']);
      const posted = new Map<string, number[]>();
      return {
        place: (offset, time) => {
          addRow(present, offset);
          times[offset] = time;
        },
        post: (term, offset) => {
          const offsets = posted.get(term);
          if (offsets === undefined) posted.set(term, [offset]);
          else offsets.push(offset);
        },
        write: () => {
          if (posted.size === 0) return;
          for (const [term, offsets] of [...posted].sort(([a], [b]) => (a < b ? -1 : 1))) {
            post.run(segment, term, merged(known.get(segment, term)?.['rows'], offsets));
          }
          keep.run(
            segment,
            ...spanOf(times),
            new Uint8Array(present.buffer),
            new Uint8Array(times.buffer, times.byteOffset, times.byteLength),
          );
        },
      };
    },
  };
}

function merged(before: unknown, offsets: readonly number[]): Uint8Array {
  const rows = setOf(before);
  for (const offset of offsets) addRow(rows, offset);
  return writeRows(rows);
}

/** A written set, unfolded; nothing for nothing. */
export function setOf(written: unknown): RowSet {
  const rows = noRows();
  if (written instanceof Uint8Array) addWritten(rows, written);
  return rows;
}

/** The doubles in bytes of a database, which may start anywhere in memory. */
export function doublesOf(bytes: unknown): Float64Array<ArrayBuffer> {
  return bytes instanceof Uint8Array ? new Float64Array(new Uint8Array(bytes).buffer) : new Float64Array(0);
}

/** Oldest, newest, and 1 where times never fall from one position to the next. */
function spanOf(times: Float64Array): readonly [number, number, number] {
  let oldest = Infinity;
  let newest = -Infinity;
  let ordered = 1;
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    if (time < newest) ordered = 0;
    if (time < oldest) oldest = time;
    if (time > newest) newest = time;
  }
  return [oldest, newest, ordered];
}
