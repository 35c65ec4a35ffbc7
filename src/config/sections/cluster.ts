/** What Bulkhead has to be told about the cluster: addresses, ports, the DNS service, the network plugin's keys. */
import { listOf, object, type Settled } from '../shape.ts';
import { labelSelector } from './selectors.ts';

const cidrs = (description: string) =>
  listOf({ type: 'string', format: 'cidr' }, { uniqueItems: true, description });
const ports = (description: string, byDefault: readonly string[]) =>
  listOf(
    { type: 'string', format: 'protocolPort' },
    { uniqueItems: true, minItems: 1, description, default: byDefault },
  );

const dnsPeer = object(
  {
    namespaceSelector: { ...labelSelector, description: 'The namespaces of the DNS pods.' },
    podSelector: { ...labelSelector, description: 'The DNS pods; left out: every pod of these namespaces.' },
    ipBlock: { type: 'string', format: 'cidr', description: 'The address of a node-local DNS cache.' },
    ports: ports('Where it answers.', ['UDP/53', 'TCP/53']),
  },
  { optional: ['namespaceSelector', 'podSelector', 'ipBlock'] },
);

export const cluster = object(
  {
    nat64: {
      ...cidrs('NAT64 prefixes: IPv6 ranges in which IPv4 addresses are embedded.'),
      default: ['64:ff9b::/96'],
    },
    sixToFour: {
      type: 'boolean',
      default: false,
      description: 'Whether 2002::/16 reaches IPv4 addresses (6to4).',
    },
    podCIDRs: cidrs('The addresses of pods; none: not known.'),
    serviceCIDRs: cidrs('The addresses of Services; none: not known.'),
    nodeCIDRs: cidrs('The addresses of nodes; none: not known.'),
    apiServer: object(
      {
        cidrs: cidrs('The addresses of the API server, the peer kubeAPI of Boundaries.'),
        ports: ports('The ports of the API server.', ['TCP/6443']),
      },
      { default: {}, description: 'What the peer kubeAPI of Boundaries stands for.' },
    ),
    dns: listOf(dnsPeer, {
      default: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
      ],
      description: 'The DNS peers that join floors and limits; an ipBlock is taken out of `never`.',
    }),
  },
  { default: {}, description: 'The addresses and services of the cluster.' },
);

export type Cluster = Settled<typeof cluster>;

export const guards = object(
  {
    annotations: listOf(
      { type: 'string', format: 'annotationPattern' },
      {
        uniqueItems: true,
        description: 'Pod annotations to guard beside the built-in list; KEY or PREFIX/*.',
      },
    ),
    extendedResources: listOf(
      { type: 'string', format: 'resourceName' },
      { uniqueItems: true, description: 'Extended resources that attach a network, such as vendor.io/nic.' },
    ),
    annotationWriters: object(
      {
        serviceAccounts: listOf(
          { type: 'string', format: 'namespacedName' },
          { uniqueItems: true, description: 'ServiceAccounts, as NAMESPACE/NAME.' },
        ),
      },
      { default: {}, description: "The network plugin's own accounts, which may write guarded annotations." },
    ),
  },
  {
    default: {},
    description: 'Pod fields through which a network plugin can be told to leave the guarded network.',
  },
);

export type Guards = Settled<typeof guards>;
