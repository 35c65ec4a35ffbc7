/** The second opinion: what boundaries, policies and pins mean for one concrete flow, on every network plugin, without any algebra. */
import { formatAddress, parseCidr } from '../../src/k8s/cidr.ts';
import type { AddressRange } from '../../src/k8s/cidr.ts';
import { selects } from '../../src/k8s/labelSelector.ts';
import { nameLabel } from '../../src/k8s/namespaceFacts.ts';
import type { NamespaceFacts } from '../../src/k8s/namespaceFacts.ts';
import type { Direction, NetworkPolicy } from '../../src/k8s/networkPolicy.ts';
import type { Boundary } from '../../src/boundary/boundary.ts';
import type { ExceptionFlows } from '../../src/boundary/exceptionFlows.ts';
import type { LimitRule } from '../../src/boundary/limitRule.ts';
import { ruleListAllows } from '../../src/netpol/concrete/limit.ts';
import type { ClusterRanges, LimitReading } from '../../src/netpol/concrete/limit.ts';
import { policyAllows } from '../../src/netpol/concrete/rule.ts';
import { permissive, restrictive } from '../../src/netpol/concrete/switches.ts';
import type { Switches } from '../../src/netpol/concrete/switches.ts';
import { namespaceLabels } from '../../src/netpol/concrete/world.ts';
import type { ConcreteEndpoint, ConcretePod, Connection } from '../../src/netpol/concrete/world.ts';
import type { Scenario } from './scenario.ts';

/** One connection of a pod in the guarded namespace. */
export interface Probe {
  readonly direction: Direction;
  readonly subject: ConcretePod;
  readonly peer: ConcreteEndpoint;
  readonly connection: Connection;
}

/** The Boundaries that select a namespace. */
export const boundariesOf = (
  { boundaries, exempt }: Scenario,
  { name, labels }: NamespaceFacts,
): Boundary[] =>
  exempt.has(name)
    ? []
    : boundaries.filter(({ selector }) => selects(selector, new Map(labels).set(nameLabel, name)));

const knownSwitches = new WeakMap<Scenario['cluster'], readonly Switches[]>();

export function looseSwitches({ cluster }: Scenario): readonly Switches[] {
  const known = knownSwitches.get(cluster) ?? permissive(cluster);
  knownSwitches.set(cluster, known);
  return known;
}

/** Whether the policy allows it on one plugin. */
export const opens = (policy: NetworkPolicy, probe: Probe, switches: Switches): boolean =>
  policy.policyTypes.includes(probe.direction) &&
  selects(policy.podSelector, probe.subject.labels) &&
  policyAllows(
    policy,
    probe.subject.namespace.name,
    probe.direction,
    probe.subject,
    probe.peer,
    probe.connection,
    switches,
  ).allowed;

/** Whether the policy allows it on some plugin. */
export const mayOpen = (scene: Scenario, policy: NetworkPolicy, probe: Probe): boolean =>
  looseSwitches(scene).some((switches) => opens(policy, probe, switches));

/** Whether the policy allows it on every plugin. */
export const mustOpen = (policy: NetworkPolicy, probe: Probe): boolean =>
  restrictive.every((switches) => opens(policy, probe, switches));

const knownRanges = new WeakMap<Scenario['cluster'], ClusterRanges>();

function ranges({ cluster }: Scenario): ClusterRanges {
  const known = knownRanges.get(cluster) ?? rangesOf(cluster);
  knownRanges.set(cluster, known);
  return known;
}

const rangesOf = (cluster: Scenario['cluster']): ClusterRanges => ({
  ...cluster,
  apiServer: {
    cidrs: cluster.apiServer.cidrs,
    ports: cluster.apiServer.ports.map((text) => ({
      protocol: 'TCP',
      port: Number(text.replace('TCP/', '')),
    })),
  },
});

const says = (
  scene: Scenario,
  rules: readonly LimitRule[],
  probe: Probe,
  reading: LimitReading,
  switches: Switches,
): boolean => ruleListAllows(rules, { ...probe, ranges: ranges(scene), reading, switches }).allowed;

/** Whether a Boundary's limit certainly allows it; true where it has none for the direction. */
export function certainlyAllowed(scene: Scenario, boundary: Boundary, probe: Probe): boolean {
  const limit = boundary.limit[probe.direction];
  if (limit === undefined) return true;
  const rules = [...limit, ...dnsRules(scene, probe.direction)];
  const active = scene.exceptions.filter(({ state }) => state === 'active');
  return restrictive.every(
    (switches) =>
      says(scene, rules, probe, 'limit', switches) || excepts(scene, boundary, active, probe, switches),
  );
}

/** Whether some exception, active or lapsed, certainly allows or allowed it. */
export const isExcepted = (scene: Scenario, boundary: Boundary, probe: Probe): boolean =>
  boundary.limit[probe.direction] !== undefined &&
  restrictive.every((switches) => excepts(scene, boundary, scene.exceptions, probe, switches));

const excepts = (
  scene: Scenario,
  boundary: Boundary,
  exceptions: readonly ExceptionFlows[],
  probe: Probe,
  switches: Switches,
): boolean =>
  exceptions.some(
    ({ boundaries, pods, allow }) =>
      boundaries.includes(boundary.name) &&
      (pods === undefined || selects(pods, probe.subject.labels)) &&
      says(scene, allow[probe.direction], probe, 'limit', switches),
  );

/** Whether one of a Boundary's prohibitions could mean it. */
export function isForbidden(scene: Scenario, boundary: Boundary, rule: LimitRule, probe: Probe): boolean {
  const carved = boundary.floor.allowDNS
    ? dnsRules(scene, probe.direction).filter(({ peers }) =>
        peers.some(({ ipBlock }) => ipBlock !== undefined),
      )
    : [];
  if (restrictive.every((switches) => says(scene, carved, probe, 'limit', switches))) return false;
  return looseSwitches(scene).some((switches) => says(scene, [rule], probe, 'never', switches));
}

/** DNS joins egress limits where every Boundary that limits the namespace's egress allows it. */
function dnsRules(scene: Scenario, direction: Direction): readonly LimitRule[] {
  const limiting = boundariesOf(scene, scene.own).filter(({ limit }) => limit.Egress !== undefined);
  const joins = direction === 'Egress' && limiting.every(({ floor }) => floor.allowDNS);
  return joins ? scene.surroundings.dns : [];
}

/** Whether such a pod can exist: names of ports as pinned, addresses inside the pod ranges. */
export const canExist = (scene: Scenario, pod: ConcretePod): boolean =>
  pod.ports.length === 0 ||
  boundariesAround(scene, pod).every(({ portNames }) =>
    pod.ports.every(({ name, protocol, number }) => {
      const pins = portNames.get(name);
      return pins === undefined || pins.some((pin) => pin.protocol === protocol && pin.port === number);
    }),
  );

const knownAround = new WeakMap<Scenario, WeakMap<ConcretePod['namespace'], readonly Boundary[]>>();

/** The Boundaries that select a pod's namespace, found once for each case. */
function boundariesAround(scene: Scenario, { namespace }: ConcretePod): readonly Boundary[] {
  const ofScene = knownAround.get(scene) ?? new WeakMap<ConcretePod['namespace'], readonly Boundary[]>();
  knownAround.set(scene, ofScene);
  const { name, labels } = namespace;
  const known = ofScene.get(namespace) ?? boundariesOf(scene, { ...scene.own, name, labels });
  ofScene.set(namespace, known);
  return known;
}

/** A probe in one line, for failures. */
export function tell({ direction, subject, peer, connection }: Probe): string {
  const pod = (one: ConcretePod): string =>
    JSON.stringify({
      namespace: Object.fromEntries(namespaceLabels(one.namespace)),
      labels: Object.fromEntries(one.labels),
      ips: one.ips.map(({ family, value }) => formatAddress(family, value)),
      ports: one.ports.map(({ name, protocol, number }) => `${name}=${protocol}/${number}`),
    });
  const end = peer.kind === 'pod' ? pod(peer) : formatAddress(peer.address.family, peer.address.value);
  const port = connection.protocol === 'OTHER' ? 'OTHER' : `${connection.protocol}/${connection.port}`;
  return `${direction} of ${pod(subject)} with ${end} on ${port}`;
}

/** Whether an address lies in one of the CIDRs. */
export const liesIn = (cidrs: readonly string[], family: 'IPv4' | 'IPv6', value: bigint): boolean =>
  cidrs.some((text) => {
    const block = blockNamed(text);
    return block?.family === family && block.low <= value && value <= block.high;
  });

const knownBlocks = new Map<string, AddressRange | undefined>();

function blockNamed(text: string): AddressRange | undefined {
  if (!knownBlocks.has(text)) knownBlocks.set(text, parseCidr(text)?.block);
  return knownBlocks.get(text);
}
