/** The rules in force: those of files and those stored in the cluster together, swapped whole, and only when they compile. */
import type { Rules } from '../admission/rules.ts';
import type { Document } from '../config/document.ts';
import { describe } from '../config/issue.ts';
import type { Issue, Read } from '../config/issue.ts';
import type { RuleObjects } from './ruleObjects.ts';
import type { Timing } from './timing.ts';

export type RuleEvent =
  | { readonly type: 'swapped'; readonly rules: Rules }
  | { readonly type: 'refused'; readonly issues: readonly Issue[] };

export interface RulesInForce {
  /** The last set that compiled; undefined before the first. */
  current(): Rules | undefined;
  /** Why the newest set is not in force; empty where it is. */
  issues(): readonly Issue[];
  /** Ready while a set is in force that is not older than `staleMillis`; that the newest is refused makes nobody unready: the last good set stays. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  becameReady(millis: number, signal: AbortSignal): Promise<boolean>;
  run(signal: AbortSignal): Promise<void>;
}

export interface RulesInForceOptions {
  /** Starts following what is stored; `changed` is to be called on every change. */
  readonly follow: (changed: () => void) => RuleObjects;
  /** Compiles the stored documents together with those of files. */
  readonly compile: (stored: readonly Document[]) => Read<Rules>;
  /** Reads what a set needs before it is in force; must not take long. */
  readonly prepare?: (rules: Rules) => Promise<void>;
  readonly timing: Timing;
  readonly staleMillis: number;
  readonly observe: (event: RuleEvent) => void;
}

/** Changes that come together are compiled together. */
const gatherMillis = 50;

export function rulesInForce({
  follow,
  compile,
  prepare,
  timing,
  staleMillis,
  observe,
}: RulesInForceOptions): RulesInForce {
  let current: Rules | undefined;
  let issues: readonly Issue[] = [];
  let seen: string | undefined;
  let wake: () => void = () => undefined;
  let changed = false;
  const stored = follow(() => {
    changed = true;
    wake();
  });

  const refresh = async (): Promise<void> => {
    const documents = stored.documents();
    if (documents === undefined) return;
    const text = JSON.stringify(documents.map(({ value }) => value));
    if (text === seen) return;
    seen = text;
    const compiled = compile(documents);
    if (compiled.ok) await prepare?.(compiled.value);
    issues = compiled.ok ? [] : compiled.issues;
    if (compiled.ok) current = compiled.value;
    observe(
      compiled.ok ? { type: 'swapped', rules: compiled.value } : { type: 'refused', issues: compiled.issues },
    );
  };

  /** Resolves at the next change, or when it is over. */
  const nextChange = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (changed) resolve();
    });

  const compileOnChange = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await nextChange(signal);
      await timing.pause(gatherMillis, signal);
      changed = false;
      await refresh();
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
    issues: () => issues,
    readiness,
    becameReady: async (millis, signal) => {
      const deadline = timing.now() + millis;
      while (!readiness().ready) {
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
