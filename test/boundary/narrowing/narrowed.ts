/** What narrowing made of a random case, and what may be asked of it. */
import { excessOf } from '../../../src/boundary/excess.ts';
import { narrowDirection } from '../../../src/boundary/narrowing/narrow.ts';
import type { NarrowedDirection } from '../../../src/boundary/narrowing/narrow.ts';
import type { ConcreteEndpoint } from '../../../src/netpol/concrete/world.ts';
import { someCase, someExceptedCase } from '../arbitraries.ts';
import type { Case } from '../arbitraries.ts';
import { boundariesOf, certainlyAllowed, isExcepted, isForbidden, liesIn } from '../oracle.ts';
import type { Probe } from '../oracle.ts';
import { podBorders, probesFor } from '../probes.ts';
import { policy } from '../scenario.ts';
import type { Json, Scenario } from '../scenario.ts';

export const kinds = [
  ['boundaries', someCase],
  ['boundaries and exceptions', someExceptedCase],
] as const;

export interface Spec {
  readonly [key: string]: Json;
}
const budget = (): { left: number } => ({ left: 100_000 });
export const fieldOf = ({ direction }: Case): 'ingress' | 'egress' =>
  direction === 'Ingress' ? 'ingress' : 'egress';

/** The narrowed spec, and what was cut; the same spec where nothing had to go. */
export function narrowed(
  scene: Scenario,
  given: Case,
  spec: Spec,
  old?: Spec,
): { readonly spec: Spec; readonly cut?: NarrowedDirection } {
  const before = old === undefined ? undefined : policy(old);
  const cut = narrowDirection(
    { spec },
    policy(spec),
    before,
    given.direction,
    scene.limits,
    scene.setting,
    budget(),
  );
  if (cut === 'tooComplex') throw new Error('100,000 nodes are not enough');
  if (cut === undefined) return { spec };
  // As the API server would see it: through JSON.
  const rules = JSON.parse(JSON.stringify(cut.rules)) as Json;
  return { spec: { ...spec, [fieldOf(given)]: rules }, cut };
}

/** The fields that are outside, each with the limit. */
export function outside(scene: Scenario, spec: Spec, old?: Spec): string[] {
  const before = old === undefined ? undefined : policy(old);
  const found = excessOf(policy(spec), before, scene.limits, scene.setting, budget());
  if (found === 'tooComplex') throw new Error('100,000 nodes are not enough');
  return found.map(
    ({ field, limit, never }) =>
      `${field} ${limit.boundary.name} ${never?.field ?? ''} ${JSON.stringify(spec)}`,
  );
}

const flows = 250;
export const probesOf = (scene: Scenario, given: Case, specs: readonly Spec[], seed: number): Probe[] =>
  probesFor(
    scene,
    given.direction,
    specs.map((spec) => policy(spec)),
    given,
    seed,
    flows,
  );

/** Whether an exception has lapsed for what a policy cannot tell apart from these flows: another address of the pod, or a name of the port. */
export const mayBeTakenBack = (scene: Scenario, peer: ConcreteEndpoint, flows: readonly Probe[]): boolean =>
  scene.exceptions.length > 0 &&
  everyAddressOf(scene, peer).some((end) =>
    flows.some((one) => withPortNames({ ...one, peer: end }).some((alike) => isTakenBack(scene, alike))),
  );

/** The same port without a name and with each: a policy that speaks of numbers cannot tell them apart. */
function withPortNames(probe: Probe): Probe[] {
  const { connection, direction, subject, peer } = probe;
  if (connection.protocol === 'OTHER') return [probe];
  const { protocol, port: number } = connection;
  return [[], ['web'], ['alt'], ['web', 'alt']].flatMap((names) => {
    const ports = names.map((name) => ({ name, protocol, number }));
    if (direction === 'Ingress') return [{ ...probe, subject: { ...subject, ports } }];
    return peer.kind === 'pod' ? [{ ...probe, peer: { ...peer, ports } }] : [probe];
  });
}

/** Whether only an exception allowed it, and nothing does now. */
const isTakenBack = (scene: Scenario, probe: Probe): boolean =>
  !isInside(scene, probe) && boundariesOf(scene, scene.own).some((one) => isExcepted(scene, one, probe));

export const isInside = (scene: Scenario, probe: Probe): boolean =>
  boundariesOf(scene, scene.own).every(
    (one) =>
      certainlyAllowed(scene, one, probe) &&
      !one.never[probe.direction].some((rule) => isForbidden(scene, one, rule, probe)),
  );

/** A pod that selectors name may have any pod address. */
export const everyAddressOf = (scene: Scenario, peer: ConcreteEndpoint): ConcreteEndpoint[] =>
  peer.kind === 'address'
    ? [peer]
    : [[], ...podBorders(scene).map((ip) => [ip])].map((ips) => ({ ...peer, ips }));

/** What a policy has words for by itself: a port number, and an address with one meaning. */
export function isPlain(scene: Scenario, { subject, peer, connection }: Probe): boolean {
  if (connection.protocol === 'OTHER' || connection.port === 0) return false;
  if (subject.ports.length > 0) return false;
  if (peer.kind === 'pod') return peer.ports.length === 0;
  const { family, value } = peer.address;
  const translated = ['::ffff:0:0/96', '2002::/16', ...scene.cluster.nat64];
  const { podCIDRs, serviceCIDRs, nodeCIDRs } = scene.cluster;
  return !liesIn([...podCIDRs, ...serviceCIDRs, ...nodeCIDRs, ...translated], family, value);
}
