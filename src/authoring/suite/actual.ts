/** What a case would have to expect for it to pass: the truth, in the form of an expectation. */
import type { Outcome } from '../../admission/decision.ts';
import { verdictOf, warningsOf } from '../../admission/respond.ts';
import { isObject } from '../../k8s/json.ts';
import { differences, expectsNothing } from './differences.ts';
import type { Expectation } from './schema.ts';

/** The fields of an expectation that differ, as they would have to be; connectivity, which asks questions, keeps them and changes its answers. */
export function actualExpectation(
  expected: Expectation,
  outcome: Outcome,
): Partial<Record<keyof Expectation, unknown>> {
  const { decision } = outcome;
  const wrong = new Set(differences(expected, outcome, []).map(({ pointer }) => pointer.split('/')[1] ?? ''));
  const verdict = verdictOf(decision);
  const isNew = expectsNothing(expected);
  // Denied as expected, but for a reason that only the violations can name.
  const isUnnamed = wrong.has('decision') && expected.decision === verdict;
  return {
    ...(isNew || wrong.has('decision') ? { decision: verdict } : {}),
    ...(wrong.has('violations') || isUnnamed || (isNew && decision.violations.length > 0)
      ? { violations: decision.violations.map(({ rule, field, code }) => ({ rule, code, field })) }
      : {}),
    ...(wrong.has('warnings') ? { warnings: warningsOf(decision) } : {}),
    ...(wrong.has('patched') ? { patched: patchedNow(expected.patched, outcome) } : {}),
  };
}

/** The fields that were expected as they are; whether anything is changed at all where no field was, or the object has none of them. */
function patchedNow(expected: Expectation['patched'], { attributes, decision }: Outcome): unknown {
  const fields = isObject(expected) ? sameFields(expected, attributes.object) : undefined;
  return isObject(fields) ? fields : decision.patch.length > 0;
}

/** The object's own values of the fields that were expected; those that it does not have are left out, and undefined is none of them. */
function sameFields(expected: unknown, found: unknown): unknown {
  if (!isObject(expected) || !isObject(found)) return found;
  const fields = Object.entries(expected).flatMap(([key, value]) => {
    const own = Object.hasOwn(found, key) ? sameFields(value, found[key]) : undefined;
    return own === undefined ? [] : [[key, own] as const];
  });
  return fields.length === 0 && Object.keys(expected).length > 0 ? undefined : Object.fromEntries(fields);
}
