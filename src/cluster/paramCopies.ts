/** Copies of the parameters that policies in force ask for: each question is followed for as long as somebody asks it. */
import type { ParamQuery, StoredParams, StoredParamsByKey } from '../guardrail/storedParams.ts';
import type { ApiServer } from './apiServer.ts';
import type { ClusterCode, ClusterFailure } from './failure.ts';
import { ObjectCopy } from './objectCopy.ts';
import { paramQuestion, toParam } from './paramQuestion.ts';
import { reflector } from './reflector.ts';
import type { Reflector, ReflectorEvent } from './reflector.ts';
import type { Timing } from './timing.ts';

export interface ParamCopies {
  /** Follows these too. Resolves once each was listed or could not be, after `millis` at the latest. */
  follow(queries: ReadonlyMap<string, ParamQuery>, millis: number): Promise<void>;
  /** Follows no others any more. */
  retain(queries: ReadonlyMap<string, ParamQuery>): void;
  /** What is known now; another map only where something changed. Copies that are too old are not known. */
  current(): StoredParamsByKey;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export interface ParamCopiesOptions {
  readonly server: ApiServer;
  readonly timing: Timing;
  readonly staleMillis: number;
  readonly observe: (kind: string, event: ReflectorEvent) => void;
  /** Told why a kind cannot be read, once until it can be. */
  readonly failed: (kind: string, failure: ClusterFailure) => void;
  readonly watchSeconds?: number;
}

interface Followed {
  readonly reflected: Reflector;
  readonly answer: (isFresh: boolean) => StoredParams;
  readonly stopping: AbortController;
  readonly running: Promise<void>;
  /** Whether `answer` is another one than it was. */
  changed: boolean;
}

const settledMillis = 20;

export function paramCopies(options: ParamCopiesOptions): ParamCopies {
  const { timing, staleMillis } = options;
  const followed = new Map<string, Followed>();
  const ended: Promise<void>[] = [];
  const stopping = new AbortController();
  let answers: ReadonlyMap<string, StoredParams> = new Map();
  let fresh = '';
  let dropped = false;

  const isFresh = ({ reflected }: Followed): boolean => (reflected.age() ?? Infinity) <= staleMillis;
  const isSettled = ({ reflected }: Followed): boolean =>
    reflected.age() !== undefined || reflected.trouble() !== undefined;

  const end = (one: Followed): void => {
    one.stopping.abort();
    ended.push(one.running);
  };

  return {
    follow: async (queries, millis) => {
      for (const [key, query] of queries) {
        if (!followed.has(key) && !stopping.signal.aborted) followed.set(key, begin(query, options));
      }
      const deadline = timing.now() + millis;
      while (![...followed.values()].every(isSettled)) {
        if (stopping.signal.aborted || timing.now() >= deadline) return;
        await timing.pause(settledMillis, stopping.signal);
      }
    },
    retain: (queries) => {
      for (const [key, one] of followed) {
        if (queries.has(key)) continue;
        end(one);
        followed.delete(key);
        dropped = true;
      }
    },
    current: () => {
      let now = '';
      let changed = dropped;
      for (const one of followed.values()) {
        now += isFresh(one) ? 'f' : (one.reflected.trouble()?.code ?? 'o');
        changed ||= one.changed;
      }
      if (!changed && now === fresh) return answers;
      fresh = now;
      answers = new Map([...followed].map(([key, one]) => [key, one.answer(isFresh(one))]));
      for (const one of followed.values()) one.changed = false;
      dropped = false;
      return answers;
    },
    stop: async () => {
      stopping.abort();
      for (const one of followed.values()) end(one);
      await Promise.all(ended);
    },
  };
}

function begin(query: ParamQuery, options: ParamCopiesOptions): Followed {
  const { server, timing, observe, failed, watchSeconds } = options;
  let told: ClusterCode | undefined;
  const question = paramQuestion(server, query);
  const copy = new ObjectCopy(() => {
    followed.changed = true;
  });
  const reflected = reflector({
    collection: question,
    copy,
    timing,
    observe: (event) => {
      followed.changed = true;
      observe(query.kind, event);
      if (event.type === 'failed' && event.failure.code !== told) failed(query.kind, event.failure);
      told = event.type === 'failed' ? event.failure.code : undefined;
    },
    ...(watchSeconds === undefined ? {} : { watchSeconds }),
  });
  const stopping = new AbortController();
  const followed: Followed = {
    reflected,
    stopping,
    changed: true,
    answer: (isFresh) => {
      const at = question.kindPath();
      if (at === undefined || !isFresh) return { known: false, message: whyNot(reflected) };
      const objects = [...copy.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => toParam(query, object));
      return { known: true, namespaced: at.namespaced, objects };
    },
    running: reflected.run(stopping.signal),
  };
  return followed;
}

/** For whoever is refused: what the API server said is for operators, and told to them. */
function whyNot(reflected: Reflector): string {
  const code = reflected.trouble()?.code;
  const told = code === undefined ? '' : ` (${code})`;
  return reflected.age() === undefined
    ? `they were not listed yet${told}`
    : `they were last heard of too long ago${told}`;
}
