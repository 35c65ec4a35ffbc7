/** Asks the functions of meaning outside of any expression: objects and texts in, the bare answer out. */
import type { Value } from '../../../src/cel/values/value.ts';
import { isList } from '../../../src/cel/values/value.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { isObject } from '../../../src/k8s/json.ts';
import { meaningFunctions } from '../../../src/admission/meaning/functions.ts';
import type { Scenario } from '../../boundary/scenario.ts';

/** An answer: the value, or `no answer: why`. */
export type Ask = (name: string, ...values: readonly unknown[]) => Value;

/** The functions in a scenario, for one request. */
export function asking(scene: Scenario, budget = 100_000): Ask {
  const functions = meaningFunctions({ ...scene.world, namespace: scene.own.name, bounded: true, budget });
  return (name, ...values) => {
    const answered = functions.get(name)?.(values as readonly Value[], () => true);
    if (answered === undefined) return 'no such function';
    return answered.ok ? answered.value : `no answer: ${answered.message}`;
  };
}

/** A NetworkPolicy of the guarded namespace with this spec. */
export const submitted = (spec: unknown, name = 'p'): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'own' },
  spec,
});

/** The flows that an answer lists. */
export function listed(answer: Value): readonly Readonly<Record<string, unknown>>[] {
  if (!isList(answer)) throw new Error(`no list: ${JSON.stringify(answer)}`);
  return answer.filter((entry) => isObject(entry));
}
