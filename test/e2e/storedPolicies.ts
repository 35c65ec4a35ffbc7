// What the tests of stored policies stand on: kinds of parameters, the right to read them, policies on ConfigMaps that are told apart by a label.
import type { Document } from '../../src/config/document.ts';
import { compileGuardrails } from '../../src/guardrail/compile.ts';
import { guardrailKindOf } from '../../src/guardrail/kinds.ts';
import { judgeGuardrails } from '../../src/guardrail/judge.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Creation } from './reviewOf.ts';

export const paramGroup = 'params.example';

/** A definition with the kind's name in lower case and an s as its plural. */
export const definition = (kind: string, scope: 'Namespaced' | 'Cluster'): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${paramGroup}` },
  spec: {
    group: paramGroup,
    scope,
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { most: { type: 'integer' } } },
        },
      },
    ],
  },
});

const subjects = [{ kind: 'ServiceAccount', name: 'bulkhead', namespace: 'bulkhead-system' }];
const rbac = 'rbac.authorization.k8s.io';

/** Lets the product list and watch these resources. */
export const reading = (name: string, apiGroup: string, resources: readonly string[]): readonly object[] => [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name },
    rules: [{ apiGroups: [apiGroup], resources, verbs: ['list', 'watch'] }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects,
  },
];

export async function applied(cluster: Cluster, ...items: readonly object[]): Promise<void> {
  const stdin = { apiVersion: 'v1', kind: 'List', items };
  await eventually('it is applied', async () => {
    const { code, stderr } = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
    if (code !== 0 && !/no matches for kind|ensure CRDs are installed/.test(stderr)) throw new Error(stderr);
    return code === 0;
  });
}

/** What makes a policy see only the ConfigMaps of its own case. */
export const constraintsOf = (name: string): object => ({
  objectSelector: { matchLabels: { case: name } },
  resourceRules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
  ],
});

/** A ConfigMap with so many entries. */
export const configMap = (name: string, namespace: string, entries: number, value = 'x'): Creation => ({
  group: '',
  kind: 'ConfigMap',
  resource: 'configmaps',
  namespace,
  object: {
    metadata: { name: 'asked', namespace, labels: { case: name } },
    data: Object.fromEntries(Array.from({ length: entries }, (_, index) => [`k${index}`, value])),
  },
});

const toDocument = (value: object): Document => ({
  value: JSON.parse(JSON.stringify(value)) as unknown,
  file: 'case.yaml',
  positionOf: () => ({ line: 1, column: 1 }),
});

/** What the same documents say when they are read from files: the messages of what is denied. */
export function deniedByFiles(documents: readonly object[], asked: Creation): readonly string[] {
  const all = documents.map(toDocument);
  const isRule = (document: Document): boolean => guardrailKindOf(document) !== undefined;
  const read = compileGuardrails(
    all.filter(isRule),
    all.filter((document) => !isRule(document)),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  const { group, kind, resource, namespace } = asked;
  const object = { apiVersion: 'v1', kind, ...asked.object };
  const { violations } = judgeGuardrails(
    {
      ...{ uid: 'u', operation: 'CREATE', dryRun: false, group, version: 'v1', kind, resource, namespace },
      ...{ subresource: '', name: 'asked', user: { username: 'dev-payments', groups: [] } },
      ...{ object, oldObject: null },
    },
    read.value,
    {
      lookup: (name) => ({ name, labels: new Map(), terminating: false }),
      namespaceObjects: () => ({ metadata: { name: namespace } }),
      functions: new Map(),
    },
  );
  return violations.filter(({ action }) => action === 'Deny').map(({ message }) => message);
}
