/** What the index keeps of a pod: the part that policies see, under one address family. */
import type { ConcretePod } from '../../concrete/world.ts';
import type { Direction } from '../../../k8s/networkPolicy.ts';
import type { Labels } from '../../../k8s/labelSelector.ts';
import { families } from '../addressSpace.ts';
import type { PortNames } from './portTable.ts';
import type { Profile } from './profile.ts';

/**
 * Which addresses a unit has: none known, those of the only family its pod has, or those of one of both. Two pods that share a family
 * talk in a shared one; only where they share none is it left open how.
 */
export type Addressing = 'none' | 'only4' | 'only6' | 'dual4' | 'dual6';

/** All pods of a namespace that no policy can tell apart; a pod with addresses of both families is two units, one for each. */
export interface Unit {
  /** The namespace's place in the index. */
  readonly slot: number;
  readonly pod: ConcretePod;
  readonly labels: Labels;
  /** Two or more pods, which can talk to each other. */
  several: boolean;
  readonly addressing: Addressing;
  readonly names: PortNames;
  readonly profiles: { readonly [direction in Direction]: Profile };
}

/** Whether a connection between these two would be opened under these addresses. */
export function canPair(a: Addressing, b: Addressing): boolean {
  if (a === 'dual4') return b !== 'only6' && b !== 'dual6';
  if (a === 'dual6') return b !== 'only4' && b !== 'dual4';
  return a === 'none' || b === 'none' || a === b || (a === 'only4' ? b !== 'dual6' : b !== 'dual4');
}

/** A pod under one of its families. */
export interface View {
  readonly pod: ConcretePod;
  readonly addressing: Addressing;
}

/** The views of a pod: one for each family of its addresses, or one without any. */
export function viewsOf(pod: ConcretePod): readonly View[] {
  const present = families.filter((family) => pod.ips.some((address) => address.family === family));
  if (present.length === 0) return [{ pod, addressing: 'none' }];
  if (present.length === 1) return [{ pod, addressing: present[0] === 'IPv4' ? 'only4' : 'only6' }];
  return present.map((family) => ({
    pod: { ...pod, ips: pod.ips.filter((address) => address.family === family) },
    addressing: family === 'IPv4' ? 'dual4' : 'dual6',
  }));
}

/** A text that is the same for pods that no policy can tell apart; `several` apart. */
export function keyOfView({ pod, addressing }: View, names: PortNames): string {
  let key = `${addressing} ${pod.hostNetwork} ${names}`;
  for (const { value } of pod.ips) key += ` ${value}`;
  const labels = [...pod.labels].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of labels) key += ` ${name.length}:${name}=${value.length}:${value}`;
  return key;
}
