/** The limits of a Boundary as an admission policy, as far as CEL decides them exactly. */
import type { Rules } from '../../admission/rules.ts';
import type { Boundary } from '../../boundary/boundary.ts';
import type { LimitRule } from '../../boundary/limitRule.ts';
import { describeRule } from '../../boundary/describe.ts';
import { parseAddress } from '../../k8s/cidr.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import { intersect, isNone, unite } from '../../netpol/cluster.ts';
import { cubeOf, disjoint, everyNamespace } from '../../netpol/cube.ts';
import { meaningOf } from '../../netpol/ipBlock.ts';
import { has } from '../../netpol/ranges.ts';
import type { Left } from '../converted.ts';
import { labelsOf } from './expression.ts';
import { withSelector } from './floor.ts';
import { someIs, standing } from './limitText.ts';
import type { SimpleDirection, SimpleNever } from './limitText.ts';
import { selectorOf } from './policy.ts';
import type { Backstop } from './policy.ts';
import { isPlain } from './selectorText.ts';
import { blocks, readPorts, simplify } from './simpleLimit.ts';

export interface ConvertedLimits {
  readonly backstop: Backstop | undefined;
  readonly left: readonly Left[];
}

/** Converts each direction that it can, and says why it cannot the others. */
export function limitBackstop(boundary: Boundary, rules: Rules): ConvertedLimits {
  const left: Left[] = [];
  const leave = (part: string, reason: string): void => {
    left.push({ what: `Boundary "${boundary.name}"${part}`, reason });
  };
  const parts = directions.flatMap((direction) => {
    const { limit, never } = boundary;
    if (limit[direction] === undefined && never[direction].length === 0) return [];
    const why = undecidable(boundary, direction, rules);
    if (why !== undefined) {
      leave(`, ${direction.toLowerCase()}`, why);
      return [];
    }
    return simpleDirection(boundary, direction, rules, leave);
  });
  if (parts.length === 0) return { backstop: undefined, left };
  return { backstop: backstopOf(boundary, parts, rules), left };
}

/** What makes a whole direction hang on more than the Boundary itself. */
function undecidable(boundary: Boundary, direction: Direction, { ruleSet }: Rules): string | undefined {
  if (boundary.onExcess !== 'Deny') return `onExcess: ${boundary.onExcess} refuses nothing`;
  const beside = ruleSet.boundaries.filter((other) => other !== boundary && mayMeet(boundary, other));
  const narrowing = beside.find(({ onExcess }) => onExcess === 'Narrow');
  if (narrowing !== undefined)
    return `Boundary "${narrowing.name}" may select the same namespaces and narrows policies before they are judged`;
  const limits = boundary.limit.Egress !== undefined && direction === 'Egress';
  if (!limits || !boundary.floor.allowDNS) return undefined;
  const strict = beside.find(({ limit, floor }) => limit.Egress !== undefined && !floor.allowDNS);
  return strict === undefined
    ? undefined
    : `whether DNS is in the limit hangs on Boundary "${strict.name}", which may select the same namespaces`;
}

/** Some namespace could be selected by both. */
function mayMeet(a: Boundary, b: Boundary): boolean {
  const [one, other] = [a, b].map(({ selector }) => cubeOf(selector, everyNamespace));
  return one !== undefined && other !== undefined && !disjoint(one, other);
}

const probes = [
  '8.8.8.8',
  '1.1.1.1',
  '192.0.2.1',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '2001:4860:4860::8888',
];

function simpleDirection(
  boundary: Boundary,
  direction: Direction,
  { ruleSet }: Rules,
  leave: (part: string, reason: string) => void,
): SimpleDirection[] {
  const { surroundings } = ruleSet;
  const part = `, ${direction.toLowerCase()}`;
  const dns = direction === 'Egress' && boundary.floor.allowDNS ? surroundings.dns : [];
  const written = boundary.limit[direction];
  const simple = written === undefined ? undefined : simplify([...written, ...dns], surroundings);
  if (simple?.ok === false) leave(part, simple.reason);
  const never = boundary.never[direction].flatMap((rule): SimpleNever[] => {
    const read = simpleNever(rule, dns, ruleSet.surroundings);
    if (typeof read !== 'string') return [read];
    leave(`, never ${describeRule(rule, direction)}`, read);
    return [];
  });
  const rules = simple?.ok === true ? simple.rules : undefined;
  if (rules === undefined && never.length === 0) return [];
  const reached = unite(
    ...(rules ?? []).flatMap(({ peer }) => (peer.sort === 'blocks' ? [peer.addresses] : [])),
  );
  const open = rules?.some(({ peer }) => peer.sort === 'anyone') === true;
  const { pods, nat64 } = surroundings.ranges;
  return [
    {
      direction,
      rules,
      never,
      lifted: [
        ...blocks(pods).blocks,
        // CEL cannot read ::ffff:0:0/96 itself; the block that holds it and its neighbour does as well.
        '::fffe:0:0/95',
        ...blocks({ IPv4: [], IPv6: nat64.flatMap((low) => [low, low + 0xffff_ffffn]) }).blocks,
        ...(surroundings.ranges.sixToFour ? ['2002::/16'] : []),
      ],
      probes: open
        ? []
        : probes.filter((probe) => {
            const address = parseAddress(probe);
            return address !== undefined && !has(reached[address.family], address.value);
          }),
      pinned: ruleSet.boundaries.some(({ portNames }) => portNames.size > 0),
    },
  ];
}

/** A prohibition of plain addresses; a sentence says what else it is. */
function simpleNever(
  { peers, ports, appliesTo }: LimitRule,
  dns: readonly LimitRule[],
  { ranges }: Rules['ruleSet']['surroundings'],
): SimpleNever | string {
  if (appliesTo !== undefined) return 'it applies to some pods only';
  const meanings = peers.flatMap(({ ipBlock }) =>
    ipBlock === undefined ? [] : [meaningOf(ipBlock, 'never', ranges)],
  );
  if (peers.length === 0 || meanings.length < peers.length)
    return 'it is about pods, not about addresses alone';
  const addresses = unite(...meanings.map((meaning) => meaning.addresses));
  if (!isNone(unite(...meanings.map(({ viaPods }) => viaPods)))) return 'its blocks hold addresses of pods';
  const carved = dns.flatMap((rule) =>
    rule.peers.flatMap(({ ipBlock }) =>
      ipBlock === undefined ? [] : [meaningOf(ipBlock, 'must', ranges).addresses],
    ),
  );
  if (carved.some((hole) => !isNone(intersect(hole, addresses))))
    return 'addresses of DNS (cluster.dns) are taken out of it';
  const read = readPorts(ports);
  if (read.names.length > 0) return 'it names ports';
  return { connections: read.connections, blocks: blocks(addresses).blocks };
}

function backstopOf(boundary: Boundary, parts: readonly SimpleDirection[], { tenancy }: Rules): Backstop {
  const created = 'request.operation == "CREATE"';
  const way = (direction: Direction): string => direction.toLowerCase();
  return {
    name: `bulkhead-limit-${boundary.name}`.slice(0, 253),
    covers: `NetworkPolicies that certainly allow more ${parts.map(({ direction }) => way(direction)).join(' and ')} than Boundary ${boundary.name} does: never refused here where Bulkhead would not refuse`,
    leaves:
      'policies that name other namespaces by kubernetes.io/metadata.name, ask a label twice or for several values, spell addresses unusually, fold IPv6 to IPv4, hold pod addresses or cut a block by several exceptions; updates of policies that were not certainly inside; whatever costs more than the budget of the API server. Approved exceptions are not known here',
    rules: [
      { groups: ['networking.k8s.io'], resources: ['networkpolicies'], operations: ['CREATE', 'UPDATE'] },
    ],
    ...withSelector(selectorOf(boundary.selector, tenancy.exemptNamespaces)),
    failurePolicy: 'Ignore',
    variables: [
      { name: 'space', expression: labelsOf('namespaceObject') },
      ...parts.flatMap((part) => [
        { name: way(part.direction), expression: standing('object', part) },
        { name: `${way(part.direction)}Before`, expression: standing('oldObject', part) },
      ]),
    ],
    validations: parts.map(({ direction }) => ({
      expression: `!(${someIs(`variables.${way(direction)}`, 's == 2')} && (!has(object.spec.podSelector) || ${isPlain('object.spec.podSelector')}) && (${created} || !${someIs(`variables.${way(direction)}Before`, 's != 0')}))`,
      message: `allows more ${way(direction)} than boundary ${boundary.name} does; bulkhead review shows the packet`,
    })),
  };
}
