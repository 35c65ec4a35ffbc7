/** The live tail: server-sent events (WHATWG HTML 9.2), one for each record as it arrives. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { arrivalsBehind } from '../decisions/query/arrivals.ts';
import { parseCursor, printCursor } from '../decisions/query/cursor.ts';
import type { Cursor, DecisionReader, Filter } from '../decisions/query/query.ts';
import { recordBody } from './routes.ts';

export interface TailTiming {
  /** How often the log is asked, and after how much silence a comment keeps the connection alive. */
  readonly everyMillis: number;
  readonly heartbeatMillis: number;
  /** A stream ends by then, and its reader comes back with where it was. */
  readonly longestMillis: number;
}

export const usualTiming: TailTiming = {
  everyMillis: 500,
  heartbeatMillis: 15_000,
  longestMillis: 3_600_000,
};
const atOnce = 200;
/** A reader that takes nothing for so long is gone. */
const stuckMillis = 30_000;

/** Where a tail begins: behind what the reader saw last (`Last-Event-ID`), else at the end. Undefined for an id that is none of ours. */
export async function tailStart(
  decisions: DecisionReader,
  last: string | undefined,
): Promise<Cursor | undefined> {
  return last === undefined || last === '' ? decisions.end() : parseCursor(last);
}

/** Streams until the reader leaves, `stopped` says so, or it is time to ask for the token again. Answers how many records went out. */
export async function tail(
  decisions: DecisionReader,
  filter: Filter,
  start: Cursor,
  response: ServerResponse,
  stopped: AbortSignal,
  timing: TailTiming,
): Promise<number> {
  let after = start;
  let count = 0;
  let spoken = performance.now();
  response.write(`retry: 2000\nid: ${printCursor(start)}\n\n`);
  while (!stopped.aborted) {
    const { records, after: known, isEnd } = await arrivalsBehind(decisions, filter, after, atOnce);
    after = known;
    for (const found of records) {
      const data = JSON.stringify(recordBody(found));
      const id = printCursor({ time: 0, position: found.position });
      if (!response.write(`id: ${id}\nevent: decision\ndata: ${data}\n\n`)) await drained(response, stopped);
      count += 1;
      if (isAborted(stopped)) return count;
    }
    if (records.length > 0) spoken = performance.now();
    if (performance.now() - spoken >= timing.heartbeatMillis) {
      response.write(': nothing new\n\n');
      spoken = performance.now();
    }
    if (isEnd) await delay(timing.everyMillis, undefined, { signal: stopped }).catch(() => undefined);
  }
  return count;
}

/** Asked in a function of its own: an `await` before may have changed the answer. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

async function drained(response: ServerResponse, stopped: AbortSignal): Promise<void> {
  // It may have been aborted while the log was read, and is not aborted twice.
  if (stopped.aborted) return;
  const gone = AbortSignal.any([stopped, AbortSignal.timeout(stuckMillis)]);
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    gone.addEventListener(
      'abort',
      () => {
        if (!stopped.aborted) response.destroy();
        resolve();
      },
      { once: true },
    );
  });
}
