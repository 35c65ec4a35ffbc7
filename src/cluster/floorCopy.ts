/** The floors of all namespaces as they are stored: followed, so that a pod's review need not ask for one. */
import type { StoredFloor } from '../admission/world.ts';
import { floorName } from '../boundary/invariants/policies/floor.ts';
import { ObjectCopy } from './objectCopy.ts';
import type { Reflector } from './reflector.ts';

export interface FloorCopy {
  /** The floor of a namespace; `absent` is only what the copy says, and `unknown` what it says before it was listed and while it is too old. */
  floorOf(namespace: string): StoredFloor;
  /** Calls `listener` with the namespace of every floor that comes, changes or goes. */
  onChange(listener: (namespace: string) => void): void;
}

/** The one collection that is followed: policies by the floor's name, whole. */
export const floorsPath = '/apis/networking.k8s.io/v1/networkpolicies';
export const floorsForm = { query: { fieldSelector: `metadata.name=${floorName}` } } as const;

const namespaceOf = (key: string): string => key.split('/')[0] ?? '';

/** Begins to follow. A copy older than `staleMillis` says nothing: a floor that is gone must not pass for one that stands. */
export function floorCopy(follow: (copy: ObjectCopy) => Reflector, staleMillis: number): FloorCopy {
  const listeners: ((namespace: string) => void)[] = [];
  const copy = new ObjectCopy((key) => {
    for (const listener of listeners) listener(namespaceOf(key));
  });
  const reflected = follow(copy);
  return {
    floorOf: (namespace) =>
      (reflected.age() ?? Infinity) <= staleMillis
        ? (copy.get(`${namespace}/${floorName}`) ?? 'absent')
        : 'unknown',
    onChange: (listener) => void listeners.push(listener),
  };
}
