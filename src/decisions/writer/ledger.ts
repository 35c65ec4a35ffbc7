/** Where one writer's chain stands: links items into entries and makes checkpoints, and moves on only when the store has them. */
import { checkpointOf } from '../integrity/checkpoint.ts';
import type { CheckpointKey } from '../integrity/checkpoint.ts';
import { linked, nothing } from '../integrity/chain.ts';
import type { Position } from '../record.ts';
import type { Batch, Checkpoint, StoredEntry } from '../repository.ts';
import type { Item } from '../spool/lines.ts';

/** A checkpoint is made of this many entries, or of what there is after this time. */
export const checkpointEntries = 1_000;
export const checkpointMillis = 60_000;

export interface LedgerStart {
  readonly writer: string;
  readonly key: CheckpointKey;
  /** The last entry of the replica's chain before, and whether that chain ended with Stop. */
  readonly before: (Position & { readonly clean: boolean }) | undefined;
  readonly lastCheckpoint: Checkpoint | undefined;
  /** Entries of the replica's ended chain that no checkpoint covers: the first batch brings theirs. */
  readonly uncovered: readonly StoredEntry[];
}

/** A batch for the store; `commit` is called once the store has it, and nothing has happened if it is not. */
export interface Draft {
  readonly batch: Batch;
  readonly commit: () => void;
}

export class Ledger {
  /** The chain that this one follows. */
  readonly before: LedgerStart['before'];
  readonly #key: CheckpointKey;
  #last: Pick<Position, 'writer' | 'seq' | 'hash'>;
  #run: readonly StoredEntry[] = [];
  #checkpoint: Checkpoint | undefined;
  #runBegan = 0;

  #uncovered: readonly StoredEntry[];

  constructor({ writer, key, before, lastCheckpoint, uncovered }: LedgerStart) {
    this.#uncovered = uncovered;
    this.before = before;
    this.#key = key;
    this.#last = { writer, seq: 0, hash: before?.hash ?? nothing };
    this.#checkpoint = lastCheckpoint;
  }

  get seq(): number {
    return this.#last.seq;
  }

  /** Whether entries have waited long enough for a checkpoint; by a clock that was put back nobody knows how long, so they have. */
  isDue(now: number): boolean {
    return this.#run.length > 0 && Math.abs(now - this.#runBegan) >= checkpointMillis;
  }

  /** Links the items; with `close` a checkpoint is made of whatever there is. `now` in milliseconds since the epoch. */
  draft(
    items: readonly Item[],
    now: number,
    options: { readonly close?: boolean; readonly spooled?: Batch['spooled'] } = {},
  ): Draft {
    const entries: StoredEntry[] = [];
    const checkpoints: Checkpoint[] = [];
    let last = this.#last;
    let run = [...this.#run];
    let checkpoint = this.#checkpoint;
    const cover = (entries: readonly StoredEntry[]): void => {
      const made = checkpointOf(entries, checkpoint, new Date(now).toISOString(), this.#key);
      if (made === undefined) return;
      checkpoints.push(made);
      checkpoint = made;
    };
    const seal = (): void => {
      cover(run);
      run = [];
    };
    cover(this.#uncovered);
    for (const item of items) {
      const entry = linked(last, item, item.latencyMicros);
      entries.push(entry);
      run.push(entry);
      last = entry;
      if (run.length >= checkpointEntries) seal();
    }
    if (options.close === true || this.isDue(now)) seal();
    const { spooled } = options;
    return {
      batch: { entries, checkpoints, ...(spooled === undefined ? {} : { spooled }) },
      commit: () => {
        if (this.#run.length === 0 || checkpoints.length > 0) this.#runBegan = now;
        this.#last = { writer: last.writer, seq: last.seq, hash: last.hash };
        this.#run = run;
        this.#uncovered = [];
        this.#checkpoint = checkpoint;
      },
    };
  }
}
