/**
 * What the writer and the verifier ask of a store; SQLite and PostgreSQL answer alike. Questions are asked through `DecisionReader` (query/query.ts),
 * which reads the same tables beside the writer.
 */
import type { Position } from './record.ts';

/**
 * One entry as it is written. `event` is the canonical JSON (RFC 8785) of a LogEvent, kept byte for byte: the record-hash is taken of this text
 * without two of its members (recordHash.ts), and `hash` is the SHA-256 of `prev` followed by the chained text (chain.ts).
 */
export interface StoredEntry extends Position {
  readonly event: string;
  readonly recordHash: string;
  readonly latencyMicros: number;
}

/** An entry as it stands in a store. `position` grows in the order of arrival, over all writers; holes are possible. */
export interface StoredRecord extends StoredEntry {
  readonly position: number;
}

/** A signed statement about a run of entries of one writer; outlives the entries. */
export interface Checkpoint {
  readonly writer: string;
  /** Number of this checkpoint among those of its key and replica, from 1, without holes. */
  readonly number: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The `prev` of the first entry and the `hash` of the last one. */
  readonly firstPrev: string;
  readonly lastHash: string;
  /** Merkle root (RFC 6962) over the entries' hashes, hex. */
  readonly root: string;
  readonly time: string;
  /** SHA-256, hex, of the signed text of the checkpoint before it; 64 zeros for the first. */
  readonly previous: string;
  /** First 16 hex digits of the SHA-256 of the public key. */
  readonly keyId: string;
  /** Ed25519 over the signed text (checkpoint.ts), base64. */
  readonly signature: string;
}

/** Entries that belong into one transaction, in chain order, and how far into a spool segment they reach. */
export interface Batch {
  readonly entries: readonly StoredEntry[];
  readonly checkpoints: readonly Checkpoint[];
  /** Where the entries came from a spool segment: written in the same transaction, so that a crash neither loses nor doubles any. */
  readonly spooled?: { readonly segment: string; readonly through: number };
}

/** What may go: the entries of checkpoints whose own time is before this instant (RFC 3339), whole checkpoints at a time. The checkpoints stay. */
export interface Retention {
  readonly before: string;
}

/** Which entries are walked. */
export interface Walk {
  /** Only this writer's chain; absent: all, one chain after the other. */
  readonly writer?: string;
  /** Only entries with a seq greater than this (with `writer`). */
  readonly after?: number;
}

/** The writing half; the writer thread holds it alone. Rejects with the store's own error where the store cannot be written. */
export interface Journal {
  /** The last entry of the replica's youngest chain (greatest writer's name; the replica is what stands before the last `/` in it). */
  last(replica: string): Promise<StoredEntry | undefined>;
  /** The entries of a chain beyond a seq, in order: those of an ended writer that no checkpoint covers. */
  tail(of: { readonly writer: string; readonly after: number }): Promise<readonly StoredEntry[]>;
  /** Up to which seq checkpoints of any key cover a chain; 0 where there is none. */
  coveredThrough(writer: string): Promise<number>;
  /** The checkpoint with the greatest number under a key, for writers of a replica. */
  lastCheckpoint(of: { readonly keyId: string; readonly replica: string }): Promise<Checkpoint | undefined>;
  /** Writes the whole batch or nothing; when it resolves the batch survives the end of the process and of the machine. */
  append(batch: Batch): Promise<void>;
  /** How many lines of a spool segment were written already; 0 for an unknown one. */
  spooledThrough(segment: string): Promise<number>;
  /** Forgets the progress of a segment that is gone. */
  forgetSpool(segment: string): Promise<void>;
  /** Drops the entries of old checkpoints, the oldest first and at most a few thousand a call; the number of entries that went. */
  retain(retention: Retention): Promise<number>;
  close(): Promise<void>;
}

/** The reading half, for verification and export; any number may be open beside the writer. */
export interface Archive {
  /** Chains in the order of their writers' names, each in the order of seq; read in portions, so that a store of any size can be walked. */
  entries(walk: Walk): AsyncIterable<StoredRecord>;
  /** How many entries there are, of every kind. */
  count(): Promise<number>;
  /** The writers of the chains, by name. */
  writers(): Promise<readonly string[]>;
  /** Checkpoints by key, replica and number. */
  checkpoints(): AsyncIterable<Checkpoint>;
  close(): Promise<void>;
}
