/** Copies that a list of patches works on: each object and list is copied when it is first changed, and then changed in place. */
import type { JsonObject } from '../../k8s/json.ts';

/**
 * The copies of one list of patches. Without them a thousand operations on one object of a thousand fields would copy a million. What was
 * not made here is never changed.
 */
export class Drafts {
  #objects = new WeakMap<JsonObject, Record<string, unknown>>();
  #lists = new WeakMap<readonly unknown[], unknown[]>();

  /** Takes every copy for somebody else's: needed before one of them is put into a second place. */
  forget(): void {
    this.#objects = new WeakMap();
    this.#lists = new WeakMap();
  }

  /** The object with a field set; one named `__proto__` is a field as any other. */
  withField(object: JsonObject, key: string, value: unknown): JsonObject {
    return Object.defineProperty(this.#object(object), key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }

  withoutField(object: JsonObject, key: string): JsonObject {
    const draft = this.#object(object);
    Reflect.deleteProperty(draft, key);
    return draft;
  }

  /** The list as toSpliced() makes it. */
  spliced(list: readonly unknown[], index: number, skipped: number, ...items: unknown[]): readonly unknown[] {
    const known = this.#lists.get(list);
    const draft = known ?? [...list];
    if (known === undefined) this.#lists.set(draft, draft);
    draft.splice(index, skipped, ...items);
    return draft;
  }

  #object(object: JsonObject): Record<string, unknown> {
    const known = this.#objects.get(object);
    if (known !== undefined) return known;
    const draft: Record<string, unknown> = Object.fromEntries(Object.entries(object));
    this.#objects.set(draft, draft);
    return draft;
  }
}
