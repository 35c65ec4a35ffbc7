/** What guardrails have sent: what their rules name, once, and only where a door has something to do. */
import { expect, test } from '@jest/globals';
import { mutatingEntries, validatingEntries } from '../../../src/admission/registration/entries.ts';
import { tenants, worldOf } from '../scenario.ts';

const policy = (name: string, does: string, operations: string, resources: string): string => `
---
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: ${name}}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [${operations}], resources: [${resources}]}]
  ${does}
`;
const validates = 'validations: [{expression: "true"}]';
const mutates = 'mutations: [{patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{}]"}}]';
const { rules } = worldOf(
  [
    tenants,
    policy('a', validates, 'CREATE, DELETE', 'deployments, deployments/scale'),
    policy('b', validates, 'CREATE, DELETE', 'deployments, deployments/scale'),
    policy('c', mutates, '"*"', 'statefulsets'),
  ].join(''),
);
const named = (entries: ReturnType<typeof validatingEntries>): unknown =>
  entries.filter(({ name }) => name === 'guardrails.bulkhead.dev');
const entry = (rule: object): object => ({
  name: 'guardrails.bulkhead.dev',
  namespaceSelector: {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }],
  },
  rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], scope: '*', ...rule }],
  matchConditions: [],
});

test('what validations name is sent to be validated, once', () => {
  expect(named(validatingEntries(rules, ['kube-system']))).toEqual([
    entry({ operations: ['CREATE', 'DELETE'], resources: ['deployments', 'deployments/scale'] }),
  ]);
});

test('what mutations name is sent to be mutated, but for deletions', () => {
  expect(named(mutatingEntries(rules, ['kube-system']))).toEqual([
    entry({ operations: ['CREATE', 'UPDATE', 'CONNECT'], resources: ['statefulsets'] }),
  ]);
});

test('without guardrails there is no such entry', () => {
  const none = worldOf(tenants).rules;
  expect(named(validatingEntries(none, []))).toEqual([]);
  expect(named(mutatingEntries(none, []))).toEqual([]);
});
