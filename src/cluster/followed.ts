/** A further kind that is followed for whoever asks: a copy with its keys, and a word at every change. */
import type { JsonObject } from '../k8s/json.ts';
import type { Keep } from './listing.ts';
import { ObjectCopy } from './objectCopy.ts';
import type { Copy, Reflector } from './reflector.ts';

export interface Followed {
  readonly get: (key: string) => JsonObject | undefined;
  readonly keys: () => Iterable<string>;
  /** Claims that the copy was listed; it is empty then where nobody serves the kind. */
  readonly listed: () => boolean;
  /** Milliseconds since the copy was last known to be the API server's own; undefined before the first list. */
  readonly age?: () => number | undefined;
  /** Claims that the API server serves the kind. */
  readonly served: () => boolean;
}

/** Begins to follow; `changed` is told the key of what comes, changes or goes. `keep` may be asked about what it kept. */
export function followed(
  follow: (copy: Copy) => Reflector,
  served: () => boolean,
  changed: (key: string) => void,
  keep: Keep,
): Followed {
  const copy = new ObjectCopy(changed);
  const kept: Copy = {
    replace: (objects) => copy.replace(objects.map(keep).filter((part) => part !== undefined)),
    apply: (object) => {
      const part = keep(object);
      if (part === undefined) copy.remove(object);
      else copy.apply(part);
    },
    remove: (object) => copy.remove(object),
  };
  const reflected = follow(kept);
  return {
    get: (key) => copy.get(key),
    keys: () => [...copy.entries()].map(([key]) => key),
    listed: () => reflected.age() !== undefined,
    age: () => reflected.age(),
    served,
  };
}
