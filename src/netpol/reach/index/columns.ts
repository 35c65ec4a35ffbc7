/** Labels and addresses of a namespace's units side by side: to look through them without touching the units, which are strewn over memory. */
import type { IPBlock } from '../../../k8s/networkPolicy.ts';
import type { LabelSelector } from '../../../k8s/labelSelector.ts';
import { blockContains } from '../../concrete/ipBlock.ts';
import { documented } from '../../concrete/switches.ts';
import { cut } from '../addressSpace.ts';
import type { Unit } from './unit.ts';

/** What a unit must at least have to be named by a peer: so quick to look up that only those that have it are asked. */
export interface Demand {
  /** Labels by key, each with the digest of its value. */
  readonly labels: readonly (readonly [key: string, digest: number])[];
  /** IPv4 addresses: bounds in turn between outside and inside, ascending. */
  readonly addresses: readonly number[] | undefined;
}

/** What a peer demands of a unit; undefined where it demands nothing that could be looked up. */
export function demandOf(
  podSelector: LabelSelector | undefined,
  block: IPBlock | undefined,
): Demand | undefined {
  const labels = [...(podSelector?.matchLabels ?? [])].map(([key, value]) => [key, digest(value)] as const);
  if (labels.length === 0 && block === undefined) return undefined;
  return { labels, addresses: block === undefined ? undefined : boundsOf(block) };
}

function boundsOf(block: IPBlock): readonly number[] {
  const bounds: number[] = [];
  for (const { low } of cut('IPv4', [block])) {
    const inside = blockContains(block, { family: 'IPv4', value: low }, documented);
    if (inside !== (bounds.length % 2 === 1)) bounds.push(Number(low));
  }
  return bounds;
}

/** Whoever has no address is in no block. */
const noAddress = -1;

/** Made column by column, when one is first asked for. */
export class Columns {
  readonly #units: readonly Unit[];
  #labels: Map<string, Int32Array> | undefined;
  #addresses: Float64Array | undefined;

  constructor(units: readonly Unit[]) {
    this.#units = units;
  }

  /**
   * Whether some unit that has what is demanded `holds`. Others may be asked too; `inside` tells that a unit has an address in the block for
   * certain.
   */
  some({ labels, addresses }: Demand, holds: (unit: Unit, inside: boolean) => boolean): boolean {
    const [first, second] = labels;
    const column = first === undefined ? undefined : this.#labelsOf(first[0]);
    const another = second === undefined ? undefined : this.#labelsOf(second[0]);
    const own = addresses === undefined ? undefined : this.#addressesOf();
    for (let at = 0; at < this.#units.length; at += 1) {
      if (column !== undefined && column[at] !== first?.[1]) continue;
      if (another !== undefined && another[at] !== second?.[1]) continue;
      const address = own?.[at] ?? NaN;
      const inside = addresses !== undefined && isInside(address, addresses);
      if (addresses !== undefined && !inside && !Number.isNaN(address)) continue;
      const unit = this.#units[at];
      if (unit !== undefined && holds(unit, inside)) return true;
    }
    return false;
  }

  #labelsOf(key: string): Int32Array {
    this.#labels ??= new Map();
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const column = Int32Array.from(this.#units, ({ labels }) => {
      const value = labels.get(key);
      return value === undefined ? absent : digest(value);
    });
    this.#labels.set(key, column);
    return column;
  }

  #addressesOf(): Float64Array {
    // Not a number: several addresses, or one of the other family.
    this.#addresses ??= Float64Array.from(this.#units, ({ pod: { ips } }) => {
      const [first] = ips;
      if (first === undefined) return noAddress;
      return ips.length > 1 || first.family !== 'IPv4' ? NaN : Number(first.value);
    });
    return this.#addresses;
  }
}

function isInside(address: number, bounds: readonly number[]): boolean {
  if (Number.isNaN(address)) return false;
  let inside = false;
  for (const bound of bounds) {
    if (address < bound) break;
    inside = !inside;
  }
  return inside;
}

const absent = 0;

/** A number for a label value; never {@link absent}. Two values may share one, so it can only rule out (FNV-1a). */
function digest(value: string): number {
  let sum = 0x811c_9dc5;
  for (let at = 0; at < value.length; at += 1) sum = Math.imul(sum ^ value.charCodeAt(at), 0x0100_0193);
  return sum | 1;
}
