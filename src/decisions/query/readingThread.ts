/** Questions in a thread of their own: SQLite answers at once or not at all, and the thread that decides has no time to wait for it. */
import { Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { isObject, stringAt } from '../../k8s/json.ts';
import { openReader } from '../stores/openForReading.ts';
import type { ReadTarget } from '../stores/openForReading.ts';
import type { DecisionReader } from './query.ts';

/** What the thread is started with; plain data. */
export interface ReadingOptions {
  readonly about: 'reading';
  readonly target: ReadTarget;
}

/** Whether a worker was started to read. */
export const isReadingOptions = (data: unknown): data is ReadingOptions =>
  isObject(data) && data['about'] === 'reading';

/** The questions, each with what it takes. */
type Ask = {
  readonly [Name in Exclude<keyof DecisionReader, 'close'>]: {
    readonly name: Name;
    readonly args: Parameters<DecisionReader[Name]>;
  };
}[Exclude<keyof DecisionReader, 'close'>];

type ToReading = Ask & { readonly id: number };
type FromReading =
  | { readonly id: number; readonly ok: true; readonly answer: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** How often what was written meanwhile is indexed, so that a question finds little left to do. */
const catchUpMillis = 1_000;

/** Runs in the thread: opens the store at the first question, and again after a failure. */
export function answerQuestions(port: MessagePort, { target }: ReadingOptions): void {
  let open: Promise<DecisionReader> | undefined;
  const reader = (): Promise<DecisionReader> => {
    open ??= openReader(target).catch((error: unknown) => {
      open = undefined;
      throw error;
    });
    return open;
  };
  const timer = setInterval(() => {
    void reader()
      .then((opened) => opened.page({ filter: {}, order: 'newest', limit: 1 }))
      .catch(() => undefined);
  }, catchUpMillis);
  timer.unref();
  port.on('message', (ask: ToReading) => {
    void reader()
      .then((opened) => answerTo(opened, ask))
      .then(
        (answer): FromReading => ({ id: ask.id, ok: true, answer }),
        (error: unknown): FromReading => ({
          id: ask.id,
          ok: false,
          message: stringAt(error, 'message') ?? 'the decision log cannot be read',
        }),
      )
      .then((answer) => {
        port.postMessage(answer);
      });
  });
}

function answerTo(reader: DecisionReader, ask: Ask): Promise<unknown> {
  switch (ask.name) {
    case 'page':
      return reader.page(...ask.args);
    case 'end':
      return reader.end();
    case 'group':
      return reader.group(...ask.args);
    case 'find':
      return reader.find(...ask.args);
    case 'neighbours':
      return reader.neighbours(...ask.args);
  }
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A reader whose work is done by a thread; one that ended is started again by the next question. `entry` is the module of a worker. */
export function readInThread(entry: URL, target: ReadTarget): DecisionReader {
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let last = 0;

  const fail = (ended: Worker, error: Error): void => {
    if (worker !== ended) return;
    worker = undefined;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const started = (): Worker => {
    if (worker !== undefined) return worker;
    const workerData: ReadingOptions = { about: 'reading', target };
    const fresh = new Worker(entry, { workerData });
    worker = fresh;
    fresh.unref();
    fresh.on('message', (message: FromReading) => {
      const asked = pending.get(message.id);
      pending.delete(message.id);
      if (message.ok) asked?.resolve(message.answer);
      else asked?.reject(new Error(message.message));
    });
    fresh.on('error', (error: Error) => {
      fail(fresh, error);
    });
    fresh.on('exit', (code) => {
      fail(fresh, new Error(`the reading thread ended with code ${code}`));
    });
    return fresh;
  };
  /** The thread answers what it was asked: both sides are this file. */
  const ask = <Answer>(question: Ask): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      last += 1;
      pending.set(last, {
        resolve: (answer) => {
          resolve(answer as Answer);
        },
        reject,
      });
      started().postMessage({ ...question, id: last });
    });

  return {
    page: (...args) => ask({ name: 'page', args }),
    end: () => ask({ name: 'end', args: [] }),
    group: (...args) => ask({ name: 'group', args }),
    find: (...args) => ask({ name: 'find', args }),
    neighbours: (...args) => ask({ name: 'neighbours', args }),
    close: async () => {
      const running = worker;
      worker = undefined;
      for (const { reject } of pending.values()) reject(new Error('the reader was closed'));
      pending.clear();
      await running?.terminate();
    },
  };
}
