/** Resident workers: reviews of large bodies run there, so that they do not stop the event loop that answers everybody else. */
import { Worker } from 'node:worker_threads';
import type { ResourceLimits } from 'node:worker_threads';
import type { Answer, Door } from './review.ts';
import { transferable } from './transferable.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

export interface WorkersOptions<Snapshot> {
  /** The module that each worker runs; it calls `reside`. A URL of its own, so that a bundle can name its second file. */
  readonly entry: URL;
  /** How many at most; each starts when it is first needed. Two where absent. */
  readonly size?: number;
  readonly workerData?: unknown;
  /** The first snapshot, sent before anything else; `update` replaces it. */
  readonly snapshot?: Snapshot;
  /** Reviews that may wait; one more is answered 503 with Retry-After. */
  readonly queued?: number;
  readonly resourceLimits?: ResourceLimits;
  /** Told when a worker ended that was not asked to; the next review starts another. */
  readonly crashed?: (error: unknown) => void;
}

export interface Workers<Snapshot, Extra> {
  /**
   * Reviews in a worker. The body's memory may be handed over: do not touch it afterwards. Rejects when the review throws, its worker crashes, or
   * the deadline (milliseconds since the epoch) passes, for which a worker in the middle of it is ended.
   */
  run(door: Door, body: Buffer, extra: Extra, deadlineMillis: number): Promise<Answer>;
  /** Gives every worker a snapshot, also those that start later; must be structured-cloneable. */
  update(snapshot: Snapshot): void;
  /** Ends all workers; what is pending rejects. */
  close(): Promise<void>;
}

interface Task<Extra> {
  readonly door: Door;
  readonly body: Buffer;
  readonly extra: Extra;
  readonly deadlineMillis: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
}

interface Seat<Extra> {
  readonly worker: Worker;
  task: Task<Extra> | undefined;
}

/** A body has at most 40 MiB and its objects several times that; beyond this a worker ends instead of the process. */
const defaultLimits: ResourceLimits = { maxOldGenerationSizeMb: 768 };
const overloaded: Answer = {
  status: 503,
  body: '{"error":{"code":"overloaded","message":"Too many large bodies are being decided at this moment; nothing was decided. Try again."}}',
  retryAfterSeconds: 1,
};

export function createWorkers<Snapshot, Extra>(options: WorkersOptions<Snapshot>): Workers<Snapshot, Extra> {
  return new Pool<Snapshot, Extra>(options);
}

class Pool<Snapshot, Extra> implements Workers<Snapshot, Extra> {
  readonly #options: WorkersOptions<Snapshot>;
  readonly #seats = new Set<Seat<Extra>>();
  readonly #queue: Task<Extra>[] = [];
  #snapshot: Snapshot | undefined;
  #closed = false;

  constructor(options: WorkersOptions<Snapshot>) {
    this.#options = options;
    this.#snapshot = options.snapshot;
  }

  run(door: Door, body: Buffer, extra: Extra, deadlineMillis: number): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Error('the workers are closed'));
    const seat = this.#freeSeat();
    if (seat === undefined && this.#queue.length >= (this.#options.queued ?? 16)) {
      return Promise.resolve(overloaded);
    }
    return new Promise((resolve, reject) => {
      const task: Task<Extra> = { door, body, extra, deadlineMillis, resolve, reject };
      task.timer = setTimeout(
        () => {
          this.#expire(task);
        },
        Math.max(0, deadlineMillis - Date.now()),
      );
      if (seat === undefined) this.#queue.push(task);
      else this.#give(seat, task);
    });
  }

  update(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    for (const { worker } of this.#seats) this.#tell(worker, snapshot);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#queue.splice(0)) reject(task, new Error('the workers are closed'));
    await Promise.all([...this.#seats].map((seat) => seat.worker.terminate()));
  }

  #freeSeat(): Seat<Extra> | undefined {
    for (const seat of this.#seats) if (seat.task === undefined) return seat;
    return this.#seats.size < (this.#options.size ?? 2) ? this.#start() : undefined;
  }

  #start(): Seat<Extra> {
    const worker = new Worker(this.#options.entry, {
      workerData: this.#options.workerData,
      resourceLimits: this.#options.resourceLimits ?? defaultLimits,
    });
    const seat: Seat<Extra> = { worker, task: undefined };
    this.#seats.add(seat);
    worker.unref();
    worker.on('message', (message: FromWorker) => {
      this.#finish(seat, message);
    });
    worker.on('messageerror', (error) => {
      this.#vacate(seat, error);
      void worker.terminate();
    });
    worker.on('error', (error) => {
      this.#vacate(seat, error);
    });
    worker.on('exit', (code) => {
      this.#vacate(seat, new Error(`a worker ended with code ${code}`));
    });
    if (this.#snapshot !== undefined) this.#tell(worker, this.#snapshot);
    return seat;
  }

  #tell(worker: Worker, snapshot: Snapshot): void {
    const message: ToWorker<Snapshot, Extra> = { about: 'update', snapshot };
    worker.postMessage(message);
  }

  #give(seat: Seat<Extra>, task: Task<Extra>): boolean {
    const body = transferable(task.body);
    const { door, extra, deadlineMillis } = task;
    const message: ToWorker<Snapshot, Extra> = { about: 'review', door, body, extra, deadlineMillis };
    try {
      seat.worker.postMessage(message, [body.buffer]);
    } catch (error) {
      // `extra` cannot be cloned; the worker heard nothing and stays free.
      reject(task, error);
      return false;
    }
    seat.task = task;
    seat.worker.ref();
    return true;
  }

  #finish(seat: Seat<Extra>, message: FromWorker): void {
    const { task } = seat;
    if (task === undefined) return;
    clearTimeout(task.timer);
    if (message.about === 'failure') {
      task.reject(message.error);
    } else {
      const { status, body, retryAfterSeconds } = message;
      task.resolve({
        status,
        body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      });
    }
    seat.task = undefined;
    if (!this.#giveNext(seat)) seat.worker.unref();
  }

  /** Gives the seat the first in line that can be sent; false where it stays free. */
  #giveNext(seat: Seat<Extra>): boolean {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#give(seat, next)) return true;
    }
    return false;
  }

  /** A worker is gone: its review errors, and the first in line gets a new worker. */
  #vacate(seat: Seat<Extra>, error: unknown): void {
    if (!this.#seats.delete(seat)) return;
    const { task } = seat;
    seat.task = undefined;
    if (task !== undefined) reject(task, error);
    if (this.#closed) return;
    this.#options.crashed?.(error);
    if (this.#queue.length > 0) this.#giveNext(this.#start());
  }

  #expire(task: Task<Extra>): void {
    const error = new Error('the review did not finish in time');
    const waiting = this.#queue.indexOf(task);
    if (waiting !== -1) {
      this.#queue.splice(waiting, 1);
      task.reject(error);
      return;
    }
    for (const seat of this.#seats) {
      if (seat.task !== task) continue;
      void seat.worker.terminate();
      this.#vacate(seat, error);
    }
  }
}

function reject<Extra>(task: Task<Extra>, error: unknown): void {
  clearTimeout(task.timer);
  task.reject(error);
}
