/** The process's side of the log: a bounded queue in front of the writer thread. Nothing here waits. */
import { Worker } from 'node:worker_threads';
import { Backlog } from './backlog.ts';
import type { Allowance } from './event/allowance.ts';
import { finished, sealedEvent } from './event/seal.ts';
import type { Sealed, SealedHead } from './event/seal.ts';
import { recordVersion } from './record.ts';
import type { LogEvent } from './record.ts';
import { Packer } from './writer/frames.ts';
import type { FromWriter, ToWriter, WriterOptions, WriterState } from './writer/messages.ts';

/** What is handed to the writer at once, and how long the first of it waits at most. */
const batchItems = 512;
const batchMillis = 25;
const restartMillis = 1_000;

export interface LogOptions {
  /** The module that the thread runs; it starts the writer where its workerData is about `decisions`. */
  readonly entry: URL;
  readonly writer: WriterOptions;
  /** Told when the log's state changes for better or worse, and when the thread ended by itself. */
  readonly changed?: (status: LogStatus) => void;
  readonly crashed?: (error: unknown) => void;
  /** Told of each checkpoint's signed text: a second place that a rewritten store does not reach. */
  readonly checkpoint?: (text: string) => void;
  readonly now?: () => number;
}

/** How the log is doing; counts are since the start of the process. */
export interface LogStatus extends WriterState {
  /** Records that are not safe yet. */
  readonly queued: number;
  readonly written: number;
  /** Decisions that are in no record, by reason. */
  readonly dropped: ReadonlyMap<string, number>;
  /** False where the next record would be dropped, or nobody can say; and then why. */
  readonly canRecord: boolean;
  readonly reason: string;
}

export interface DecisionLog {
  readonly status: LogStatus;
  /** Whether the next record will be taken. */
  readonly canRecord: boolean;
  /** Takes a sealed decision over; where it cannot, the decision is counted as dropped, and the chain will say so. */
  keep(sealed: Sealed | SealedHead, latencyMicros: number): void;
  /** Takes an event of the log's own, such as a read; false where it cannot. */
  write(event: LogEvent): boolean;
  /** Counts decisions of which no record could be made. */
  lost(reason: string): void;
  /** Resolves when what was taken is safe and the thread has ended, or after the given time. */
  close(millis?: number): Promise<void>;
}

/** Starts the writer thread. Never throws for a store that is away: records wait, on disk where there is room. */
export function startLog(options: LogOptions): DecisionLog {
  return new Log(options);
}

const opening: WriterState = { store: 'opening', spooledBytes: 0, writer: '', seq: 0 };

class Log implements DecisionLog {
  readonly #options: LogOptions;
  readonly #dropped = new Map<string, number>();
  /** Drops that no gap record tells of yet. */
  #untold = new Map<string, number>();
  readonly #packer = new Packer(batchItems);
  /** The writer knows of this one. */
  #allowance: Allowance | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What is not safe yet. */
  readonly #backlog = new Backlog();
  #written = 0;
  #worker: Worker | undefined;
  /** Whether the thread has said anything: one that cannot start does not. */
  #heard = false;
  #hasEnded = false;
  #state: WriterState = opening;
  #closed: (() => void) | undefined;
  #closing = false;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#start();
  }

  get canRecord(): boolean {
    return (
      this.#worker !== undefined && this.#heard && this.#state.blocked === undefined && this.#backlog.hasRoom
    );
  }

  get status(): LogStatus {
    return {
      ...this.#state,
      queued: this.#backlog.count,
      written: this.#written,
      dropped: this.#dropped,
      canRecord: this.canRecord,
      reason: this.#doubt,
    };
  }

  keep(sealed: Sealed | SealedHead, latencyMicros: number): void {
    if (!this.#hasRoom) this.lost(this.#reason);
    // Taking the excerpts here slows what the writer cannot keep up with.
    else this.#push(this.#backlog.isLong ? finished(sealed) : sealed, latencyMicros);
  }

  write(event: LogEvent): boolean {
    if (!this.#hasRoom) return false;
    this.#push(sealedEvent(event), 0);
    return true;
  }

  lost(reason: string): void {
    this.#count(reason, 1);
  }

  async close(millis = 10_000): Promise<void> {
    this.#flush();
    this.#closing = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#closed = () => {
        clearTimeout(timer);
        resolve();
      };
      worker.ref();
      this.#send({ about: 'close' });
    });
    await worker.terminate();
    this.#lose(this.#state.blocked ?? 'writer-ended');
  }

  /** A writer that is blocked may still hold as much as fits into memory: its trouble may pass. */
  get #hasRoom(): boolean {
    return this.#worker !== undefined && !this.#closing && this.#backlog.hasRoom;
  }

  get #reason(): string {
    return this.#worker === undefined ? 'writer-ended' : (this.#state.blocked ?? 'queue-full');
  }

  /** Why the next record would not be taken for safe, where it would not. */
  get #doubt(): string {
    if (this.#heard || this.#worker === undefined) return this.#reason;
    return this.#hasEnded ? 'writer-ended' : 'starting';
  }

  #drop(reason: string, count: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
  }

  #count(reason: string, count: number): void {
    const first = this.#untold.size === 0;
    this.#drop(reason, count);
    this.#leaveUntold(reason, count);
    if (first) this.#options.changed?.(this.status);
  }

  /** Nothing of what is not safe will be. */
  #lose(reason: string): void {
    const { count, gaps } = this.#backlog.lose();
    if (count > 0) this.#count(reason, count);
    for (const gap of gaps) for (const [why, many] of gap) this.#leaveUntold(why, many);
  }

  #leaveUntold(reason: string, count: number): void {
    this.#untold.set(reason, (this.#untold.get(reason) ?? 0) + count);
  }

  #push(sealed: Sealed | SealedHead, latencyMicros: number): void {
    if (this.#untold.size > 0) this.#tellGap();
    if ('head' in sealed && sealed.allowance !== this.#allowance) this.#tell(sealed.allowance);
    this.#add(sealed, latencyMicros);
  }

  #tellGap(): void {
    const time = new Date((this.#options.now ?? Date.now)()).toISOString();
    const gap = this.#untold;
    this.#untold = new Map();
    const dropped = Object.fromEntries(gap);
    this.#add(sealedEvent({ apiVersion: recordVersion, dropped, kind: 'Gap', time }), 0, gap);
  }

  /** What is kept of objects changes with the records that come after this. */
  #tell(allowance: Allowance): void {
    this.#flush();
    this.#allowance = allowance;
    this.#send({ about: 'allowance', source: allowance.source });
  }

  #add(sealed: Sealed | SealedHead, latencyMicros: number, gap?: ReadonlyMap<string, number>): void {
    let bytes = this.#packer.add(sealed, latencyMicros);
    if (bytes < 0) {
      this.#flush();
      bytes = this.#packer.add(sealed, latencyMicros);
    }
    this.#backlog.add(bytes, gap);
    if (this.#packer.isFull) {
      this.#flush();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#flush();
      }, batchMillis);
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#packer.count === 0) return;
    const frames = this.#packer.take();
    this.#send({ about: 'items', frames }, [frames.bytes.buffer, frames.places.buffer]);
  }

  #send(message: ToWriter, given: readonly ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, given);
  }

  #start(): void {
    const worker = new Worker(this.#options.entry, { workerData: this.#options.writer });
    this.#worker = worker;
    this.#allowance = undefined;
    worker.unref();
    worker.on('message', (message: FromWriter) => {
      this.#hear(message);
    });
    worker.on('error', (error) => {
      this.#end(worker, error);
    });
    worker.on('exit', (code) => {
      this.#end(worker, new Error(`the writer thread ended with code ${code}`));
    });
  }

  #hear(message: FromWriter): void {
    this.#heard = true;
    switch (message.about) {
      case 'safe':
        this.#backlog.settle(message.count);
        this.#written += message.count;
        this.#state = message.state;
        break;
      case 'state':
        this.#become(message.state);
        break;
      case 'corrupt':
        this.#drop('spool-corrupt', message.count);
        this.#options.changed?.(this.status);
        break;
      case 'memory':
        this.#packer.reuse(message.buffer);
        break;
      case 'checkpoint':
        this.#options.checkpoint?.(message.text);
        break;
      case 'closed':
        this.#closed?.();
        break;
      default:
        message satisfies never;
    }
  }

  #become(state: WriterState): void {
    const before = this.#state;
    this.#state = state;
    if (before.store !== state.store || before.blocked !== state.blocked) {
      this.#options.changed?.(this.status);
    }
  }

  /** The thread is gone, and with it what it had not made safe: that is told, and another thread goes on. */
  #end(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#heard = false;
    this.#hasEnded = true;
    if (this.#closing) {
      this.#closed?.();
      return;
    }
    this.#packer.take();
    this.#lose('writer-ended');
    this.#options.crashed?.(error);
    setTimeout(() => {
      if (!this.#closing) this.#start();
    }, restartMillis).unref();
  }
}
