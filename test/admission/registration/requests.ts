// Requests of every kind that a rule might care about, in every combination of a few telling properties.
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { otherPolicyKinds } from '../../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import type { Attributes, Operation } from '../../../src/k8s/attributes.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { administrator, developer } from '../scenario.ts';

type Target = Pick<Attributes, 'group' | 'version' | 'kind' | 'resource' | 'subresource'> & {
  readonly operations: readonly Operation[];
};

const writes = ['CREATE', 'UPDATE'] as const;
const core = (
  kind: string,
  resource: string,
  subresource: string,
  operations: readonly Operation[],
): Target => ({
  group: '',
  version: 'v1',
  kind,
  resource,
  subresource,
  operations,
});

const own: readonly Target[] = [
  core('Pod', 'pods', '', [...writes, 'DELETE']),
  core('Pod', 'pods', 'status', ['UPDATE']),
  core('Pod', 'pods', 'ephemeralcontainers', ['UPDATE']),
  core('Pod', 'pods', 'resize', ['UPDATE']),
  core('Binding', 'pods', 'binding', ['CREATE']),
  core('Binding', 'bindings', '', ['CREATE']),
  core('Namespace', 'namespaces', '', [...writes, 'DELETE']),
  core('Namespace', 'namespaces', 'status', ['UPDATE']),
  core('Namespace', 'namespaces', 'finalize', ['UPDATE']),
  core('ConfigMap', 'configmaps', '', writes),
  {
    group: 'networking.k8s.io',
    version: 'v1',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    subresource: '',
    operations: [...writes, 'DELETE'],
  },
];

const others: readonly Target[] = otherPolicyKinds.map(({ group, kind, resource }) => ({
  group,
  version: 'v9',
  kind,
  resource,
  subresource: '',
  operations: [...writes, 'DELETE'],
}));

const targets: Arbitrary<Target> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...own) },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
);

const keys = (names: readonly string[]): Arbitrary<JsonObject> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom('a', 'b', '')), {
      maxLength: 3,
      selector: ([key]) => key,
    })
    .map((pairs) => Object.fromEntries(pairs));

const labels = keys(['exposure', 'bulkhead.dev/tenant', 'zone', 'free', 'constructor']);
const annotations = keys([
  'k8s.v1.cni.cncf.io/networks',
  'k8s.v1.cni.cncf.io/network-status',
  'ovn.kubernetes.io/ip_address',
  'example.com/address',
  'nets.example.com/one',
  'free',
  'constructor',
]);

const container = (capability: string): JsonObject => ({
  name: 'app',
  image: 'example/app:1',
  securityContext: { capabilities: { drop: [capability] } },
});
const specs: readonly JsonObject[] = [
  { containers: [container('NET_RAW')] },
  { containers: [container('CHOWN')] },
  { containers: [container('NET_RAW')], hostNetwork: true },
  { containers: [container('NET_RAW')], ephemeralContainers: [container('CHOWN')] },
  { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] },
  { podSelector: {}, policyTypes: ['Ingress'] },
];

interface Sketch {
  readonly name: string;
  readonly labels: JsonObject | undefined;
  readonly annotations: JsonObject | undefined;
  readonly spec: JsonObject;
}

const sketches: Arbitrary<Sketch> = fc.record({
  name: fc.constantFrom('one', 'bulkhead-floor'),
  labels: fc.option(labels, { nil: undefined }),
  annotations: fc.option(annotations, { nil: undefined }),
  spec: fc.constantFrom(...specs),
});

/** The object that a sketch stands for; JSON has no undefined. */
function drawn({ name, labels, annotations, spec }: Sketch): JsonObject {
  const metadata = {
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { metadata, spec };
}

const isCluster = ({ group, resource }: Target): boolean =>
  otherPolicyKinds.some((one) => one.group === group && one.resource === resource && one.scope === 'Cluster');

/** A request that an API server could have sent, in one of these namespaces. */
export const requests = (namespaces: readonly string[]): Arbitrary<Attributes> =>
  fc
    .record({
      target: targets,
      operation: fc.constantFrom<Operation>('CREATE', 'UPDATE', 'DELETE'),
      namespace: fc.constantFrom(...namespaces),
      sketch: sketches,
      other: sketches,
      changes: fc.subarray(['labels', 'annotations', 'spec'] as const),
      user: fc.constantFrom(developer, administrator),
    })
    .filter(({ target, operation }) => target.operations.includes(operation))
    .map(({ target, operation, namespace, sketch, other, changes, user }) => {
      const { group, version, kind, resource, subresource } = target;
      const name = resource === 'namespaces' ? namespace : sketch.name;
      const now: Sketch = { ...sketch, name };
      const before = changes.reduce<Sketch>((one, part) => ({ ...one, [part]: other[part] }), now);
      return {
        ...{ uid: 'u', dryRun: false, group, version, kind, resource, subresource, operation, name, user },
        namespace: isCluster(target) ? '' : namespace,
        object: operation === 'DELETE' ? null : drawn(now),
        oldObject: operation === 'CREATE' ? null : drawn(before),
      };
    });
