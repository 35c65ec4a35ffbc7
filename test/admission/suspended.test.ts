// While no rules of the cluster are in force: everything is refused, but for what would mend them.
import { expect, test } from '@jest/globals';
import { admit } from '../../src/admission/admit.ts';
import type { Door, World } from '../../src/admission/world.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { administrator, developer, worldOf } from './scenario.ts';

const known = worldOf();
const world: World = { ...known, rules: { ...known.rules, suspended: true } };
const creation = (group: string, kind: string, resource: string, spec: object): Attributes => ({
  ...{ uid: 'u', dryRun: false, operation: 'CREATE', group, version: 'v1', kind, resource, subresource: '' },
  ...{ namespace: 'free', name: 'one', user: administrator, oldObject: null },
  object: { apiVersion: `${group}/v1`, kind, metadata: { name: 'one' }, spec },
});
const rule: Attributes = {
  ...creation('bulkhead.dev', 'Boundary', 'boundaries', {
    namespaceSelector: {},
    floor: { mode: 'Audit' },
    ingress: [],
  }),
  ...{ version: 'v1alpha1', namespace: '' },
};
const asRule = (attributes: Attributes): Attributes => ({
  ...attributes,
  object: { ...attributes.object, apiVersion: 'bulkhead.dev/v1alpha1' },
});

test.each<[string, Attributes, Door]>([
  [
    'a policy',
    creation('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', { podSelector: {} }),
    'validate',
  ],
  [
    'a policy that would be patched',
    creation('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', {}),
    'mutate',
  ],
  ['what nothing guards', creation('', 'ConfigMap', 'configmaps', {}), 'validate'],
  ['what is reviewed', creation('', 'Pod', 'pods', {}), 'review'],
])('%s is refused as an error', (_sentence, attributes, door) => {
  const { decision } = admit(attributes, world, door);
  expect(decision).toMatchObject({ allowed: false, failure: { code: 'rules.none', status: 500 } });
});

test('an administrator may mend a rule, nobody else may, and it must be one', () => {
  expect(admit(asRule(rule), world, 'validate').decision.allowed).toBe(true);
  const other = admit({ ...asRule(rule), user: developer }, world, 'validate').decision;
  expect(other.violations.map(({ code }) => code)).toEqual(['rules.writer']);
  const broken = { ...asRule(rule).object, spec: { floor: {} } };
  const refused = admit({ ...asRule(rule), object: broken }, world, 'validate').decision;
  expect(refused.violations.map(({ code }) => code)).toContain('rules.invalid');
});
