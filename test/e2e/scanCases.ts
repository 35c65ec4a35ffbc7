// What a scanned control plane holds: forty namespaces of twenty tenants with 2,000 policies, and the violations planted among them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An object and the collection that it is created in. */
export interface Planted {
  readonly path: string;
  readonly object: object;
}

const tenants = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
const environments = ['dev', 'prod'];
const spaces = tenants.flatMap((tenant) =>
  environments.map((environment) => ({ tenant, environment, name: `${tenant}-${environment}` })),
);

const boundary = readFileSync(
  join(import.meta.dirname, '..', '..', 'policies', 'tenant-isolation', 'boundary.yaml'),
  'utf8',
);

/** The Boundary that ships, and a guardrail about another kind. */
export const rules = `${boundary}
---
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: { name: no-external-ips }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services] }
  validations:
    - { expression: '!has(object.spec.externalIPs)', message: external addresses are nobody's }
`;

const definition = (group: string, version: string, plural: string, kind: string): Planted => ({
  path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  object: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  },
});

/** One kind that Bulkhead keeps out, and one that it has never heard of. */
export const kinds: readonly Planted[] = [
  definition('cilium.io', 'v2', 'ciliumnetworkpolicies', 'CiliumNetworkPolicy'),
  definition('mesh.example', 'v1', 'meshnetworkpolicies', 'MeshNetworkPolicy'),
];

const namespace = (name: string, labels: object, annotations: object = {}): Planted => ({
  path: '/api/v1/namespaces',
  object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } },
});

const labelsOf = (tenant: string, environment: string): object => ({
  'bulkhead.dev/tenant': tenant,
  'bulkhead.dev/environment': environment,
});

/** Deleted once it is made; without controllers it stays, without a floor, for as long as the test lasts. */
export const leaving: readonly string[] = ['tenant-0-leaving'];

export const namespaces: readonly Planted[] = [
  ...spaces.map(({ name, tenant, environment }) =>
    namespace(
      name,
      labelsOf(tenant, environment),
      name === 'tenant-8-dev' ? { 'ovn.kubernetes.io/logical_switch': 'another' } : {},
    ),
  ),
  ...leaving.map((name) => namespace(name, labelsOf('tenant-0', 'old'))),
  namespace('nobodys', {}),
];

/** Pods need one, and no controller makes it. */
export const accounts: readonly Planted[] = spaces.map(({ name }) => ({
  path: `/api/v1/namespaces/${name}/serviceaccounts`,
  object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
}));

const policy = (at: string, name: string, spec: object): Planted => ({
  path: `/apis/networking.k8s.io/v1/namespaces/${at}/networkpolicies`,
  object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec },
});

const pod = (at: string, name: string, spec: object, labels: object = {}): Planted => ({
  path: `/api/v1/namespaces/${at}/pods`,
  object: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'bulkhead.dev/tenant': at.replace(/-(?:dev|prod)$/, ''), ...labels } },
    spec,
  },
});

const container = {
  name: 'app',
  image: 'registry.example/app:1',
  securityContext: { capabilities: { drop: ['NET_RAW'] } },
};

const floor = (at: string, policyTypes: readonly string[]): Planted =>
  policy(at, 'bulkhead-floor', { podSelector: {}, policyTypes });

const floors = spaces
  .filter(({ name }) => name !== 'tenant-5-dev')
  .map(({ name }) => floor(name, name === 'tenant-6-dev' ? ['Ingress'] : ['Ingress', 'Egress']));

/** Policies inside their boundary, of every shape that it has room for. */
const inside: readonly ((tenant: string, environment: string) => object)[] = [
  (tenant, environment) => ({
    podSelector: { matchLabels: { app: 'api' } },
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: labelsOf(tenant, environment) } }],
        ports: [{ protocol: 'TCP', port: 8443 }],
      },
    ],
  }),
  () => ({
    podSelector: { matchLabels: { app: 'worker' } },
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr: '10.20.8.0/24' } }], ports: [{ protocol: 'TCP', port: 5432 }] }],
  }),
  () => ({ podSelector: { matchLabels: { tier: 'db' } }, ingress: [{ from: [{ podSelector: {} }] }] }),
  () => ({
    podSelector: { matchExpressions: [{ key: 'exposure', operator: 'In', values: ['public'] }] },
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
        ports: [{ protocol: 'TCP', port: 8080, endPort: 8085 }],
      },
    ],
  }),
  () => ({
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [{ protocol: 'UDP', port: 53 }],
      },
    ],
  }),
];

const good = spaces.flatMap(({ name, tenant, environment }) =>
  Array.from({ length: 49 }, (_, index) => {
    const spec = inside[index % inside.length];
    if (spec === undefined) throw new Error('there is no such shape');
    return policy(name, `inside-${index}`, spec(tenant, environment));
  }),
);

const bad: readonly Planted[] = [
  policy('tenant-3-dev', 'opens-everything', {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
  }),
  policy('tenant-7-prod', 'from-another-tenant', {
    podSelector: {},
    ingress: [
      { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tenant-8-prod' } } }] },
    ],
  }),
  policy('tenant-9-prod', 'from-development', {
    podSelector: {},
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'bulkhead.dev/tenant': 'tenant-9' } } }] }],
  }),
];

const pods: readonly Planted[] = [
  ...spaces.map(({ name }) => pod(name, 'right', { containers: [container] })),
  pod('tenant-1-prod', 'of-the-node', { hostNetwork: true, containers: [container] }),
  pod('tenant-2-dev', 'raw', { containers: [{ name: 'app', image: 'registry.example/app:1' }] }),
  pod('tenant-2-prod', 'stranger', { containers: [container] }, { 'bulkhead.dev/tenant': 'tenant-3' }),
  pod('tenant-5-prod', 'into-the-node', { hostPID: true, containers: [container] }),
];

const service = (at: string, name: string, spec: object): Planted => ({
  path: `/api/v1/namespaces/${at}/services`,
  object: { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
});

const others: readonly Planted[] = [
  {
    path: '/apis/cilium.io/v2/namespaces/tenant-4-prod/ciliumnetworkpolicies',
    object: {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'everything' },
      spec: { endpointSelector: {}, egress: [{}] },
    },
  },
  service('tenant-10-dev', 'plain', {}),
  service('tenant-10-dev', 'man-in-the-middle', { externalIPs: ['192.0.2.1'] }),
];

export const objects: readonly Planted[] = [...floors, ...good, ...bad, ...pods, ...others];

/** How many NetworkPolicies there are. */
export const policies = floors.length + good.length + bad.length;

/** `TENANT KIND NAMESPACE/NAME CODE ACTION` of each finding. */
export const expected: readonly string[] = [
  'tenant-3 NetworkPolicy tenant-3-dev/opens-everything boundary.egress Deny',
  'tenant-3 NetworkPolicy tenant-3-dev/opens-everything boundary.never Deny',
  'tenant-7 NetworkPolicy tenant-7-prod/from-another-tenant boundary.ingress Deny',
  'tenant-9 NetworkPolicy tenant-9-prod/from-development boundary.ingress Deny',
  'tenant-5 Namespace /tenant-5-dev floor.missing Deny',
  'tenant-6 NetworkPolicy tenant-6-dev/bulkhead-floor floor.incomplete Deny',
  'tenant-8 Namespace /tenant-8-dev annotations.guarded Deny',
  '- Namespace /nobodys namespace.unassigned Deny',
  'tenant-1 Pod tenant-1-prod/of-the-node pods.hostNetwork Deny',
  'tenant-2 Pod tenant-2-dev/raw pods.rawSockets Deny',
  'tenant-2 Pod tenant-2-prod/stranger pods.stamp Deny',
  'tenant-2 Pod tenant-2-prod/stranger labels.podProtected Deny',
  'tenant-5 Pod tenant-5-prod/into-the-node pods.hostAccess Deny',
  'tenant-4 CiliumNetworkPolicy tenant-4-prod/everything otherPolicies.kind Deny',
  'tenant-10 Service tenant-10-dev/man-in-the-middle policy Deny',
  '- CustomResourceDefinition /meshnetworkpolicies.mesh.example otherPolicies.served Warn',
];

/** Created after the baseline was written. */
export const oneMore: Planted = policy('tenant-11-dev', 'one-more', {
  podSelector: {},
  ingress: [{ from: [{ namespaceSelector: {} }] }],
});
