/** Takes out of an object what a shape allows, in canonical order, and notes what was left out. */
import { escapeToken, isObject } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Shape } from './shape.ts';

/** Bounds of what is looked at and noted: a hostile object must not make the log expensive. */
const mostValues = 4_000;
const deepest = 40;
const mostPointers = 60;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Never written, whatever a shape says: environment variables, and what tools keep for themselves. A label may be called `env`; a list is none. */
const neverStored = (key: string, value: unknown): boolean =>
  key === lastApplied || ((key === 'env' || key === 'managedFields') && Array.isArray(value));

/** One record's look at its objects: gathers the pointers of what was left out. */
export class Projection {
  readonly #masked: string[] = [];
  readonly #annotations: Shape;
  #values = 0;
  #full = false;

  /** `annotations`: which keys of annotations may be kept, wherever a shape takes a whole part that holds some. */
  constructor(annotations: (key: string) => boolean) {
    this.#annotations = { keys: annotations };
  }

  /** The pointers, at most a fixed number; the last one is the empty pointer where there were more. */
  get masked(): readonly string[] {
    return this.#full ? [...this.#masked, ''] : this.#masked;
  }

  mask(pointer: string): void {
    if (this.#masked.length < mostPointers) this.#masked.push(pointer);
    else this.#full = true;
  }

  /** The allowed part of `value`; undefined where nothing of it is. `pointer` is where the part will stand in the record. */
  take(value: unknown, shape: Shape, pointer: string, depth = 0): unknown {
    this.#values += 1;
    if (this.#values > mostValues || depth > deepest) {
      this.mask(pointer);
      return undefined;
    }
    if (Array.isArray(value)) return this.#list(value, shape, pointer, depth);
    if (isObject(value)) return this.#object(value, shape, pointer, depth);
    if (shape === 'whole') return value;
    // A scalar where the shape expects a structure is a user's mistake, which the rules saw too; null stands for absent.
    if (value !== null) this.mask(pointer);
    return undefined;
  }

  #list(value: readonly unknown[], shape: Shape, pointer: string, depth: number): unknown {
    const item = shape === 'whole' ? 'whole' : 'items' in shape ? shape.items : undefined;
    if (item === undefined) {
      this.mask(pointer);
      return undefined;
    }
    // Places in lists stay as they are, for pointers name them.
    return value.map((member, index) => this.take(member, item, `${pointer}/${index}`, depth + 1) ?? null);
  }

  #object(value: JsonObject, shape: Shape, pointer: string, depth: number): unknown {
    if (shape !== 'whole' && 'items' in shape) {
      this.mask(pointer);
      return undefined;
    }
    const part: { [key: string]: unknown } = {};
    const take = (key: string, inner: Shape | undefined): void => {
      const at = `${pointer}/${escapeToken(key)}`;
      const found = value[key];
      if (inner === undefined || neverStored(key, found)) {
        this.mask(at);
        return;
      }
      const guarded = key === 'annotations' && inner === 'whole' && isObject(found);
      const member = this.take(found, guarded ? this.#annotations : inner, at, depth + 1);
      if (member === undefined) return;
      if (key !== '__proto__') part[key] = member;
      // Assigning to __proto__ would change the prototype instead.
      else Object.defineProperty(part, key, { value: member, enumerable: true, configurable: true });
    };
    if (shape !== 'whole' && 'fields' in shape) {
      for (const [key, inner] of shape.fields) if (Object.hasOwn(value, key)) take(key, inner);
      for (const key of Object.keys(value)) if (!shape.fields.has(key)) take(key, undefined);
      return part;
    }
    for (const key of Object.keys(value).sort()) {
      take(key, shape === 'whole' || shape.keys(key) ? 'whole' : undefined);
    }
    return part;
  }
}
