/** What cases touch of guardrails: the rule, and both answers of each condition and validation; one that fails with an error gives neither. */
import type { Outcome } from '../../../admission/decision.ts';
import type { Rules } from '../../../admission/rules.ts';
import { guardrailSurroundings } from '../../../admission/world.ts';
import type { World } from '../../../admission/world.ts';
import { Budget, matchConditionsLimit } from '../../../cel/budget.ts';
import { invocationsOf } from '../../../guardrail/invocation.ts';
import type { Policy } from '../../../guardrail/policy.ts';
import { applies, start } from '../../../guardrail/run.ts';
import type { Surroundings } from '../../../guardrail/surroundings.ts';
import { variablesOf } from '../../../guardrail/variables.ts';
import type { RequestVariables } from '../../../guardrail/variables.ts';
import type { JsonObject } from '../../../k8s/json.ts';
import type { Point } from './point.ts';

const ofPolicy = ({ kind, name }: Policy, sort: Point['sort'], field: string, way: string): Point => ({
  sort,
  kind,
  name,
  field,
  way,
});

const validation = (index: number): string => `/spec/validations/${index}`;
const condition = (index: number): string => `/spec/matchConditions/${index}`;
const mutation = (index: number): string => `/spec/mutations/${index}`;

/** Everything that could be touched of the guardrails in force. */
export const guardrailPoints = ({ guardrails }: Rules): readonly Point[] =>
  guardrails.all.flatMap(({ policy }) => [
    ofPolicy(policy, 'rule', '', 'asked'),
    ...policy.conditions.flatMap((_, index) =>
      ['applies', 'excludes'].map((way) => ofPolicy(policy, 'branch', condition(index), way)),
    ),
    ...policy.validations.flatMap((_, index) =>
      ['holds', 'fails'].map((way) => ofPolicy(policy, 'branch', validation(index), way)),
    ),
    ...policy.mutations.map((_, index) => ofPolicy(policy, 'branch', mutation(index), 'runs')),
  ]);

/** What one decision touched: the expressions are run again, one by one, on what was judged. */
export function touchedInGuardrails({ attributes }: Outcome, world: World): readonly Point[] {
  const surroundings = guardrailSurroundings(attributes, world);
  const { lookup, namespaceObjects } = surroundings;
  const variables = variablesOf(attributes, lookup, namespaceObjects);
  return invocationsOf(attributes, world.rules.guardrails, surroundings, () => true).flatMap((invocation) => {
    const { policy } = invocation;
    const asked = ofPolicy(policy, 'rule', '', 'asked');
    if (invocation.kind !== 'run') return [asked];
    const { params } = invocation;
    const conditions = touchedConditions(policy, variables, params, surroundings);
    if (applies(policy, variables, params, surroundings.functions) !== 'yes') return [asked, ...conditions];
    const run = start(policy, variables, params, surroundings.functions);
    const validations = policy.validations.flatMap(({ program }, index) => {
      const outcome = run.run(program);
      if (!outcome.ok) return [];
      return [ofPolicy(policy, 'branch', validation(index), outcome.value === true ? 'holds' : 'fails')];
    });
    const mutations = policy.mutations.map((_, index) => ofPolicy(policy, 'branch', mutation(index), 'runs'));
    return [asked, ...conditions, ...validations, ...mutations];
  });
}

function touchedConditions(
  policy: Policy,
  variables: RequestVariables,
  params: JsonObject | null,
  { functions }: Surroundings,
): readonly Point[] {
  const budget = new Budget(matchConditionsLimit);
  const bindings = { variables: { ...variables, namespaceObject: null, params }, functions };
  return policy.conditions.flatMap(({ program }, index) => {
    const outcome = program.run(bindings, budget);
    if (!outcome.ok) return [];
    return [ofPolicy(policy, 'branch', condition(index), outcome.value === true ? 'applies' : 'excludes')];
  });
}
