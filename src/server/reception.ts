/** Takes one review request from its headers to its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import type { Budget } from './budget.ts';
import type { ClientGate } from './clients.ts';
import { deadlineOf, examine } from './intake.ts';
import type { Limits } from './limits.ts';
import type { ServerLog, ServerObserver } from './observer.ts';
import type { Refusal, Refusals } from './refusal.ts';
import { reply } from './reply.ts';
import { settled } from './review.ts';
import type { Answer, Door, Given, Review } from './review.ts';
import { traceparentOf } from './traceparent.ts';
import type { Traffic } from './traffic.ts';
import { Turn } from './turn.ts';
import type { Turnstile } from './turnstile.ts';

/** Everything that a request meets on its way. */
export interface Reception {
  readonly review: Review;
  readonly limits: Limits;
  readonly refusals: Refusals;
  readonly budget: Budget;
  readonly turnstile: Turnstile<Call>;
  readonly traffic: Traffic;
  readonly observer: ServerObserver;
  readonly log: ServerLog;
  readonly clients: ClientGate | undefined;
  readonly turn: Turn<Call, Outcome, Reply>;
}

/** What came of a call. */
export interface Outcome {
  readonly call: Call;
  readonly given: Given | Refusal;
}

/** An answer on its way. */
export interface Reply {
  readonly call: Call;
  readonly answer: Answer | Refusal;
}

/** A reception with the turns in which it works. */
export function openReception(parts: Omit<Reception, 'turn'>): Reception {
  const whole: Reception = {
    ...parts,
    turn: new Turn({
      take: (call) => {
        admit(whole, call);
      },
      make: ({ call, given }) => ({ call, answer: made(whole, call, given) }),
      send: ({ call, answer }) => {
        try {
          reply(call.response, answer, parts.traffic.draining);
        } catch (error) {
          fail(whole, call, error);
        }
      },
    }),
  };
  return whole;
}

/** A request whose body was read. */
export interface Call {
  readonly door: Door;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly deadline: number;
  readonly traceparent: string | undefined;
  /** Runs from the moment on at which the call has to wait for anything. */
  timer: NodeJS.Timeout | undefined;
  /** To be called once, when the body is held neither in line nor by a review. */
  readonly done: () => void;
}

/** What the client's leaving before the answer counts as, after nginx. */
const clientLeft = 499;

/**
 * Receives one request: refuses, or reads the body, waits for a place, reviews and answers. Whatever happens in between, the request's share of the
 * budget is given back once: when its response is over and nobody holds its body any more, for a client may leave long before its review ends.
 */
export function receive(
  reception: Reception,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { budget, observer, traffic } = reception;
  const started = performance.now();
  const deadline = deadlineOf(request.url, Date.now(), reception.limits.deadlineMillis);
  const traceparent = traceparentOf(request.headers);
  const endSpan = observer.began?.(door, traceparent);
  let held = 0;
  let holders = 1;
  const done = (): void => {
    holders -= 1;
    if (holders === 0) budget.release(held);
  };
  traffic.began();
  response.on('close', () => {
    done();
    traffic.ended();
    const status = response.writableFinished ? response.statusCode : clientLeft;
    observer.answered(door, status, (performance.now() - started) / 1000);
    endSpan?.(status);
  });
  const length = examine(request, reception.limits, reception.refusals, reception.clients);
  if (typeof length !== 'number') {
    reply(response, length, traffic.draining);
    return;
  }
  if (!budget.reserve(length)) {
    observer.shed('bytes');
    reply(response, reception.refusals.overloaded, traffic.draining);
    return;
  }
  held = length;
  readBody(request, length, (body) => {
    // Whoever left before the last byte was read has given everything back already.
    if (holders === 0) return;
    holders += 1;
    reception.turn.arrive({ door, body, response, deadline, traceparent, timer: undefined, done });
  });
}

/** Gives the call a place, a place in line, or a refusal. */
function admit(reception: Reception, call: Call): void {
  // Whoever asked has given up: under more load than can be served, reviewing it would make the next one late too.
  if (Date.now() >= call.deadline) {
    answer(reception, call, reception.refusals.deadline);
    call.done();
    return;
  }
  const entrance = reception.turnstile.enter(call);
  switch (entrance) {
    case 'entered':
      decide(reception, call);
      return;
    case 'queued':
      startTimer(reception, call);
      return;
    case 'full':
      reception.observer.shed('queue');
      answer(reception, call, reception.refusals.overloaded);
      call.done();
      return;
    default:
      entrance satisfies never;
  }
}

/** Reviews a call that has a place, and passes the place on. */
function decide(reception: Reception, call: Call): void {
  if (call.response.destroyed || call.response.headersSent) {
    leave(reception, call);
    return;
  }
  let pending: Promise<Given>;
  try {
    const outcome = reception.review(call.door, call.body, call.deadline, call.traceparent);
    if (!('then' in outcome)) {
      answer(reception, call, outcome);
      leave(reception, call);
      return;
    }
    pending = outcome;
  } catch (error) {
    fail(reception, call, error);
    leave(reception, call);
    return;
  }
  let inside = true;
  const settle = (): void => {
    if (inside) leave(reception, call);
    inside = false;
  };
  // The place is passed on at the deadline too: what never settles must not shut everybody out.
  startTimer(reception, call, settle);
  pending
    .then((late) => {
      answer(reception, call, late);
    })
    .catch((error: unknown) => {
      fail(reception, call, error);
    })
    .finally(settle);
}

function leave(reception: Reception, call: Call): void {
  call.done();
  const next = reception.turnstile.leave();
  // One turn of the event loop for each, so that probes come through.
  if (next !== undefined) setImmediate(decide, reception, next);
}

/** Answers in the review's place once the deadline has passed; a timer that runs already is replaced. */
function startTimer(reception: Reception, call: Call, then?: () => void): void {
  clearTimeout(call.timer);
  call.timer = setTimeout(
    () => {
      answer(reception, call, reception.refusals.deadline);
      then?.();
    },
    Math.max(0, call.deadline - Date.now()),
  );
  // The connection keeps the process alive, not the clock: its client may have left long ago.
  call.timer.unref();
}

function answer(reception: Reception, call: Call, given: Outcome['given']): void {
  clearTimeout(call.timer);
  reception.turn.depart({ call, given });
}

/** The answer, or what stands for one that could not be made. */
function made(reception: Reception, call: Call, given: Outcome['given']): Answer | Refusal {
  try {
    const answer: Answer | Refusal = settled(given);
    if (answer.status === 200 || (answer.status >= 400 && answer.status <= 599)) return answer;
    // The API server follows a redirect and sends the object along; anything else unexpected is no better.
    throw new Error(`the review answered with status ${answer.status}`);
  } catch (error) {
    return failed(reception, call, error);
  }
}

const fail = (reception: Reception, call: Call, error: unknown): void => {
  answer(reception, call, failed(reception, call, error));
};

function failed({ log, refusals }: Reception, { door }: Call, error: unknown): Refusal {
  log.error({ err: error, door, code: 'review_failed' }, 'a review failed; answered 500');
  return refusals.internal;
}
