import { Registry } from '@prometheus-io/client';
import { expect, test } from '@jest/globals';
import { createRuleMetrics } from '../../src/telemetry/ruleMetrics.ts';
import { createStateMetrics } from '../../src/telemetry/stateMetrics.ts';

const lines = async (registry: Registry, name: string): Promise<readonly string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith(name));

test('results are counted by rule, budgets by kind, and names do not make series without end', async () => {
  const registry = new Registry();
  const rules = createRuleMetrics(registry);
  const found = {
    kind: 'Boundary',
    rule: 'tenants',
    action: 'Deny',
    code: 'boundary.unproven',
    budget: true,
  };
  rules.found([found, { ...found, budget: false }]);
  for (let n = 0; n < 500; n += 1) rules.found([{ ...found, rule: `r${n}`, budget: false }]);
  const results = await lines(registry, 'bulkhead_rule_results_total');
  expect(results).toHaveLength(201);
  expect(results).toContain('bulkhead_rule_results_total{kind="Boundary",rule="tenants",action="Deny"} 2');
  expect(await lines(registry, 'bulkhead_budget_exceeded_total')).toEqual([
    'bulkhead_budget_exceeded_total{kind="Boundary"} 1',
    'bulkhead_budget_exceeded_total{kind="GuardrailPolicy"} 0',
  ]);
});

test.each([
  [
    'a cluster that was heard of',
    { count: 3, ageMillis: 1500 },
    ['bulkhead_namespace_cache_age_seconds 1.5'],
  ],
  ['a cluster that was never listed', { count: 0, ageMillis: undefined }, []],
  ['no cluster', undefined, []],
])('the age of the copy: %s', async (_sentence, namespaces, expected) => {
  const registry = new Registry();
  createStateMetrics(registry, { namespaces: () => namespaces, exceptions: () => new Map() });
  expect(await lines(registry, 'bulkhead_namespace_cache_age_seconds')).toEqual(expected);
});

test('exceptions have every state, and states that nobody knows make no series', async () => {
  const registry = new Registry();
  const exceptions = new Map([
    ['Active', 2],
    ['Strange', 1],
  ]);
  const state = createStateMetrics(registry, { namespaces: () => undefined, exceptions: () => exceptions });
  expect(await lines(registry, 'bulkhead_exceptions')).toHaveLength(6);
  expect(await lines(registry, 'bulkhead_exceptions{state="Active"')).toEqual([
    'bulkhead_exceptions{state="Active"} 2',
  ]);
  state.checkpointed(new Date(60_000));
  expect(await lines(registry, 'bulkhead_decision_log_checkpoint')).toEqual([
    'bulkhead_decision_log_checkpoint_timestamp_seconds 60',
  ]);
});
