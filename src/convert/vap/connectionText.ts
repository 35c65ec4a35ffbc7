/** CEL about the `ports` of a submitted NetworkPolicy: which rules of a limit hold all of an entry. */
import { protocols } from '../../k8s/networkPolicy.ts';
import { everyConnection, isWithin } from '../../netpol/connections.ts';
import type { Connections } from '../../netpol/connections.ts';
import * as ranges from '../../netpol/ranges.ts';
import { all, any, list, text } from './expression.ts';
import type { SimplePorts } from './simpleLimit.ts';

/** An entry `q`; one that says `everything` stands for every port of every protocol. */
export const isEvery = 'has(q.everything)';
const protocolOf = '(has(q.protocol) ? q.protocol : "TCP")';
export const isNamed = '(has(q.port) && type(q.port) == string)';
const lowest = '(has(q.port) ? int(q.port) : 0)';
const last = '(has(q.endPort) ? int(q.endPort) : (has(q.port) ? int(q.port) : 65535))';

/** One rule of a limit: its ports, and CEL that says whether the peer is inside it. */
export interface Candidate {
  readonly ports: SimplePorts;
  readonly holdsPeer: string;
}

/** The entry is inside the rules that hold the peer, all of them together. */
export function isCovered(candidates: readonly Candidate[]): string {
  const every = candidates.filter(({ ports }) => isWithin(everyConnection, ports.connections));
  // Where the answer could change between the lowest port and the last.
  const steps = [
    ...new Set(
      candidates.flatMap(({ ports }) =>
        protocols.flatMap((protocol) =>
          ranges.pairs(ports.connections[protocol]).flatMap(([low, high]) => [low, high + 1]),
        ),
      ),
    ),
  ]
    .filter((port) => port > 0 && port <= 65535)
    .sort((a, b) => a - b);
  const between =
    steps.length === 0
      ? `[${lowest}]`
      : `([${lowest}] + [${steps.join(', ')}].filter(b, b > ${lowest} && b <= ${last}))`;
  const numeric = candidates.map(({ ports, holdsPeer }) => all(holdsPeer, holds(ports.connections)));
  return `(${isEvery} ? ${any(...every.map(({ holdsPeer }) => holdsPeer))} : ${isNamed} ? ${any(
    ...candidates.map(({ ports, holdsPeer }) => all(holdsPeer, holdsName(ports))),
  )} : ${between}.all(c, ${any(...numeric)}))`;
}

/** Port `c` of the entry's protocol. */
const holds = (connections: Connections): string =>
  any(
    ...protocols.flatMap((protocol) => {
      const pairs = ranges.pairs(connections[protocol]);
      if (pairs.length === 0) return [];
      const inside = pairs.map(([low, high]) => `(c >= ${low} && c <= ${high})`);
      return [all(`${protocolOf} == ${text(protocol)}`, any(...inside))];
    }),
  );

/** A name is held by the same name, and by all numbers that it could stand for. */
function holdsName({ connections, names }: SimplePorts): string {
  const whole = protocols.filter((protocol) => ranges.isWithin([1, 65535], connections[protocol]));
  return any(
    ...(names.length === 0 ? [] : [`(${protocolOf} + "/" + q.port) in ${list(names)}`]),
    ...(whole.length === 0 ? [] : [`${protocolOf} in ${list(whole)}`]),
  );
}

/** Names could be covered by the numbers of several rules together, which {@link isCovered} does not see. */
export function numbersAddUp(candidates: readonly { readonly ports: SimplePorts }[]): boolean {
  return protocols.some((protocol) => {
    const sets = candidates.map(({ ports }) => ports.connections[protocol]);
    const all = ranges.union(ranges.portSteps, ...sets);
    return ranges.isWithin([1, 65535], all) && !sets.some((set) => ranges.isWithin([1, 65535], set));
  });
}

/** The entry has a connection in common with `connections`; a name could stand for any port of its protocol. */
export function meets(connections: Connections): string {
  if (isWithin(everyConnection, connections)) return 'true';
  const some = protocols.filter((protocol) => connections[protocol].length > 0);
  const numeric = some.map((protocol) =>
    all(
      `${protocolOf} == ${text(protocol)}`,
      any(
        ...ranges
          .pairs(connections[protocol])
          .map(([low, high]) => `(${lowest} <= ${high} && ${last} >= ${low})`),
      ),
    ),
  );
  return `(${isEvery} ? true : ${isNamed} ? ${protocolOf} in ${list(some)} : ${any(...numeric)})`;
}
