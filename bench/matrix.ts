/**
 * Measures the reachability index: 10,000 namespaces, 100,000 pods, 20,000 policies, 2,000 tenants.
 *
 * Run with `node --expose-gc --max-semi-space-size=8 bench/matrix.ts`: on a machine with much memory V8 lets the young generation grow to
 * a hundred megabytes, which says nothing about what is held.
 */
import { performance } from 'node:perf_hooks';
import { decodeNetworkPolicy } from '../src/k8s/networkPolicyDecode.ts';
import type { NetworkPolicy } from '../src/k8s/networkPolicy.ts';
import type { ConcreteNamespace } from '../src/netpol/concrete/world.ts';
import { ReachIndex } from '../src/netpol/reach/index/reachIndex.ts';
import type { Change, IndexContents, IndexedPod } from '../src/netpol/reach/index/reachIndex.ts';
import { tenantMatrix } from '../src/netpol/reach/index/tenantMatrix.ts';

const tenants = 2_000;
const namespacesPerTenant = 5;
const podsPerNamespace = 10;
const trials = 200;

/** A small linear congruential generator: the same cluster on every run. */
function* randomNumbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const numbers = randomNumbers(42);
const random = (): number => numbers.next().value as number;
const below = (limit: number): number => Math.floor(random() * limit);

const anyPort = [{ protocol: 'TCP', port: 'http' }];
const sameTenant = (tenant: string): unknown => ({ namespaceSelector: { matchLabels: { tenant } } });
const from = (name: string, app: string): unknown => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  podSelector: { matchLabels: { app } },
});

function policy(namespace: string, name: string, spec: unknown): NetworkPolicy {
  const read = decodeNetworkPolicy(
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name }, spec },
    { strict: true },
  );
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

/** What most namespaces have: deny by default, then the own tenant, the ingress controller, monitoring, DNS, sometimes the internet. */
function specsOf(tenant: string): readonly unknown[] {
  const kind = random();
  if (kind < 0.05) return [];
  if (kind < 0.15)
    return [{ podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [sameTenant(tenant)] }] }];
  const floor = {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [from('monitoring', 'prometheus')], ports: anyPort }],
    egress: [{ to: [from('kube-system', 'dns')], ports: [{ protocol: 'UDP', port: 53 }] }],
  };
  const app = `app${below(12)}`;
  const work = {
    podSelector: random() < 0.5 ? {} : { matchLabels: { app } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [sameTenant(tenant)], ports: [{ port: 8080 }] },
      ...(random() < 0.3 ? [{ from: [from('ingress', 'proxy')], ports: anyPort }] : []),
      ...(random() < 0.02
        ? [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app } } }] }]
        : []),
    ],
    egress: [
      { to: [sameTenant(tenant)] },
      ...(random() < 0.3 ? [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }] : []),
    ],
  };
  const second = random() < 0.7;
  return [
    floor,
    work,
    ...(second
      ? []
      : [{ podSelector: { matchLabels: { app } }, ingress: [{ from: [{ podSelector: {} }] }] }]),
  ];
}

function cluster(): IndexContents {
  const namespaces: ConcreteNamespace[] = [];
  const pods: IndexedPod[] = [];
  const policies: NetworkPolicy[] = [];
  const add = (name: string, tenant: string): void => {
    const namespace = {
      name,
      labels: new Map([
        ['tenant', tenant],
        ['env', ['dev', 'test', 'prod'][below(3)] ?? ''],
      ]),
    };
    namespaces.push(namespace);
    for (let at = 0; at < podsPerNamespace; at += 1) {
      const app =
        name === 'kube-system'
          ? 'dns'
          : name === 'ingress'
            ? 'proxy'
            : name === 'monitoring'
              ? 'prometheus'
              : `app${below(12)}`;
      pods.push({
        kind: 'pod',
        namespace,
        name: `p${at}`,
        labels: new Map([
          ['app', app],
          ['release', `r${below(4)}`],
          ['pod-template-hash', `h${below(1e6)}`],
        ]),
        ips: [{ family: 'IPv4', value: BigInt(0x0a00_0000 + pods.length) }],
        hostNetwork: random() < 0.002,
        ports: random() < 0.7 ? [{ name: 'http', protocol: 'TCP', number: 8080 + below(4) }] : [],
      });
    }
    for (const [at, spec] of specsOf(tenant).entries()) policies.push(policy(name, `np${at}`, spec));
  };
  for (const name of ['kube-system', 'ingress', 'monitoring']) add(name, 'platform');
  for (let at = namespaces.length; at < tenants * namespacesPerTenant; at += 1) {
    add(`ns${at}`, `t${Math.floor(at / namespacesPerTenant)}`);
  }
  return { namespaces, pods, policies };
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
const milliseconds = (value: number | undefined): string => `${(value ?? NaN).toFixed(2)} ms`;

/** How many there are, without holding them. */
function count(items: Iterator<unknown>): number {
  let counted = 0;
  while (items.next().done !== true) counted += 1;
  return counted;
}

/** Lets the collector give back what it has freed (with --expose-gc), so that the resident set says what is held. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Wall clock and processor time: on a busy machine only the second says what the work costs. */
function timed<T>(what: string, body: () => T): T {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = body();
  const { user, system } = process.cpuUsage(before);
  const wall = milliseconds(performance.now() - start);
  console.log(`${what.padEnd(44)} ${wall}  (processor ${milliseconds((user + system) / 1000)})`);
  return result;
}

const contents = timed('make the cluster', cluster);
const { namespaces, pods, policies } = contents;
await settle();
const before = process.memoryUsage.rss();
console.log(
  `${namespaces.length} namespaces, ${pods.length} pods, ${policies.length} policies; RSS ${megabytes(before)}`,
);

const { index, cells } = timed('index, matrix and tenants together', () => {
  const built = timed('build the index and its matrix', () => new ReachIndex(contents));
  const tenantOf = ({ labels }: ConcreteNamespace): string => labels.get('tenant') ?? '';
  return { index: built, cells: timed('tenant x tenant', () => count(tenantMatrix(built, tenantOf))) };
});
await settle();
console.log(
  `${cells} connected tenant pairs; RSS ${megabytes(process.memoryUsage.rss())}, ${megabytes(process.memoryUsage.rss() - before)} of it the index`,
);

function trial(what: string, draw: () => Change): void {
  const times: number[] = [];
  let paths = 0;
  const changes = Array.from({ length: trials }, draw);
  const before = process.cpuUsage();
  for (const change of changes) {
    const began = performance.now();
    paths += index.whatIf(change).length;
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  times.sort((a, b) => a - b);
  const [p50, p99, most] = [times[trials >> 1], times[Math.floor(trials * 0.99)], times.at(-1)];
  console.log(
    `${what.padEnd(44)} p50 ${milliseconds(p50)}  p99 ${milliseconds(p99)}  max ${milliseconds(most)}  ` +
      `(processor, mean ${milliseconds((user + system) / 1000 / trials)}; ${paths} paths)`,
  );
}

const anyNamespace = (): string => `ns${3 + below(namespaces.length - 3)}`;
const peers: readonly unknown[] = [
  { namespaceSelector: {} },
  sameTenant('t7'),
  { ipBlock: { cidr: '10.0.0.0/9' } },
];
trial('what if: a policy with known peers', () => {
  const namespace = anyNamespace();
  return { kind: 'policy', namespace, name: 'np1', policy: policy(namespace, 'np1', specsOf('t9')[0] ?? {}) };
});
trial('what if: a policy with a peer never seen', () => {
  const namespace = anyNamespace();
  const labels = { app: `app${below(12)}`, release: `r${below(4)}` };
  const peer = {
    namespaceSelector: {
      matchExpressions: [{ key: 'tenant', operator: 'NotIn', values: [`x${below(1e6)}`] }],
    },
    podSelector: { matchLabels: labels },
  };
  const spec = { policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [peer] }], egress: [{ to: [peer] }] };
  return { kind: 'policy', namespace, name: 'np1', policy: policy(namespace, 'np1', spec) };
});
trial('what if: a policy open to everybody', () => {
  const namespace = anyNamespace();
  const peer = peers[below(peers.length)];
  const spec = { policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [peer] }], egress: [{ to: [peer] }] };
  return { kind: 'policy', namespace, name: 'np1', policy: policy(namespace, 'np1', spec) };
});
trial('what if: a policy with a block never seen', () => {
  const namespace = anyNamespace();
  const spec = {
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr: `10.${below(2)}.${below(256)}.0/24` } }] }],
  };
  return { kind: 'policy', namespace, name: 'np1', policy: policy(namespace, 'np1', spec) };
});
trial('what if: all policies but the floor go', () => ({
  kind: 'policy',
  namespace: anyNamespace(),
  name: 'np1',
  policy: undefined,
}));
trial('what if: a namespace moves to another tenant', () => ({
  kind: 'namespace',
  name: anyNamespace(),
  labels: new Map([['tenant', `t${below(tenants)}`]]),
}));
trial('what if: a pod is relabelled', () => {
  const pod = pods[30 + below(pods.length - 30)];
  if (pod === undefined) throw new Error('no such pod');
  const labels = new Map([['app', `app${below(12)}`]]);
  return { kind: 'pod', namespace: pod.namespace.name, name: pod.name, pod: { ...pod, labels } };
});
await settle();
console.log(`RSS at the end ${megabytes(process.memoryUsage.rss())}`);
