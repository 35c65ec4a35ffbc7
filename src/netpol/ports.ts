/** What a `ports` list stands for: one part for all its numbers and one for each name. */
import type { PolicyPort, Protocol } from '../k8s/networkPolicy.ts';
import type { Connections } from './connections.ts';
import * as connections from './connections.ts';
import type { Cube } from './cube.ts';
import type { Reading } from './ipBlock.ts';
import { present } from './valueSet.ts';

/** Connections under a condition on the names that the destination gives the port. `named` is set for a named port. */
export interface PortPart {
  readonly connections: Connections;
  readonly portNames: Cube;
  readonly named?: { readonly protocol: Protocol; readonly name: string };
}

/** Port numbers to which a boundary pins a container port's name; a name it does not list may be any number. */
export type PortPins = ReadonlyMap<string, Connections>;

const anyName: Cube = new Map();

/** The key of a port name in `Box.portNames`. */
export const portNameKey = (protocol: Protocol, name: string): string => `${protocol}/${name}`;

/** No entries mean every port and protocol. In `never` a name is every port of its protocol, because it could be any of them. */
export function portParts(ports: readonly PolicyPort[], reading: Reading): PortPart[] {
  if (ports.length === 0) return [{ connections: connections.everyConnection, portNames: anyName }];
  const parts: PortPart[] = [];
  let plain = connections.numericConnections(ports);
  for (const { protocol, port } of ports) {
    if (typeof port !== 'string') continue;
    if (reading === 'never') plain = connections.union(plain, connections.connectionsOf(protocol));
    else {
      parts.push({
        connections: connections.connectionsOf(protocol, [1, 65535]),
        portNames: new Map([[portNameKey(protocol, port), present]]),
        named: { protocol, name: port },
      });
    }
  }
  return connections.isEmpty(plain) ? parts : [{ connections: plain, portNames: anyName }, ...parts];
}

/** A named part where the destination is known to keep the pins: only the pinned numbers are left. */
export function pinned(part: PortPart, pins: PortPins): PortPart {
  const numbers = part.named === undefined ? undefined : pins.get(part.named.name);
  if (numbers === undefined) return part;
  return { ...part, connections: connections.intersection(part.connections, numbers) };
}
