/** The tables of the PostgreSQL store, as Kysely sees them; migrations.ts makes them. */
import type { ColumnType } from 'kysely';

/** PostgreSQL's bigint: a text when read, for not every one is a safe number; ours are. */
type Big = ColumnType<string, number | string, number>;

/** Partitioned by the day of `time`; `position` grows in the order of commits. `terms` holds what questions look for, one lexeme a term. */
export interface EntriesTable {
  readonly position: ColumnType<string, never, never>;
  readonly time: ColumnType<Date, Date, never>;
  readonly writer: string;
  readonly seq: Big;
  readonly kind: string;
  readonly decision_id: string | null;
  readonly retry_of: string | null;
  readonly event: string;
  readonly record_hash: string;
  readonly latency_micros: number;
  readonly prev: string;
  readonly hash: string;
  readonly decision: string | null;
  readonly tenant: string | null;
  readonly username: string | null;
  readonly rules: readonly string[];
  readonly terms: ColumnType<never, string, never>;
}

/** The last entry of each writer's chain, which is known even when retention has dropped its entries. */
export interface ChainsTable {
  readonly writer: string;
  /** The writer's name up to its last `/`. */
  readonly replica: string;
  readonly seq: Big;
  readonly event: string;
  readonly record_hash: string;
  readonly latency_micros: number;
  readonly prev: string;
  readonly hash: string;
}

export interface CheckpointsTable {
  readonly key_id: string;
  readonly number: Big;
  readonly writer: string;
  readonly replica: string;
  readonly from_seq: Big;
  readonly to_seq: Big;
  readonly first_prev: string;
  readonly last_hash: string;
  readonly root: string;
  readonly time: string;
  readonly previous: string;
  readonly signature: string;
  /** `time` as an instant. */
  readonly sealed: ColumnType<Date, Date, never>;
}

export interface SpooledTable {
  readonly segment: string;
  readonly through: Big;
}

export interface Tables {
  readonly bulkhead_entries: EntriesTable;
  readonly bulkhead_chains: ChainsTable;
  readonly bulkhead_checkpoints: CheckpointsTable;
  readonly bulkhead_spooled: SpooledTable;
}
