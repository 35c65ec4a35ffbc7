/** Concrete flows worth asking about: every namespace, pod, address and port that the rules of a case can tell apart, sampled where too many. */
import { parseCidr } from '../../src/k8s/cidr.ts';
import { isObject } from '../../src/k8s/json.ts';
import type { Direction, NetworkPolicy } from '../../src/k8s/networkPolicy.ts';
import { peerMatches } from '../../src/netpol/concrete/rule.ts';
import type {
  ConcreteEndpoint,
  ConcreteNamespace,
  ConcretePod,
  Connection,
  HostAddress,
  NamedPort,
} from '../../src/netpol/concrete/world.ts';
import { rulesOf } from '../../src/k8s/networkPolicy.ts';
import { canExist, liesIn, looseSwitches } from './oracle.ts';
import type { Probe } from './oracle.ts';
import type { ClusterSettings } from '../../src/boundary/surroundings.ts';
import type { Scenario } from './scenario.ts';

type Labels = ReadonlyMap<string, string>;

/** A repeatable source of chance (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((((t ^ (t >>> 14)) >>> 0) / 4294967296) * sides) | 0;
  };
}

const variants = (
  base: Labels,
  options: Readonly<Record<string, readonly (string | undefined)[]>>,
): Labels[] =>
  Object.entries(options).reduce<Labels[]>(
    (all, [key, values]) =>
      all.flatMap((labels) =>
        values.map((value) => (value === undefined ? labels : new Map(labels).set(key, value))),
      ),
    [base],
  );

const tenants = [undefined, '', 'a', 'b', 'z'];
const environments = [undefined, 'prod', 'dev', 'z'];
const teams = [undefined, 'x', 'z'];

/** The namespaces that can exist: known ones keep their protected labels that are present, everything else is free. */
function namespaces({ live, protectedKeys, own }: Scenario): ConcreteNamespace[] {
  const all: ConcreteNamespace[] = [];
  for (const { name, labels } of live) {
    const fixed = new Map([...labels].filter(([key]) => protectedKeys.has(key)));
    const free = (key: string, values: readonly (string | undefined)[]): readonly (string | undefined)[] =>
      fixed.has(key) ? [undefined] : values;
    const options = {
      tenant: free('tenant', tenants),
      env: free('env', environments),
      team: free('team', teams),
    };
    for (const labels of variants(fixed, options)) all.push({ name, labels });
  }
  all.push({ name: own.name, labels: own.labels });
  for (const name of ['shared', 'zzz']) {
    for (const labels of variants(new Map(), { tenant: tenants, env: environments, team: teams }))
      all.push({ name, labels });
  }
  return all;
}

const podLabels = variants(new Map(), {
  app: [undefined, 'web', 'db', 'z'],
  role: [undefined, 'x', 'z'],
  'k8s-app': [undefined, 'kube-dns', 'z'],
});

/** Addresses on both sides of every border that a text of the case draws, and their IPv4 images. */
function borders(texts: Iterable<string>): HostAddress[] {
  const found = new Map<string, HostAddress>();
  for (const text of texts) for (const [key, address] of bordersOf(text)) found.set(key, address);
  return [...found.values()];
}

/** The cases of a law use the same few texts ten thousand times. */
const knownBorders = new Map<string, ReadonlyMap<string, HostAddress>>();

function bordersOf(text: string): ReadonlyMap<string, HostAddress> {
  const known = knownBorders.get(text);
  if (known !== undefined) return known;
  const found = new Map<string, HostAddress>();
  const add = (family: HostAddress['family'], value: bigint): void => {
    if (value < 0n || value >= 1n << (family === 'IPv4' ? 32n : 128n)) return;
    found.set(`${family} ${value}`, { family, value });
    if (family === 'IPv4') return;
    add('IPv4', value & 0xffff_ffffn);
    if (value >> 112n === 0x2002n) add('IPv4', (value >> 80n) & 0xffff_ffffn);
  };
  const cidr = parseCidr(text);
  for (const range of [cidr?.block, cidr?.octal]) {
    if (range === undefined) continue;
    const { family, low, high } = range;
    for (const value of [low - 1n, low, (low + high) / 2n, high, high + 1n]) add(family, value);
  }
  knownBorders.set(text, found);
  return found;
}

function strings(value: unknown, into = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') into.add(value);
  else if (Array.isArray(value)) for (const item of value) strings(item, into);
  else if (isObject(value)) for (const item of Object.values(value)) strings(item, into);
  return into;
}

const connections: readonly Connection[] = [
  ...[0, 1, 2, 53, 79, 80, 81, 85, 90, 91, 6443, 32767, 32768, 65535].map(
    (port) => ({ protocol: 'TCP', port }) as const,
  ),
  ...[0, 53, 80, 81].map((port) => ({ protocol: 'UDP', port }) as const),
  { protocol: 'SCTP', port: 80 },
  { protocol: 'OTHER' },
];

/** Up to `count` flows that the policy's peers and subjects make likely; the same seed gives the same flows. */
export function probesFor(
  scene: Scenario,
  direction: Direction,
  policies: readonly NetworkPolicy[],
  written: unknown,
  seed: number,
  count: number,
): Probe[] {
  const roll = dice(seed);
  const one = <T>(list: readonly T[]): T | undefined => list[roll(list.length)];
  const [, loose] = looseSwitches(scene);
  if (loose === undefined) throw new Error('no switches');
  const homes = namespaces(scene);
  const ownHomes = homes.filter(({ name }) => name === scene.own.name);
  const borderAddresses = borders(strings([written, scene.cluster]));
  const podAddresses = borderAddresses.filter(({ family, value }) =>
    liesIn(scene.cluster.podCIDRs, family, value),
  );

  const pod = (namespace: ConcreteNamespace, labels: Labels, name: string): ConcretePod => {
    const ip = roll(2) === 0 ? one(podAddresses) : undefined;
    return {
      kind: 'pod',
      namespace,
      name,
      labels,
      ips: ip === undefined ? [] : [ip],
      hostNetwork: false,
      ports: [],
    };
  };
  const anyPod = (): ConcretePod =>
    pod((roll(4) === 0 ? one(ownHomes) : one(homes)) ?? fail(), one(podLabels) ?? fail(), 'peer');
  const address = (): ConcreteEndpoint => ({ kind: 'address', address: one(borderAddresses) ?? fail() });

  const peers: ConcreteEndpoint[] = [];
  const likely = policies.flatMap((policy) => rulesOf(policy, direction));
  const isLikely = (endpoint: ConcreteEndpoint): boolean =>
    likely.some(
      (rule) =>
        rule.peers.length === 0 ||
        rule.peers.some((item) => peerMatches(item, scene.own.name, endpoint, loose)),
    );
  for (let tries = 0; tries < 150 && peers.length < 40; tries += 1) {
    const candidate = roll(3) === 0 ? address() : anyPod();
    if (isLikely(candidate)) peers.push(candidate);
  }
  const subjects = everySubject(scene);

  const probes: Probe[] = [];
  for (let tries = 0; tries < count && peers.length > 0; tries += 1) {
    const connection = one(connections) ?? fail();
    const subject = one(subjects) ?? fail();
    const peer = one(peers) ?? fail();
    const ports = namesAt(connection, roll(4));
    const named = (end: ConcretePod): ConcretePod =>
      canExist(scene, { ...end, ports }) ? { ...end, ports } : end;
    probes.push({
      direction,
      subject: direction === 'Ingress' ? named(subject) : subject,
      peer: direction === 'Egress' && peer.kind === 'pod' ? named(peer) : peer,
      connection,
    });
  }
  return probes;
}

const knownPodBorders = new WeakMap<ClusterSettings, readonly HostAddress[]>();

/** Pod addresses on both sides of the borders that canonical blocks draw. */
export function podBorders({ cluster }: Scenario): readonly HostAddress[] {
  const known = knownPodBorders.get(cluster);
  if (known !== undefined) return known;
  const found = borders([...cluster.podCIDRs, '10.244.1.0/24', '10.244.0.0/17']).filter(({ family, value }) =>
    liesIn(cluster.podCIDRs, family, value),
  );
  knownPodBorders.set(cluster, found);
  return found;
}

/** A pod of the guarded namespace for every set of labels. */
export const everySubject = ({ own }: Scenario): ConcretePod[] =>
  podLabels.map((labels) => ({
    kind: 'pod',
    namespace: { name: own.name, labels: own.labels },
    name: 'subject',
    labels,
    ips: [],
    hostNetwork: false,
    ports: [],
  }));

const fail = (): never => {
  throw new Error('nothing to choose from');
};

function namesAt(connection: Connection, which: number): NamedPort[] {
  if (connection.protocol === 'OTHER' || connection.port === 0) return [];
  const { protocol, port: number } = connection;
  return ['web', 'alt']
    .filter((_, bit) => (which & (1 << bit)) !== 0)
    .map((name) => ({ name, protocol, number }));
}
