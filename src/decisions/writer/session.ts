/** One writer's chain in a store that may come and go: opens it, goes on where the chain stands, and never writes an item twice. */
import { sealedEvent } from '../event/seal.ts';
import type { CheckpointKey } from '../integrity/checkpoint.ts';
import { recordVersion } from '../record.ts';
import type { LogEvent } from '../record.ts';
import type { Batch, Checkpoint, Journal } from '../repository.ts';
import type { Item } from '../spool/lines.ts';
import { replicaOf } from '../writerName.ts';
import { Ledger } from './ledger.ts';
import type { Draft } from './ledger.ts';

export interface SessionPorts {
  readonly writer: string;
  readonly key: CheckpointKey;
  readonly open: () => Promise<Journal>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly checkpoint: (checkpoint: Checkpoint) => void;
}

/** An event that belongs to the log itself, as an item. */
export const itemOf = (event: LogEvent): Item => ({ ...sealedEvent(event), latencyMicros: 0 });

/** A batch that was sent and not confirmed: a connection that breaks during a commit leaves open whether it happened. */
interface Doubtful {
  readonly draft: Draft;
  readonly hashes: readonly string[];
}

export class Session {
  readonly #ports: SessionPorts;
  #journal: Journal | undefined;
  #ledger: Ledger | undefined;
  #doubtful: Doubtful | undefined;
  /** Record-hashes of items that turned out to be in the store; they come once more, from memory or from the spool. */
  readonly #stored = new Set<string>();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  get seq(): number {
    return this.#ledger?.seq ?? 0;
  }

  isDue(now: number): boolean {
    return this.#ledger?.isDue(now) ?? false;
  }

  /** Opens the store, where it is not open. Rejects with the store's error; so do all others, and then it is opened anew next time. */
  async open(): Promise<void> {
    await this.with(() => Promise.resolve());
  }

  /** Links the items and writes them in one transaction. */
  async append(
    items: readonly Item[],
    options: { readonly close?: boolean; readonly spooled?: Batch['spooled'] } = {},
  ): Promise<void> {
    await this.with(async (journal, ledger) => {
      const fresh = items.filter(({ recordHash }) => !this.#stored.has(recordHash));
      await this.#write(journal, ledger.draft(fresh, this.#ports.now(), options), fresh);
      for (const { recordHash } of items) this.#stored.delete(recordHash);
    });
  }

  /** Does something with the open journal. */
  async with<Result>(work: (journal: Journal, ledger: Ledger) => Promise<Result>): Promise<Result> {
    try {
      this.#journal ??= await this.#ports.open();
      const ledger = this.#ledger ?? (await this.#begin(this.#journal));
      if (this.#doubtful !== undefined) await this.#settle(this.#journal, ledger);
      return await work(this.#journal, ledger);
    } catch (error) {
      await this.#drop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#drop();
  }

  async #write(journal: Journal, draft: Draft, items: readonly Item[]): Promise<void> {
    this.#doubtful = { draft, hashes: items.map(({ recordHash }) => recordHash) };
    await journal.append(draft.batch);
    this.#confirm(draft);
  }

  #confirm(draft: Draft): void {
    draft.commit();
    this.#doubtful = undefined;
    for (const checkpoint of draft.batch.checkpoints) this.#ports.checkpoint(checkpoint);
  }

  /** Looks up whether the unconfirmed batch is there: its chain then goes on behind it. */
  async #settle(journal: Journal, ledger: Ledger): Promise<void> {
    const { draft, hashes } = this.#doubtful ?? {};
    if (draft === undefined) return;
    if (await this.#isStored(journal, draft.batch)) {
      for (const hash of hashes ?? []) this.#stored.add(hash);
      this.#confirm(draft);
    }
    this.#doubtful = undefined;
    if (ledger.seq === 0) await this.#start(journal, ledger);
  }

  /** Whether a batch is there, which is written whole or not at all. */
  async #isStored(journal: Journal, { entries, checkpoints }: Batch): Promise<boolean> {
    const entry = entries.at(-1);
    if (entry !== undefined) {
      const [stored] = await journal.tail({ writer: entry.writer, after: entry.seq - 1 });
      return stored?.hash === entry.hash;
    }
    // A minute in which nothing more was decided ends with a checkpoint alone.
    const made = checkpoints.at(-1);
    if (made === undefined) return false;
    const replica = replicaOf(made.writer);
    const stored = await journal.lastCheckpoint({ keyId: made.keyId, replica });
    return stored?.signature === made.signature;
  }

  async #begin(journal: Journal): Promise<Ledger> {
    const { writer, key } = this.#ports;
    const replica = replicaOf(writer);
    const before = await journal.last(replica);
    const lastCheckpoint = await journal.lastCheckpoint({ keyId: key.keyId, replica });
    // Also under a key that was replaced: two checkpoints of one record would look like records that are gone.
    const after = before === undefined ? 0 : await journal.coveredThrough(before.writer);
    const uncovered = before === undefined ? [] : await journal.tail({ writer: before.writer, after });
    const clean = before === undefined || before.event.includes('"kind":"Stop"');
    const ledger = new Ledger({
      writer,
      key,
      before: before === undefined ? undefined : { ...before, clean },
      lastCheckpoint,
      uncovered,
    });
    this.#ledger = ledger;
    await this.#start(journal, ledger);
    return ledger;
  }

  /** The first entry of the chain says after which other one it comes. */
  async #start(journal: Journal, ledger: Ledger): Promise<void> {
    const { before } = ledger;
    const start = itemOf({
      apiVersion: recordVersion,
      ...(before === undefined ? {} : { after: before.writer }),
      clean: before?.clean ?? true,
      kind: 'Start',
      time: new Date(this.#ports.now()).toISOString(),
    });
    await this.#write(journal, ledger.draft([start], this.#ports.now()), [start]);
  }

  async #drop(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    try {
      await journal?.close();
    } catch {
      // It failed already, and is not used again.
    }
  }
}
