/** Writes items into the store, or into the spool while the store cannot take them; tells what is safe. */
import { stringAt } from '../../k8s/json.ts';
import { recordVersion } from '../record.ts';
import type { Item } from '../spool/lines.ts';
import type { Segment, Spool } from '../spool/spool.ts';
import type { WriterState } from './messages.ts';
import { itemOf, Session } from './session.ts';
import type { SessionPorts } from './session.ts';

/** How many entries one transaction takes, and how many may wait before what comes goes to the spool instead. */
const batchItems = 512;
const spillItems = 8_192;
/** What comes so soon behind a transaction waits for more: each is flushed to disk by itself, which costs as much as writing some records. */
const gatherMillis = 20;
/** How long a store that failed is left alone: at first, and at most. */
const firstPauseMillis = 100;
const longestPauseMillis = 5_000;
const retentionEveryMillis = 3_600_000;
const retentionAgainMillis = 60_000;
/** How often it looks whether a checkpoint or retention is due. */
const lookMillis = 1_000;

export interface WriterPorts extends SessionPorts {
  readonly spool: Spool;
  readonly retentionMillis: number;
  /** Calls back after so many milliseconds, unless the answer is called first. */
  readonly later: (millis: number, callback: () => void) => () => void;
  /** So many items, in the order in which they were taken, are safe. */
  readonly safe: (count: number) => void;
  /** So many items of the spool cannot be read any more. */
  readonly corrupt: (count: number) => void;
  readonly changed: () => void;
}

/** One at a time: everything that touches the store or the spool happens in one loop. */
export class Writer {
  readonly #ports: WriterPorts;
  readonly #session: Session;
  #waiting: Item[] = [];
  #state: Pick<WriterState, 'store' | 'blocked' | 'trouble'> = { store: 'opening' };
  #pauseMillis = firstPauseMillis;
  #notBefore = 0;
  #retainAt = 0;
  #retained: { readonly before: string; readonly dropped: number } | undefined;
  #segment: { readonly id: string; readonly lines: ReturnType<Spool['read']> } | undefined;
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #gatherUntil = 0;
  #gathering: (() => void) | undefined;
  #closing = false;

  constructor(ports: WriterPorts) {
    this.#ports = ports;
    this.#session = new Session(ports);
  }

  get state(): WriterState {
    const { spool, writer } = this.#ports;
    return { ...this.#state, spooledBytes: spool.bytes, writer, seq: this.#session.seq };
  }

  /** Takes items over; `safe` tells when they are. */
  take(items: readonly Item[]): void {
    for (const item of items) this.#waiting.push(item);
    const rest = this.#gatherUntil - this.#ports.now();
    if (rest <= 0 || rest > gatherMillis || this.#waiting.length >= batchItems) this.run();
    else
      this.#gathering ??= this.#ports.later(rest, () => {
        this.run();
      });
  }

  /** Says that it is there, before the store has answered, and works. */
  start(): void {
    this.#ports.changed();
    this.run();
  }

  /** Works until there is nothing left to do now, and looks again later. */
  run(): void {
    this.#gathering?.();
    this.#gathering = undefined;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      this.#schedule();
    });
  }

  /** Writes what waits, ends the chain with Stop and a checkpoint, and closes. What the store does not take stays in the spool. */
  async close(): Promise<void> {
    await this.#running;
    this.#closing = true;
    this.#cancel?.();
    this.#gathering?.();
    await this.#work();
    if (this.#waiting.length > 0) this.#spill();
    const { spool, now } = this.#ports;
    if (this.#waiting.length === 0 && spool.isEmpty) {
      const time = new Date(now()).toISOString();
      const stop = itemOf({ apiVersion: recordVersion, kind: 'Stop', time });
      await this.#try(() => this.#session.append([...this.#retention(time), stop], { close: true }));
    }
    await this.#session.close();
    spool.close();
  }

  async #work(): Promise<void> {
    for (;;) {
      const backlog = this.#waiting.length;
      const resting = this.#restMillis() > 0;
      // A spool that took nothing is asked again only where there is nothing else: a store that is there comes first.
      const isCrowded = backlog > spillItems && this.#state.blocked === undefined;
      if (backlog > 0 && (resting || isCrowded)) {
        if (!this.#spill() && resting) return;
      } else if (resting || !(await this.#step())) {
        return;
      }
    }
  }

  /** One transaction, or one that failed; false where there is nothing to do. */
  async #step(): Promise<boolean> {
    const work = this.#due();
    if (work === undefined) return false;
    await this.#try(work);
    return true;
  }

  /** What is there to be written comes first, and opens the store by itself: one that opens and then takes nothing, as on a full disk, is not open. */
  #due(): (() => Promise<void>) | undefined {
    const now = this.#ports.now();
    if (this.#waiting.length > 0) {
      const items = this.#waiting.slice(0, batchItems);
      return async () => {
        await this.#session.append(items);
        this.#gatherUntil = this.#ports.now() + gatherMillis;
        this.#written(items.length);
      };
    }
    if (!this.#ports.spool.isEmpty) return () => this.#drain();
    if (this.#state.store !== 'open') return () => this.#session.open();
    if (this.#session.isDue(now)) return () => this.#session.append([]);
    return this.#mayRetain(now) && !this.#closing ? () => this.#retain(now) : undefined;
  }

  #written(count: number): void {
    this.#waiting = this.#waiting.slice(count);
    this.#ports.safe(count);
  }

  /** Moves the oldest spool segment into the store, or as much of it as nothing else waits. */
  async #drain(): Promise<void> {
    const { spool, now } = this.#ports;
    const segment = spool.oldest();
    if (segment === undefined) return;
    const lines = this.#linesOf(segment);
    let through = await this.#session.with((journal) => journal.spooledThrough(segment.id));
    while (through < lines.length) {
      const part = lines.slice(through, through + batchItems);
      const items = part.flatMap((item) => item ?? []);
      const lost = part.length - items.length;
      through += part.length;
      const gap = itemOf({
        apiVersion: recordVersion,
        dropped: { 'spool-corrupt': lost },
        kind: 'Gap',
        time: new Date(now()).toISOString(),
      });
      const spooled = { segment: segment.id, through };
      await this.#session.append(lost === 0 ? items : [...items, gap], { spooled });
      if (lost > 0) this.#ports.corrupt(lost);
      // What has come in meanwhile goes first: it is in memory only.
      if (this.#waiting.length > 0) return;
    }
    spool.remove(segment);
    this.#segment = undefined;
    // Nothing else may tell of it for long: nobody needs to decide anything meanwhile.
    this.#ports.changed();
    await this.#session.with((journal) => journal.forgetSpool(segment.id));
  }

  /** The lines of the segment that is being moved: read once, however often it is interrupted. */
  #linesOf(segment: Segment): ReturnType<Spool['read']> {
    if (this.#segment?.id !== segment.id) {
      this.#segment = { id: segment.id, lines: this.#ports.spool.read(segment) };
    }
    return this.#segment.lines;
  }

  /** Drops what is too old, some thousand entries a step, and says so in the chain. */
  async #retain(now: number): Promise<void> {
    const before = new Date(now - this.#ports.retentionMillis).toISOString();
    // Where it fails, a backup may hold the tables for long: what is recorded meanwhile must not wait for that again and again.
    this.#retainAt = now + retentionAgainMillis;
    const dropped = await this.#session.with((journal) => journal.retain({ before }));
    if (dropped > 0) {
      this.#retained = { before, dropped: (this.#retained?.dropped ?? 0) + dropped };
      this.#retainAt = now;
      return;
    }
    const told = this.#retention(new Date(now).toISOString());
    if (told.length > 0) await this.#session.append(told);
    this.#retained = undefined;
    this.#retainAt = now + retentionEveryMillis;
  }

  /** What the chain must say of what was dropped since it said so last: else verification finds it missing. */
  #retention(time: string): readonly Item[] {
    return this.#retained === undefined
      ? []
      : [itemOf({ apiVersion: recordVersion, kind: 'Retention', time, ...this.#retained })];
  }

  /** Does something with the store; where it fails the store is left alone for a while. */
  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#notBefore = this.#ports.now() + this.#pauseMillis;
      this.#pauseMillis = Math.min(longestPauseMillis, this.#pauseMillis * 2);
      this.#become({ ...this.#state, store: 'failing', trouble: textOf(error) });
      return;
    }
    this.#pauseMillis = firstPauseMillis;
    const { store, blocked } = this.#state;
    const isRelieved = blocked !== undefined && this.#waiting.length <= spillItems;
    if (store !== 'open' || isRelieved) this.#become({ store: 'open' });
  }

  /** Puts what waits into the spool; false where it does not take it, and then it goes on waiting. */
  #spill(): boolean {
    const items = this.#waiting.slice(0, spillItems);
    const { store, trouble } = this.#state;
    try {
      if (this.#ports.spool.append(items) === 'full') {
        this.#become({ ...this.#state, blocked: 'spool-full' });
        return false;
      }
    } catch (error) {
      this.#become({ store, blocked: 'spool-error', trouble: textOf(error) });
      return false;
    }
    if (this.#state.blocked !== undefined) {
      this.#become({ store, ...(trouble === undefined ? {} : { trouble }) });
    }
    this.#written(items.length);
    return true;
  }

  #become(state: Pick<WriterState, 'store' | 'blocked' | 'trouble'>): void {
    this.#state = state;
    this.#ports.changed();
  }

  #schedule(): void {
    this.#cancel?.();
    if (this.#closing) return;
    const rest = this.#restMillis();
    this.#cancel = this.#ports.later(rest > 0 ? rest : lookMillis, () => {
      this.run();
    });
  }

  /** How long the store is still left alone. */
  #restMillis(): number {
    const rest = this.#notBefore - this.#ports.now();
    // A clock that was put back makes no longer pause than there is.
    return rest > longestPauseMillis ? 0 : Math.max(0, rest);
  }

  #mayRetain(now: number): boolean {
    return now >= this.#retainAt || this.#retainAt - now > retentionEveryMillis;
  }
}

/** What a store says when it fails; never what was to be stored. */
const textOf = (error: unknown): string =>
  (error instanceof Error ? error.message : (stringAt(error, 'message') ?? 'unknown error')).slice(0, 300);
