/** The rules in force: those of files and those stored in the cluster together, swapped whole, and only when they compile; a Boundary that is replaced stays beside them until every replica has them. */
import type { RuleDocument, Rules } from '../admission/rules.ts';
import { describe } from '../config/issue.ts';
import type { Issue, Read } from '../config/issue.ts';
import type { StoredRule } from './ruleKinds.ts';
import type { RuleObjects } from './ruleObjects.ts';
import { reportedHash, supersededBy } from './superseded.ts';
import type { Timing } from './timing.ts';

export type RuleEvent =
  | { readonly type: 'swapped'; readonly rules: Rules }
  | { readonly type: 'refused'; readonly issues: readonly Issue[] };

export interface RulesInForce {
  /** The last set that compiled, with what it replaced until every replica has it; undefined before the first. */
  current(): Rules | undefined;
  /** What other replicas are told of the last set that compiled, once it is in force here; undefined before the first. */
  reported(): string | undefined;
  /** Has it looked at again whether every replica has the newest set. */
  reconsider(): void;
  /** Why the newest set is not in force; empty where it is. */
  issues(): readonly Issue[];
  /** Ready while a set is in force that is not older than `staleMillis`; that the newest is refused makes nobody unready: the last good set stays. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  /** Resolves with true once the first set was compiled, or refused; with false after `millis`, or when it ends. */
  becameKnown(millis: number, signal: AbortSignal): Promise<boolean>;
  run(signal: AbortSignal): Promise<void>;
}

export interface RulesInForceOptions {
  /** Starts following what is stored; `changed` is to be called on every change. */
  readonly follow: (changed: () => void) => RuleObjects;
  /** Compiles the stored documents together with those of files. */
  readonly compile: (stored: readonly RuleDocument[]) => Read<Rules>;
  /** Claims that every other replica decides by the set that is told of so. Absent: there are none to wait for. */
  readonly isRolledOut?: (reported: string) => boolean;
  /** Reads what a set needs before it is in force; must not take long. */
  readonly prepare?: (rules: Rules) => Promise<void>;
  readonly timing: Timing;
  readonly staleMillis: number;
  readonly observe: (event: RuleEvent) => void;
}

/** Changes that come together are compiled together. */
const gatherMillis = 50;
/** A replica that went is told of by nobody, so now and then it is asked who is there. */
const reconsiderMillis = 1_000;

const issuesOf = (read: Read<unknown>): readonly Issue[] => (read.ok ? [] : read.issues);

interface Newest {
  readonly documents: readonly StoredRule[];
  readonly rules: Rules;
  readonly reported: string;
  readonly beside: readonly RuleDocument[];
}

export function rulesInForce({
  follow,
  compile,
  prepare,
  isRolledOut = () => true,
  timing,
  staleMillis,
  observe,
}: RulesInForceOptions): RulesInForce {
  let current: Rules | undefined;
  /** The last set that compiled, and what it replaced as long as that is in force beside it. */
  let newest: Newest | undefined;
  let issues: readonly Issue[] = [];
  let seen: string | undefined;
  let wake: () => void = () => undefined;
  let changed = false;
  const stored = follow(() => {
    changed = true;
    wake();
  });

  const refuse = (why: readonly Issue[]): void => {
    issues = why;
    observe({ type: 'refused', issues });
  };

  const refresh = async (): Promise<void> => {
    const documents = stored.documents();
    if (documents === undefined) return;
    const text = JSON.stringify(documents.map(({ value, version }) => [value, version]));
    if (text === seen) return;
    seen = text;
    const compiled = compile(documents);
    const reported = reportedHash(documents);
    const replaced =
      newest === undefined || isRolledOut(reported)
        ? []
        : supersededBy(documents, newest.documents, newest.beside);
    const whole = compiled.ok && replaced.length > 0 ? compile([...documents, ...replaced]) : compiled;
    if (!compiled.ok || !whole.ok) {
      refuse(compiled.ok ? issuesOf(whole) : compiled.issues);
      return;
    }
    await prepare?.(compiled.value);
    issues = [];
    newest = { documents, rules: compiled.value, reported, beside: replaced };
    current = whole.value;
    observe({ type: 'swapped', rules: whole.value });
  };

  /** Lets go of what was replaced once every replica has what replaced it. */
  const settle = (): void => {
    if (newest === undefined || newest.beside.length === 0 || !isRolledOut(newest.reported)) return;
    newest = { ...newest, beside: [] };
    current = newest.rules;
    observe({ type: 'swapped', rules: newest.rules });
  };

  /** Resolves at the next change, when it is time to ask who is there, or when it is over. */
  const nextChange = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const over = new AbortController();
      const end = (): void => {
        over.abort();
        resolve();
      };
      wake = end;
      signal.addEventListener('abort', end, { once: true, signal: over.signal });
      if (changed || signal.aborted) end();
      else if (newest !== undefined && newest.beside.length > 0)
        void timing.pause(reconsiderMillis, AbortSignal.any([signal, over.signal])).then(end);
    });

  const compileOnChange = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await nextChange(signal);
      await timing.pause(gatherMillis, signal);
      changed = false;
      await refresh();
      settle();
    }
  };

  const readiness = (): ReturnType<RulesInForce['readiness']> => {
    const age = stored.age();
    const trouble = stored.trouble();
    const why = trouble === undefined ? '' : `: ${trouble}`;
    if (age === undefined) return { ready: false, reasons: [`rules: not listed yet${why}`] };
    if (current === undefined)
      return {
        ready: false,
        reasons: [`rules: none in force: ${issues.map(describe).slice(0, 3).join('; ')}`],
      };
    if (age > staleMillis)
      return { ready: false, reasons: [`rules: last heard of ${Math.round(age / 1000)} s ago${why}`] };
    return { ready: true, reasons: [] };
  };

  return {
    current: () => current,
    reported: () => newest?.reported,
    reconsider: () => {
      if (newest === undefined || newest.beside.length === 0) return;
      changed = true;
      wake();
    },
    issues: () => issues,
    readiness,
    becameKnown: async (millis, signal) => {
      const deadline = timing.now() + millis;
      while (current === undefined && issues.length === 0) {
        if (signal.aborted || timing.now() >= deadline) return false;
        await timing.pause(Math.min(50, millis), signal);
      }
      return true;
    },
    run: async (signal) => {
      await Promise.all([stored.run(signal), compileOnChange(signal)]);
    },
  };
}
