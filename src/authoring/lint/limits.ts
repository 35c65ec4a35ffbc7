/** Lints what the limits of a Boundary mean: rules that allow nothing, that others or `never` make idle, limits that are none. */
import type { LimitRule } from '../../boundary/limitRule.ts';
import { describeRule, fieldPath } from '../../boundary/describe.ts';
import type { Document } from '../../config/document.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import type { Box, Peer } from '../../netpol/box.ts';
import { everyAddress } from '../../netpol/cluster.ts';
import { everyConnection } from '../../netpol/connections.ts';
import * as cubes from '../../netpol/cube.ts';
import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { idlePeers } from './peers.ts';
import type { Resolution } from './resolution.ts';
import { allowedBy, forbiddenBy, isInside, isNothing } from './resolution.ts';
import { shadowedParts } from './shadows.ts';

/** Everything that is odd about the limits and prohibitions of one Boundary. */
export function lintLimits(document: Document, resolution: Resolution): readonly Finding[] {
  const { limit, never } = resolution.boundary;
  const speaks = directions.some(
    (direction) => limit[direction] !== undefined || never[direction].length > 0,
  );
  if (!speaks) {
    const message =
      'neither ingress nor egress nor never is given, so no NetworkPolicy is limited; write the limits, or [] where nothing may be allowed';
    return [findingAt(document, '/spec', { severity: 'warning', code: 'boundary.guardsNothing', message })];
  }
  return directions.flatMap((direction) => [
    ...lintAllowed(document, direction, resolution),
    ...lintNever(document, direction, resolution),
  ]);
}

function lintAllowed(document: Document, direction: Direction, resolution: Resolution): readonly Finding[] {
  const { boundary, budget } = resolution;
  const rules = boundary.limit[direction];
  const pointer = `/spec/${direction.toLowerCase()}`;
  if (rules === undefined) return [];
  if (rules.length === 0) {
    const message = `[] allows no ${direction.toLowerCase()} at all; leave the field out if no limit is meant`;
    return [findingAt(document, pointer, { severity: 'info', code: 'boundary.closed', message }, 'key')];
  }
  const forbidden = forbiddenBy(boundary.never[direction], direction, resolution);
  const idle = rules.flatMap((rule) => idlePeers(document, rule, direction, resolution));
  const allowed = allowedBy(rules, direction, resolution);
  const alive = rules.filter((rule) => !isNothing(allowedBy([rule], direction, resolution)));
  const contradicting = alive.filter((rule) =>
    isInside(allowedBy([rule], direction, resolution), forbidden, budget),
  );
  const contradictions = contradicting.map((rule) => contradiction(document, rule, direction));
  if (isNothing(allowed) || isInside(allowed, forbidden, budget)) {
    const message = `no rule of this limit allows anything, so no ${direction.toLowerCase()} can be allowed; correct the rules, or write [] if that is meant`;
    const all = findingAt(
      document,
      pointer,
      { severity: 'warning', code: 'boundary.allowsNothing', message },
      'key',
    );
    return [...idle, ...contradictions, all];
  }
  return [
    ...idle,
    ...contradictions,
    ...limitless(document, pointer, direction, resolution, rules),
    ...shadowedParts(
      alive.filter((rule) => !contradicting.includes(rule)),
      (some) => allowedBy(some, direction, resolution),
      budget,
    ).map(({ field, by }) => shadowed(document, field, by, 'allow')),
  ];
}

function lintNever(document: Document, direction: Direction, resolution: Resolution): readonly Finding[] {
  const rules = resolution.boundary.never[direction];
  return shadowedParts(rules, (some) => forbiddenBy(some, direction, resolution), resolution.budget).map(
    ({ field, by }) => shadowed(document, field, by, 'forbid'),
  );
}

function contradiction(document: Document, rule: LimitRule, direction: Direction): Finding {
  const message = `never forbids all that this rule allows (${describeRule(rule, direction)}); remove the rule or narrow never`;
  return findingAt(document, rule.field, { severity: 'error', code: 'boundary.contradictsNever', message });
}

function shadowed(
  document: Document,
  field: string,
  by: readonly string[],
  verb: 'allow' | 'forbid',
): Finding {
  const others = by.map(fieldPath).join(', ');
  const what = by.length === 1 ? `${others} ${verb}s` : `${others} together ${verb}`;
  const message = `${what} all of this already; remove it, or make it say what it is meant to say`;
  return findingAt(document, field, { severity: 'warning', code: 'boundary.shadowed', message });
}

const anyPods: Peer = { sort: 'pods', namespace: cubes.everyNamespace, pod: cubes.everyPod };
const everything: readonly Box[] = [
  anyPods,
  { sort: 'IPv4' as const, addresses: everyAddress.IPv4 },
  { sort: 'IPv6' as const, addresses: everyAddress.IPv6 },
].map((peer) => ({
  subject: cubes.everyPod,
  peer,
  portNames: cubes.everyPod,
  connections: everyConnection,
}));

/** A limit that allows everything, or every namespace to someone. */
function limitless(
  document: Document,
  pointer: string,
  direction: Direction,
  resolution: Resolution,
  rules: readonly LimitRule[],
): readonly Finding[] {
  const allowed = allowedBy(rules, direction, resolution);
  if (
    isInside(
      allowed.map(() => everything),
      allowed,
      resolution.budget,
    )
  ) {
    const message = `this limit allows everything; leave ${direction.toLowerCase()} out if no limit is meant, else name the peers`;
    return [
      findingAt(document, pointer, { severity: 'warning', code: 'boundary.limitsNothing', message }, 'key'),
    ];
  }
  return [];
}
