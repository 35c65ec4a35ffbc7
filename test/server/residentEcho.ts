/** The entry of a test worker: answers with what it was asked, or misbehaves as `extra` says. */
import { parentPort, workerData } from 'node:worker_threads';
import { reside } from '../../src/server/residentWorker.ts';

type Extra = 'echo' | 'throw' | 'reject' | 'crash' | 'exit' | 'hang' | 'late' | 'exhaust' | 'large';

if (parentPort === null) throw new Error('run this as a worker');
let snapshot = 'none';
reside<string, Extra>(parentPort, {
  update: (given) => {
    snapshot = given;
  },
  review: (door, body, extra, deadlineMillis) => {
    switch (extra) {
      case 'echo': {
        const text = body.toString();
        return {
          status: 200,
          body: JSON.stringify({ door, text, snapshot, data: workerData as unknown, deadlineMillis }),
        };
      }
      case 'throw':
        throw new TypeError('a bug in the worker');
      case 'reject':
        return Promise.reject(new RangeError('a late bug in the worker'));
      case 'crash':
        setImmediate(() => {
          throw new Error('the worker is gone');
        });
        return new Promise(() => undefined);
      case 'exit':
        return process.exit(7);
      case 'hang':
        for (;;) if (workerData instanceof SharedArrayBuffer) Atomics.add(new Int32Array(workerData), 0, 1);
      case 'late':
        return new Promise((resolve) => setTimeout(resolve, 100, { status: 200, body: 'late' }));
      case 'exhaust': {
        const kept: object[] = [];
        for (;;) kept.push({ more: new Array(1_000).fill(kept.length) });
      }
      case 'large':
        return { status: 422, body: Buffer.alloc(body.length, 'y'), retryAfterSeconds: 3 };
      default:
        return extra satisfies never;
    }
  },
});
