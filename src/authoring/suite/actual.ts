/** What a case would have to expect for it to pass: the truth, in the form of an expectation. */
import type { Outcome } from '../../admission/decision.ts';
import { verdictOf, warningsOf } from '../../admission/respond.ts';
import { isObject } from '../../k8s/json.ts';
import { differences } from './differences.ts';
import type { Expectation } from './schema.ts';

/** The fields of an expectation that differ, as they would have to be; connectivity, which asks questions, keeps them and changes its answers. */
export function actualExpectation(
  expected: Expectation,
  outcome: Outcome,
): Partial<Record<keyof Expectation, unknown>> {
  const { decision, attributes } = outcome;
  const wrong = new Set(differences(expected, outcome, []).map(({ pointer }) => pointer.split('/')[1] ?? ''));
  const verdict = verdictOf(decision);
  const isNew = Object.keys(expected).length === 0;
  return {
    ...(isNew || wrong.has('decision') ? { decision: verdict } : {}),
    ...(wrong.has('violations') || (isNew && decision.violations.length > 0)
      ? { violations: decision.violations.map(({ rule, field, code }) => ({ rule, code, field })) }
      : {}),
    ...(wrong.has('warnings') ? { warnings: warningsOf(decision) } : {}),
    ...(wrong.has('patched')
      ? {
          patched:
            typeof expected.patched === 'boolean'
              ? decision.patch.length > 0
              : sameFields(expected.patched, attributes.object),
        }
      : {}),
  };
}

/** The object's own values of the fields that were expected; those that it does not have are left out. */
function sameFields(expected: unknown, found: unknown): unknown {
  if (!isObject(expected) || !isObject(found)) return found;
  return Object.fromEntries(
    Object.entries(expected).flatMap(([key, value]) =>
      Object.hasOwn(found, key) ? [[key, sameFields(value, found[key])]] : [],
    ),
  );
}
