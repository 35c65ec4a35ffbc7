/** A copy of one kind's objects as they are stored, by namespace and name, that tells what changes in it. */
import { stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Copy } from './reflector.ts';

/** What names an object in its kind: `NAMESPACE/NAME`, or the name alone where it has no namespace. */
export const keyOf = (object: JsonObject): string => {
  const namespace = stringAt(object, 'metadata', 'namespace');
  const name = stringAt(object, 'metadata', 'name') ?? '';
  return namespace === undefined ? name : `${namespace}/${name}`;
};

/** Told the key of what came, changed or went. */
export type Told = (key: string) => void;

export class ObjectCopy implements Copy {
  private objects = new Map<string, JsonObject>();
  private readonly changed: Told;

  constructor(changed: Told) {
    this.changed = changed;
  }

  get size(): number {
    return this.objects.size;
  }

  get(key: string): JsonObject | undefined {
    return this.objects.get(key);
  }

  entries(): Iterable<readonly [string, JsonObject]> {
    return this.objects.entries();
  }

  /** Only what differs is told: a list of what was known already wakes nobody. */
  replace(objects: readonly JsonObject[]): void {
    const before = this.objects;
    this.objects = new Map(objects.map((object) => [keyOf(object), object]));
    for (const [key, object] of this.objects) {
      const version = stringAt(before.get(key), 'metadata', 'resourceVersion');
      if (version === undefined || version !== stringAt(object, 'metadata', 'resourceVersion'))
        this.changed(key);
    }
    for (const key of before.keys()) if (!this.objects.has(key)) this.changed(key);
  }

  apply(object: JsonObject): void {
    const key = keyOf(object);
    this.objects.set(key, object);
    this.changed(key);
  }

  remove(object: JsonObject): void {
    const key = keyOf(object);
    if (this.objects.delete(key)) this.changed(key);
  }
}
