/** Sets of connections between two endpoints: destination ports per protocol, and all other protocols as one. */
import { protocols } from '../../k8s/networkPolicy.ts';
import type { Protocol } from '../../k8s/networkPolicy.ts';
import type { Connection } from '../concrete/world.ts';

/** Inclusive bounds in 0..65535. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** Ranges are sorted, disjoint and not adjacent, so that equal sets are equal data. */
export interface ConnectionSet {
  readonly TCP: readonly PortRange[];
  readonly UDP: readonly PortRange[];
  readonly SCTP: readonly PortRange[];
  readonly OTHER: boolean;
}

/** One line of the JSON contract of `reach`: `ports` is left out where all of the protocol is meant. */
export interface AllowedPorts {
  readonly protocol: Protocol | 'OTHER';
  readonly ports?: string;
}

export const lastPort = 65_535;
const allPorts: readonly PortRange[] = [{ low: 0, high: lastPort }];

export const noConnections: ConnectionSet = { TCP: [], UDP: [], SCTP: [], OTHER: false };
export const allConnections: ConnectionSet = { TCP: allPorts, UDP: allPorts, SCTP: allPorts, OTHER: true };

/** The connections of one protocol on a range of ports. */
export const portsOf = (protocol: Protocol, low = 0, high = lastPort): ConnectionSet => ({
  ...noConnections,
  [protocol]: [{ low, high }],
});

export const isEmpty = (set: ConnectionSet): boolean =>
  !set.OTHER && protocols.every((protocol) => set[protocol].length === 0);

export function union(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  if (a === allConnections || b === noConnections) return a;
  if (b === allConnections || a === noConnections) return b;
  return perProtocol(a, b, (x, y) => normalize([...x, ...y]), a.OTHER || b.OTHER);
}

export function intersection(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  if (a === allConnections || b === noConnections) return b;
  if (b === allConnections || a === noConnections) return a;
  return perProtocol(a, b, meet, a.OTHER && b.OTHER);
}

/** The connections of `a` that are not in `b`. */
export const difference = (a: ConnectionSet, b: ConnectionSet): ConnectionSet =>
  perProtocol(a, b, (x, y) => meet(x, complement(y)), a.OTHER && !b.OTHER);

export const isEqual = (a: ConnectionSet, b: ConnectionSet): boolean => a === b || keyOf(a) === keyOf(b);

export const includes = (set: ConnectionSet, connection: Connection): boolean =>
  connection.protocol === 'OTHER'
    ? set.OTHER
    : set[connection.protocol].some(({ low, high }) => low <= connection.port && connection.port <= high);

/** A text that is the same for equal sets only. */
export const keyOf = (set: ConnectionSet): string =>
  allowedPorts(set)
    .map(({ protocol, ports }) => `${protocol} ${ports ?? ''}`)
    .join(';');

/** The set as the JSON contract has it, protocols in the order TCP, UDP, SCTP, OTHER. */
export function allowedPorts(set: ConnectionSet): readonly AllowedPorts[] {
  const listed = protocols.flatMap((protocol): AllowedPorts[] => {
    const ranges = set[protocol];
    const [first] = ranges;
    if (first === undefined) return [];
    if (first.low === 0 && first.high === lastPort) return [{ protocol }];
    const ports = ranges.map(({ low, high }) => (low === high ? String(low) : `${low}-${high}`)).join(',');
    return [{ protocol, ports }];
  });
  return set.OTHER ? [...listed, { protocol: 'OTHER' }] : listed;
}

/** The set in words, e.g. `TCP 80,443; UDP all ports`. */
export function inWords(set: ConnectionSet): string {
  if (isEqual(set, allConnections)) return 'everything';
  if (isEmpty(set)) return 'nothing';
  return allowedPorts(set)
    .map(({ protocol, ports }) =>
      protocol === 'OTHER' ? 'other protocols' : `${protocol} ${ports ?? 'all ports'}`,
    )
    .join('; ');
}

function perProtocol(
  a: ConnectionSet,
  b: ConnectionSet,
  combine: (x: readonly PortRange[], y: readonly PortRange[]) => readonly PortRange[],
  other: boolean,
): ConnectionSet {
  return {
    TCP: combine(a.TCP, b.TCP),
    UDP: combine(a.UDP, b.UDP),
    SCTP: combine(a.SCTP, b.SCTP),
    OTHER: other,
  };
}

/** Sorts ranges and joins those that overlap or touch. */
function normalize(ranges: readonly PortRange[]): readonly PortRange[] {
  if (ranges.length < 2) return ranges;
  const joined: PortRange[] = [];
  for (const range of [...ranges].sort((x, y) => x.low - y.low)) {
    const last = joined.at(-1);
    if (last !== undefined && range.low <= last.high + 1) {
      joined[joined.length - 1] = { low: last.low, high: Math.max(last.high, range.high) };
    } else joined.push(range);
  }
  return joined;
}

function meet(x: readonly PortRange[], y: readonly PortRange[]): readonly PortRange[] {
  if (x === allPorts) return y;
  if (y === allPorts) return x;
  return x.flatMap((one) =>
    y.flatMap((other) => {
      const low = Math.max(one.low, other.low);
      const high = Math.min(one.high, other.high);
      return low <= high ? [{ low, high }] : [];
    }),
  );
}

function complement(ranges: readonly PortRange[]): readonly PortRange[] {
  const gaps: PortRange[] = [];
  let next = 0;
  for (const { low, high } of ranges) {
    if (next < low) gaps.push({ low: next, high: low - 1 });
    next = high + 1;
  }
  return next <= lastPort ? [...gaps, { low: next, high: lastPort }] : gaps;
}
