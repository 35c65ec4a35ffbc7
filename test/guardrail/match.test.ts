/** Which requests a policy is about, one dimension at a time. */
import { describe, expect, test } from '@jest/globals';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { judge, object, pod } from './scenario.ts';

const never = 'validations: [{expression: "false", message: "no"}]';
const on = (constraints: string): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: rule}
spec: {matchConstraints: {${constraints}}, ${never}}
`;
const rule = (fields: string): string => `resourceRules: [{${fields}}]`;
const pods = 'apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE]';
const everything = 'apiGroups: ["*"], apiVersions: ["*"], operations: ["*"]';
const namespace: Partial<Attributes> = {
  kind: 'Namespace',
  resource: 'namespaces',
  namespace: 'payments',
  name: 'payments',
  object: object('{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {env: test}}}'),
};
const node: Partial<Attributes> = { kind: 'Node', resource: 'nodes', namespace: '', name: 'n' };
const status: Partial<Attributes> = { subresource: 'status', operation: 'UPDATE', oldObject: pod };
const deleted: Partial<Attributes> = { operation: 'DELETE', object: null, oldObject: pod };

describe('a request matches', () => {
  test.each<[string, string, Partial<Attributes>, boolean]>([
    ['by group, version, operation and resource', rule(`${pods}, resources: [pods]`), {}, true],
    ['not of another resource', rule(`${pods}, resources: [services]`), {}, false],
    ['not of another operation', rule(`${pods}, resources: [pods]`), deleted, false],
    ['not of another group', rule(`${pods}, resources: [pods]`), { group: 'metrics.k8s.io' }, false],
    ['of another version, which is equivalent', rule(`${pods}, resources: [pods]`), { version: 'v2' }, true],
    [
      'of the one version of its group, where the rule names another',
      rule('apiGroups: [""], apiVersions: [v2], operations: [CREATE], resources: [pods]'),
      {},
      false,
    ],
    [
      'not of another version where Exact is asked',
      `matchPolicy: Exact, ${rule(`${pods}, resources: [pods]`)}`,
      { version: 'v2' },
      false,
    ],
    ['not of a subresource that is not named', rule(`${pods}, resources: [pods]`), status, false],
    ['of a subresource that is named', rule(`${pods}, resources: [pods/status]`), status, true],
    [
      'not of the resource where only its subresource is named',
      rule(`${pods}, resources: [pods/status]`),
      {},
      false,
    ],
    ['of the resource itself, which pods/* means too', rule(`${pods}, resources: [pods/*]`), {}, true],
    ['of every subresource', rule(`${pods}, resources: [pods/*]`), status, true],
    ['of one subresource of every resource', rule(`${pods}, resources: ["*/status"]`), status, true],
    ['of every resource, without subresources', rule(`${everything}, resources: ["*"]`), status, false],
    ['of every resource', rule(`${everything}, resources: ["*"]`), {}, true],
    ['of everything', rule(`${everything}, resources: ["*/*"]`), status, true],
    [
      'with one of several rules',
      `resourceRules: [{${pods}, resources: [services]}, {${pods}, resources: [pods]}]`,
      {},
      true,
    ],
    [
      'not where excluded',
      `${rule(`${pods}, resources: [pods]`)}, excludeResourceRules: [{${pods}, resources: ["*"]}]`,
      {},
      false,
    ],
    [
      'where another name is excluded',
      `${rule(`${pods}, resources: [pods]`)}, excludeResourceRules: [{${pods}, resources: [pods], resourceNames: [other]}]`,
      {},
      true,
    ],
    ['by name', rule(`${pods}, resources: [pods], resourceNames: [other, web]`), {}, true],
    ['not under another name', rule(`${pods}, resources: [pods], resourceNames: [other]`), {}, false],
    ['inside a namespace', rule(`${everything}, resources: ["*"], scope: Namespaced`), {}, true],
    [
      'not inside a namespace where Cluster is asked',
      rule(`${everything}, resources: ["*"], scope: Cluster`),
      {},
      false,
    ],
    [
      'of a Namespace, which is of the cluster',
      rule(`${everything}, resources: ["*"], scope: Cluster`),
      namespace,
      true,
    ],
    [
      'not of a Namespace where Namespaced is asked',
      rule(`${everything}, resources: ["*"], scope: Namespaced`),
      namespace,
      false,
    ],
    ['of a node', rule(`${everything}, resources: ["*"], scope: Cluster`), node, true],
    [
      'in a selected namespace',
      `namespaceSelector: {matchLabels: {env: prod}}, ${rule(`${pods}, resources: [pods]`)}`,
      {},
      true,
    ],
    [
      'in a namespace selected by its name',
      `namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: payments}}, ${rule(`${pods}, resources: [pods]`)}`,
      {},
      true,
    ],
    [
      'not in another namespace',
      `namespaceSelector: {matchLabels: {env: test}}, ${rule(`${pods}, resources: [pods]`)}`,
      {},
      false,
    ],
    [
      'of a Namespace by its own new labels',
      `namespaceSelector: {matchLabels: {env: test}}, ${rule(`${everything}, resources: ["*"]`)}`,
      namespace,
      true,
    ],
    [
      'of a node, whatever the namespaceSelector',
      `namespaceSelector: {matchLabels: {env: test}}, ${rule(`${everything}, resources: ["*"]`)}`,
      node,
      true,
    ],
    [
      'by its object',
      `objectSelector: {matchLabels: {app: web}}, ${rule(`${pods}, resources: [pods]`)}`,
      {},
      true,
    ],
    [
      'by its old object',
      `objectSelector: {matchLabels: {app: web}}, ${rule(`${everything}, resources: ["*"]`)}`,
      deleted,
      true,
    ],
    [
      'not with other labels',
      `objectSelector: {matchLabels: {app: db}}, ${rule(`${pods}, resources: [pods]`)}`,
      {},
      false,
    ],
    [
      'not without an object, even where absence is selected',
      `objectSelector: {matchExpressions: [{key: x, operator: DoesNotExist}]}, ${rule(`${everything}, resources: ["*"]`)}`,
      { object: null },
      false,
    ],
    [
      'never of a policy',
      rule(`${everything}, resources: ["*"]`),
      { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
      false,
    ],
  ])('%s', (_, constraints, changes, expected) => {
    const { applied, violations } = judge(on(constraints), changes);
    expect({ applied, denied: violations.length > 0 }).toEqual({ applied: expected, denied: expected });
  });

  test.each([
    ['absent', 'does not exist'],
    ['lost', 'could not be looked up'],
  ])('an error where the namespace is %s and a selector needs it', (name, message) => {
    const selected = `namespaceSelector: {matchLabels: {env: prod}}, ${rule(`${pods}, resources: [pods]`)}`;
    const { violations } = judge(on(selected), { namespace: name });
    expect(violations).toEqual([
      expect.objectContaining({
        code: 'policy.error',
        action: 'Deny',
        message: expect.stringContaining(message),
      }),
    ]);
    expect(judge(on(selected), { namespace: name, resource: 'services' }).violations).toEqual([]);
  });
});
