/** Reads the ports that a function is asked about: `TCP/443`, `TCP/8000-8090`, `TCP/web`, `UDP`, `OTHER`. */
import { type Value, isList } from '../../cel/values/value.ts';
import { type PolicyPort, type Protocol, protocols } from '../../k8s/networkPolicy.ts';
import { isPortName } from '../../k8s/syntax.ts';
import * as connections from '../../netpol/connections.ts';
import { type PortPart, portParts } from '../../netpol/ports.ts';
import { Refusal } from './refusal.ts';

const example = "write for example 'TCP/443', 'TCP/8000-8090', 'TCP/web', 'UDP' or 'OTHER'";

/** Every port of every protocol: what is meant where no list is given. */
export const everyPort: readonly PortPart[] = portParts([], 'must');

const others: PortPart = {
  connections: { ...connections.noConnections, OTHER: true },
  portNames: new Map(),
};

/** A list of ports as parts: one for all numbers, one for each name, one for the other protocols. An empty list holds nothing. */
export function readConnections(value: Value): readonly PortPart[] | Refusal {
  if (!isList(value)) return new Refusal(`the ports are a list, such as ['TCP/443']`);
  const ports: PolicyPort[] = [];
  let withOthers = false;
  for (const item of value) {
    if (item === 'OTHER') withOthers = true;
    else {
      const port = readPort(item);
      if (port instanceof Refusal) return port;
      ports.push(port);
    }
  }
  const parts = ports.length === 0 ? [] : portParts(ports, 'must');
  return withOthers ? [...parts, others] : parts;
}

function readPort(value: Value): PolicyPort | Refusal {
  if (typeof value !== 'string') return new Refusal(`a port is a string; ${example}`);
  const wrong = new Refusal(`"${value.slice(0, 40)}" is no port; ${example}`);
  const [name = '', rest, more] = value.split('/');
  const protocol = protocols.find((known) => known === name);
  if (protocol === undefined || more !== undefined) return wrong;
  if (rest === undefined) return { protocol };
  if (isPortName(rest)) return { protocol, port: rest };
  const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(rest) ?? [];
  const [port, endPort] = [Number(low), Number(high)];
  return port >= 1 && port <= endPort && endPort <= 65_535 ? { protocol, port, endPort } : wrong;
}

/** A protocol by its name. */
export function readProtocol(value: Value): Protocol | Refusal {
  const found = protocols.find((protocol) => protocol === value);
  if (found !== undefined) return found;
  const shown = typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'this';
  return new Refusal(`${shown} is no protocol of NetworkPolicies; write 'TCP', 'UDP' or 'SCTP'`);
}

/** A destination port by its number. */
export function readPortNumber(value: Value): number | Refusal {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  return new Refusal('a port is an int from 1 to 65535');
}
