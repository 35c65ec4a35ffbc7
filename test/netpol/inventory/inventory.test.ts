/** Manifests become namespaces, pods and policies; what is wrong is told with its place. */
import { describe, expect, test } from '@jest/globals';
import { inventory, mistakes, podNames } from './manifests.ts';

const workload = (kind: string, apiVersion: string, spec: string, meta = 'name: web'): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {${meta}}, spec: ${spec}}`;
const template =
  '{metadata: {labels: {app: web}}, spec: {hostNetwork: true, containers: [{name: c, ports: [{name: http, containerPort: 8080}, {containerPort: 9}]}]}}';

describe('pods', () => {
  test.each([
    ['Deployment', 'apps/v1', `{template: ${template}}`, false],
    ['Deployment', 'apps/v1', `{replicas: 2, template: ${template}}`, true],
    ['StatefulSet', 'apps/v1', `{replicas: 3, template: ${template}}`, true],
    ['DaemonSet', 'apps/v1', `{template: ${template}}`, true],
    ['ReplicaSet', 'apps/v1', `{replicas: 1, template: ${template}}`, false],
    ['ReplicationController', 'v1', `{replicas: 0, template: ${template}}`, false],
    ['Job', 'batch/v1', `{parallelism: 2, template: ${template}}`, true],
    ['CronJob', 'batch/v1', `{jobTemplate: {spec: {template: ${template}}}}`, false],
  ])('a %s of %s with %s becomes one pod with its name', (kind, apiVersion, spec, several) => {
    const { pods } = inventory(workload(kind, apiVersion, spec));
    expect(pods).toHaveLength(1);
    expect(pods[0]).toMatchObject({
      kind: 'pod',
      from: kind,
      namespace: { name: 'default' },
      name: 'web',
      hostNetwork: true,
      several,
      ips: [],
      ports: [{ name: 'http', protocol: 'TCP', number: 8080 }],
    });
    expect(pods[0]?.labels.get('app')).toBe('web');
  });

  test('pods of a Job carry its name', () => {
    const { pods } = inventory(workload('Job', 'batch/v1', `{template: ${template}}`));
    expect(pods[0]?.labels.get('batch.kubernetes.io/job-name')).toBe('web');
  });

  test('a Pod has its own name, labels and addresses', () => {
    const { pods } = inventory(`
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop, labels: {__proto__: x, constructor: z}}
spec: {containers: [{name: c}]}
status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}`);
    expect(pods[0]).toMatchObject({ from: 'Pod', several: false, namespace: { name: 'shop' } });
    expect([...(pods[0]?.labels ?? [])]).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'z'],
    ]);
    expect(pods[0]?.ips).toEqual([
      { family: 'IPv4', value: 0x0a00_0001n },
      { family: 'IPv6', value: 0xfd00_0000_0000_0000_0000_0000_0000_0001n },
    ]);
  });

  test('pods that a workload made speak for it; old ReplicaSets and ended pods do not', () => {
    const owned = (kind: string, name: string): string =>
      `ownerReferences: [{controller: true, kind: ${kind}, name: ${name}}]`;
    const found = inventory(
      [
        workload('Deployment', 'apps/v1', `{template: ${template}}`),
        workload(
          'ReplicaSet',
          'apps/v1',
          `{replicas: 0, template: ${template}}`,
          `name: web-1, ${owned('Deployment', 'web')}`,
        ),
        workload(
          'ReplicaSet',
          'apps/v1',
          `{template: ${template}}`,
          `name: web-2, ${owned('Deployment', 'web')}`,
        ),
        `{apiVersion: v1, kind: Pod, metadata: {name: web-2-a, ${owned('ReplicaSet', 'web-2')}}, spec: {}}`,
        `{apiVersion: v1, kind: Pod, metadata: {name: web-2-b, ${owned('ReplicaSet', 'web-2')}}, spec: {}, status: {phase: Failed}}`,
      ].join('\n---\n'),
    );
    expect(podNames(found)).toEqual(['default/web-2-a']);
  });

  test('a Deployment whose only pod has ended speaks for itself', () => {
    const found = inventory(
      [
        workload('Deployment', 'apps/v1', `{template: ${template}}`),
        `{apiVersion: v1, kind: Pod, metadata: {name: x, ownerReferences: [{controller: true, kind: Deployment, name: web}]}, status: {phase: Succeeded}}`,
      ].join('\n---\n'),
    );
    expect(podNames(found)).toEqual(['default/web']);
  });

  test('two workloads of one name are told apart by their kind', () => {
    const found = inventory(
      [
        workload('Deployment', 'apps/v1', `{template: ${template}}`),
        workload('StatefulSet', 'apps/v1', `{template: ${template}}`),
      ].join('\n---\n'),
    );
    expect(podNames(found)).toEqual(['default/web.deployment', 'default/web.statefulset']);
  });
});

describe('documents', () => {
  test('List kinds and JSON are taken apart, other kinds passed over', () => {
    const found = inventory(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { tenant: 'shop' } } },
          { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
          { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' } },
          { apiVersion: 'serving.knative.dev/v1', kind: 'Deployment', metadata: { name: 'foreign' } },
          { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop' }, spec: {} },
          { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec: {} },
        ],
      }),
    );
    expect(podNames(found)).toEqual(['shop/a']);
    expect(found.namespaces.map(({ name }) => name)).toEqual(['default', 'shop']);
    expect(found.policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      'default/p',
    ]);
    expect(found.warnings).toEqual([]);
  });

  test('the same object twice counts once', () => {
    const namespace = '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}';
    const policy = '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {}}';
    const found = inventory([namespace, policy, namespace, policy].join('\n---\n'));
    expect(found.policies).toHaveLength(1);
    expect(found.namespaces).toHaveLength(2);
  });

  test('a namespace that is only mentioned is warned about where labels are asked for', () => {
    const policy = (selector: string): string =>
      `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {ingress: [{from: [{namespaceSelector: ${selector}}]}]}}`;
    expect(inventory(policy('{}')).warnings).toEqual([]);
    expect(inventory(policy('{matchLabels: {kubernetes.io/metadata.name: x}}')).warnings).toEqual([]);
    expect(inventory(policy('{matchLabels: {tenant: x}}')).warnings).toMatchObject([
      { code: 'inventory.namespace', message: expect.stringContaining('Namespace shop') as unknown },
    ]);
  });

  test('a spelling that only old servers accepted is warned about', () => {
    const { policies, warnings } = inventory(
      '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {ingress: [{from: [{ipBlock: {cidr: 010.0.0.0/8}}]}]}}',
    );
    expect(policies).toHaveLength(1);
    expect(warnings).toMatchObject([{ code: 'ipBlock.notCanonical', line: 1, file: 'm.yaml' }]);
  });
});

describe('mistakes', () => {
  test.each([
    ['no object', 'just text', 'm.yaml:1:1: must be a Kubernetes object (inventory.object)'],
    [
      'no kind',
      'apiVersion: v1',
      'm.yaml:1:1: /kind: kind is missing; a Kubernetes object says what it is (inventory.kind)',
    ],
    [
      'no apiVersion',
      'kind: Pod',
      'm.yaml:1:1: /apiVersion: apiVersion is missing; a Kubernetes object says what it is (inventory.kind)',
    ],
    [
      'a NetworkPolicy of another version',
      'kind: NetworkPolicy\napiVersion: extensions/v1beta1',
      'm.yaml:2:13: /apiVersion: a NetworkPolicy has apiVersion networking.k8s.io/v1, not "extensions/v1beta1" (inventory.apiVersion)',
    ],
    [
      'a policy of another kind',
      'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy',
      'm.yaml:2:7: /kind: CiliumNetworkPolicy of cilium.io decides about connections too and is not modelled; only networking.k8s.io/v1 NetworkPolicy is (inventory.otherPolicy)',
    ],
    [
      'an unknown field',
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  ingres: []',
      'm.yaml:5:3: /spec/ingres: unknown field "ingres"; known here: podSelector, policyTypes, ingress, egress (field.unknown)',
    ],
    [
      'an invalid CIDR',
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  egress:\n  - to:\n    - ipBlock:\n        cidr: 10.0.0.0/33',
      'm.yaml:8:15: /spec/egress/0/to/0/ipBlock/cidr: "10.0.0.0/33" is no CIDR; write for example 10.0.0.0/8 or fd00::/8 (ipBlock.cidr)',
    ],
    [
      'a workload without template',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 1}',
      'm.yaml:4:7: /spec/template: a Deployment needs a pod template at spec.template (inventory.template)',
    ],
    [
      'a bad container port',
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: d}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - name: c\n            ports:\n            - {name: "80", containerPort: 80}',
      'm.yaml:12:22: /spec/jobTemplate/spec/template/spec/containers/0/ports/0/name: "80" is no port name (inventory.containerPort)',
    ],
    [
      'a namespace that is no text',
      '{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: 5}}',
      'm.yaml:1:60: /metadata/namespace: must be a string, not the number 5 (field.type)',
    ],
    [
      'a namespace that is no name',
      '{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: A/b}}',
      'm.yaml:1:60: /metadata/namespace: "A/b" is no namespace name: at most 63 of [a-z0-9-] (inventory.namespaceName)',
    ],
    [
      'no name',
      '{apiVersion: v1, kind: Pod, metadata: {}}',
      'm.yaml:1:39: /metadata/name: this Pod has no name; give it one (inventory.name)',
    ],
    [
      'a pod address that is none',
      '{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {podIP: x}}',
      'm.yaml:1:66: /status/podIP: "x" is no IP address (inventory.podIP)',
    ],
    [
      'an object given twice',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {x: z}}',
      'm.yaml:7:18: /metadata/name: Namespace a is given twice, and differently; keep one (inventory.duplicate)',
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakes(text)).toEqual([expected]);
  });

  test('all of them are told at once', () => {
    expect(mistakes('kind: Pod\n---\napiVersion: v1\n---\n[]')).toHaveLength(3);
  });
});
