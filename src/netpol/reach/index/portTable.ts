/** `ports` lists as small numbers, so that "could these two rules meet on some port" is one look-up. */
import type { PolicyPort } from '../../../k8s/networkPolicy.ts';
import type { ConcretePod, NamedPort } from '../../concrete/world.ts';
import { allConnections, intersection, isEmpty, keyOf } from '../connectionSet.ts';
import type { ConnectionSet } from '../connectionSet.ts';
import { connectionsOn } from '../side.ts';

/** A `ports` list. `named`: what it means depends on the destination's container ports. */
export interface PortSpec {
  readonly id: number;
  readonly named: boolean;
  readonly ports: readonly PolicyPort[];
}

/** Named container ports; every pod with the same ones has the same number. 0: none. */
export type PortNames = number;

/** Interns `ports` lists and container ports, and remembers which of them meet. There are few of each, whatever the cluster's size. */
export class PortTable {
  /** The empty list: every port of every protocol. */
  readonly everything: PortSpec = { id: 0, named: false, ports: [] };
  readonly #specs = new Map<string, PortSpec>([['', this.everything]]);
  readonly #names = new Map<string, PortNames>([['', 0]]);
  readonly #destinations: ConcretePod[] = [withPorts([])];
  readonly #sets: ConnectionSet[] = [];
  readonly #setIds = new Map<string, number>();
  readonly #resolved = new Map<number, number>();
  readonly #meets = new Map<number, boolean>();

  spec(ports: readonly PolicyPort[]): PortSpec {
    const key = ports
      .map(({ protocol, port, endPort }) => `${protocol}/${port ?? ''}-${endPort ?? ''}`)
      .join(' ');
    const known = this.#specs.get(key);
    if (known !== undefined) return known;
    const spec = { id: this.#specs.size, named: ports.some(({ port }) => typeof port === 'string'), ports };
    this.#specs.set(key, spec);
    return spec;
  }

  names(ports: readonly NamedPort[]): PortNames {
    let key = '';
    for (const { name, protocol, number } of ports) key += `${name} ${protocol} ${number} `;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    this.#names.set(key, this.#destinations.length);
    this.#destinations.push(withPorts(ports));
    return this.#destinations.length - 1;
  }

  /** Whether some connection to a destination with these named ports is allowed by both lists. */
  meet(a: PortSpec, b: PortSpec, destination: PortNames): boolean {
    const one = this.#resolve(a, destination);
    const other = this.#resolve(b, destination);
    const key = one < other ? one * stride + other : other * stride + one;
    const known = this.#meets.get(key);
    if (known !== undefined) return known;
    const meets = !isEmpty(
      intersection(this.#sets[one] ?? allConnections, this.#sets[other] ?? allConnections),
    );
    this.#meets.set(key, meets);
    return meets;
  }

  #resolve(spec: PortSpec, destination: PortNames): number {
    const key = (spec.named ? destination : 0) * stride + spec.id;
    const known = this.#resolved.get(key);
    if (known !== undefined) return known;
    const set = connectionsOn(spec.ports, this.#destinations[destination] ?? withPorts([]));
    const text = keyOf(set);
    const id = this.#setIds.get(text) ?? this.#sets.push(set) - 1;
    this.#setIds.set(text, id);
    this.#resolved.set(key, id);
    return id;
  }
}

/** Two numbers below this make one key. */
const stride = 2 ** 26;

/** A pod of which only the ports matter. */
const withPorts = (ports: readonly NamedPort[]): ConcretePod => ({
  kind: 'pod',
  namespace: { name: '', labels: new Map() },
  name: '',
  labels: new Map(),
  ips: [],
  hostNetwork: false,
  ports,
});
