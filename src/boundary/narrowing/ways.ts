/** The ways in which the `ports` of a NetworkPolicy can speak of connections: everything, numbers of protocols, or one name. */
import type { Protocol } from '../../k8s/networkPolicy.ts';
import { protocols } from '../../k8s/networkPolicy.ts';
import type { Box } from '../../netpol/box.ts';
import * as connections from '../../netpol/connections.ts';
import type { Cube } from '../../netpol/cube.ts';
import { everyPod as anyName } from '../../netpol/cube.ts';
import { present } from '../../netpol/valueSet.ts';

/**
 * The part of a box of which one way can speak. `widen` makes a hole as large as the way makes it: who cannot tell connections apart must leave
 * them all out.
 */
export interface Way {
  readonly whole: Box;
  readonly widen: (hole: Box) => Box;
}

/** A port name and its protocol. */
export interface NamedPort {
  readonly protocol: Protocol;
  readonly name: string;
}

/** The one name that a box's connections must have; undefined where names do not matter or more is asked of them than a policy can say. */
export function nameOf({ portNames }: Box): NamedPort | undefined {
  const [entry, ...others] = portNames;
  if (entry === undefined || others.length > 0 || entry[1].absent) return undefined;
  return readKey(entry[0]);
}

function readKey(key: string): NamedPort | undefined {
  const [known, name] = key.split('/');
  const protocol = protocols.find((one) => one === known);
  return protocol === undefined || name === undefined ? undefined : { protocol, name };
}

/** Whether a policy can say a part of a box: a name only with all ports that it stands for in the box. */
export function isSayable(part: Box, box: Box): boolean {
  if (part.portNames.size === 0) return true;
  const named = nameOf(part);
  if (named === undefined) return false;
  const all =
    box.portNames.size > 0 ? box.connections : connections.connectionsOf(named.protocol, [1, 65535]);
  return connections.equal(part.connections, all);
}

/** The ways to speak of a box, the broadest first. Names are tried where holes tell connections apart by them. */
export function waysOf(box: Box, holes: readonly Box[]): Way[] {
  if (box.portNames.size > 0) {
    return nameOf(box) === undefined ? [] : [{ whole: box, widen: (hole) => ({ ...hole, ...heard(box) }) }];
  }
  const ways: Way[] = [];
  if (connections.isWithin(connections.everyConnection, box.connections)) {
    const whole = { ...box, connections: connections.everyConnection };
    ways.push({ whole, widen: (hole) => ({ ...hole, ...heard(whole) }) });
  }
  const numbers = { ...box, connections: { ...box.connections, OTHER: false } };
  if (!connections.isEmpty(numbers.connections)) {
    ways.push({ whole: numbers, widen: (hole) => ({ ...hole, portNames: anyName }) });
  }
  const keys = new Set(holes.flatMap(({ portNames }) => [...portNames.keys()]));
  for (const key of [...keys].sort()) {
    const named = readKey(key);
    const all = named && connections.connectionsOf(named.protocol, [1, 65535]);
    if (all === undefined || !connections.isWithin(all, box.connections)) continue;
    const portNames: Cube = new Map([[key, present]]);
    const whole = { ...box, connections: all, portNames };
    ways.push({ whole, widen: (hole) => ({ ...hole, ...heard(whole) }) });
  }
  return ways;
}

/** What a way says of connections. */
const heard = ({ connections: reached, portNames }: Box): Pick<Box, 'connections' | 'portNames'> => ({
  connections: reached,
  portNames,
});
