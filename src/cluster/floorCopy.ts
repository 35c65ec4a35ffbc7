/** The floors of all namespaces as they are stored: followed, so that a pod's review need not ask for one. */
import type { StoredFloor } from '../admission/world.ts';
import { floorName } from '../boundary/invariants/policies/floor.ts';
import type { JsonObject } from '../k8s/json.ts';
import { ObjectCopy } from './objectCopy.ts';
import type { Reflector } from './reflector.ts';

export interface FloorCopy {
  /** The floor of a namespace; `absent` is only what the copy says, and `unknown` what it says before it was listed. */
  floorOf(namespace: string): StoredFloor;
  /** Every floor there is, by namespace. */
  entries(): Iterable<readonly [string, JsonObject]>;
  /** Claims that the copy was listed. */
  listed(): boolean;
  /** Calls `listener` with the namespace of every floor that comes, changes or goes. */
  onChange(listener: (namespace: string) => void): void;
}

/** The one collection that is followed: policies by the floor's name, whole. */
export const floorsPath = '/apis/networking.k8s.io/v1/networkpolicies';
export const floorsForm = { query: { fieldSelector: `metadata.name=${floorName}` } } as const;

const namespaceOf = (key: string): string => key.split('/')[0] ?? '';

export function floorCopy(follow: (copy: ObjectCopy) => Reflector): FloorCopy {
  const listeners: ((namespace: string) => void)[] = [];
  const copy = new ObjectCopy((key) => {
    for (const listener of listeners) listener(namespaceOf(key));
  });
  const reflected = follow(copy);
  const listed = (): boolean => reflected.age() !== undefined;
  return {
    floorOf: (namespace) => copy.get(`${namespace}/${floorName}`) ?? (listed() ? 'absent' : 'unknown'),
    entries: () => [...copy.entries()].map(([key, floor]) => [namespaceOf(key), floor] as const),
    listed,
    onChange: (listener) => void listeners.push(listener),
  };
}
