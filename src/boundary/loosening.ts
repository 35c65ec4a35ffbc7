/** Whether a change of a Boundary loosens it: whether something that was forbidden would be allowed, decided by the same algebra as policies. */
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Direction } from '../k8s/networkPolicy.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import { isWithin } from '../netpol/connections.ts';
import { fullBudget, remainder } from '../netpol/cover.ts';
import type { TooComplex } from '../netpol/cover.ts';
import * as cubes from '../netpol/cube.ts';
import type { Boundary } from './boundary.ts';
import { trustedKeys } from './boundary.ts';
import { resolveLimit } from './limit.ts';
import type { Limit } from './limit.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * What the new Boundary is looser in, in words; nothing where it is as strict or stricter in everything. A question too complex to be answered counts
 * as looser. Floors' own rules are inside the limit, so they are not asked for.
 */
export function loosenings(old: Boundary, now: Boundary, surroundings: Surroundings): readonly string[] {
  return [
    ...(selectsLess(old, now) ? ['namespaceSelector no longer selects everything that it did'] : []),
    ...directions.flatMap((direction) => looserFlows(old, now, direction, surroundings)),
    ...looserSettings(old, now),
  ];
}

function selectsLess(old: Boundary, now: Boundary): boolean {
  const before = cubes.cubeOf(old.selector, cubes.everyNamespace);
  const after = cubes.cubeOf(now.selector, cubes.everyNamespace);
  return before !== undefined && (after === undefined || !cubes.within(before, after));
}

function looserFlows(
  old: Boundary,
  now: Boundary,
  direction: Direction,
  surroundings: Surroundings,
): readonly string[] {
  const word = direction.toLowerCase();
  const sample = sampleOf(old, now);
  const resolve = (one: Boundary): Limit | undefined =>
    resolveLimit(one, direction, sample, surroundings, one.floor.allowDNS);
  const [before, after] = [resolve(old), resolve(now)];
  if (before === undefined) return [];
  const unlimited = before.allowed !== undefined && after?.allowed === undefined;
  if (after === undefined || unlimited) return [`${word} has no limit any more`];
  const beyond = before.allowed === undefined ? [] : outside(after.allowed ?? [], before.allowed, after);
  const freed = freedBy(before, after);
  return [
    ...(isSome(beyond) ? [`${word} allows what it did not`] : []),
    ...(isSome(freed) ? [`never.${word} forbids less`] : []),
  ];
}

const isSome = (left: readonly Box[] | TooComplex): boolean => left === 'tooComplex' || left.length > 0;

/** What of these boxes the old limits did not allow, less what the new one never allows. */
const outside = (flows: readonly Box[], before: readonly Box[], after: Limit): readonly Box[] | TooComplex =>
  remainders(flows, [...before, ...forbidden(after)]);

/** What the old Boundary never allowed and the new one could. */
function freedBy(before: Limit, after: Limit): readonly Box[] | TooComplex {
  const kept = new Set(after.never.map(({ rule }) => ruleText(rule)));
  const gone = before.never.filter(({ rule, viaPods }) => viaPods === undefined || !kept.has(ruleText(rule)));
  const left = remainders(
    gone.map(({ box }) => box),
    forbidden(after),
  );
  if (left === 'tooComplex' || after.allowed === undefined) return left;
  const unallowed = remainders(left, after.allowed);
  if (unallowed === 'tooComplex') return unallowed;
  // What is left and nowhere allowed is as forbidden as before.
  const same = unallowed.length === left.length && unallowed.every((box, index) => box === left[index]);
  return same ? [] : left;
}

const ruleText = ({ peers, ports, appliesTo }: Limit['rules'][number]): string =>
  JSON.stringify(
    [peers.map((peer) => ({ ...peer, field: undefined })), ports, appliesTo],
    (_key, value: unknown) => (value instanceof Map ? [...value] : value),
  );

/** Prohibitions that mean whole boxes; one that means pods by their addresses is not one that another box could be measured by. */
const forbidden = ({ never }: Limit): readonly Box[] =>
  never.filter(({ viaPods }) => viaPods === undefined).map(({ box }) => box);

function remainders(flows: readonly Box[], cover: readonly Box[]): readonly Box[] | TooComplex {
  const budget = { left: 8 * fullBudget };
  const left: Box[] = [];
  for (const box of flows) {
    const rest = remainder(box, cover, budget);
    if (rest === 'tooComplex') return rest;
    left.push(...rest);
  }
  return left;
}

/** A namespace with values of its own under every key that either trusts: what sameLabels means for it, no selector means by chance. */
function sampleOf(old: Boundary, now: Boundary): NamespaceFacts {
  const keys = new Set([...trustedKeys(old), ...trustedKeys(now)]);
  keys.delete(nameLabel);
  const labels = new Map([...keys].map((key) => [key, 'bulkhead.sample.value']));
  for (const [key, value] of old.selector.matchLabels) labels.set(key, value);
  return { name: 'bulkhead-sample-namespace', labels, terminating: false };
}

const actions = ['Deny', 'Drop', 'Gate', 'Narrow', 'Warn', 'Audit', 'Allow'];
const looser = (old: string, now: string): boolean => actions.indexOf(now) > actions.indexOf(old);

function looserSettings(old: Boundary, now: Boundary): readonly string[] {
  const settings = [
    ['onExcess', old.onExcess, now.onExcess],
    ['otherPolicies', old.otherPolicies, now.otherPolicies],
    ['pods.hostNetwork', old.pods.hostNetwork, now.pods.hostNetwork],
    ['pods.hostAccess', old.pods.hostAccess, now.pods.hostAccess],
    ['pods.rawSockets', old.pods.rawSockets, now.pods.rawSockets],
    ['pods.secondaryNetworks', old.pods.secondaryNetworks, now.pods.secondaryNetworks],
    ['pods.addressRequests', old.pods.addressRequests, now.pods.addressRequests],
    ['pods.beforeFloor', old.pods.beforeFloor, now.pods.beforeFloor],
  ] as const;
  const unpinned = [...old.portPins].filter(([name, ports]) => {
    const pinned = now.portPins.get(name);
    return pinned === undefined || !isWithin(pinned, ports);
  });
  return [
    ...settings
      .filter(([, was, is]) => looser(was, is))
      .map(([name, was, is]) => `${name} goes from ${was} to ${is}`),
    ...(old.floor.mode === 'Create' && now.floor.mode === 'Audit' ? ['floors are no longer written'] : []),
    ...old.stampPods
      .filter((key) => !now.stampPods.includes(key))
      .map((key) => `${key} is no longer stamped`),
    ...unpinned.map(([name]) => `port name ${name} may mean more ports`),
  ];
}
