/** Takes out of an object what a shape allows, as canonical JSON text, and notes what was left out. */
import { escapeToken, isObject } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { quoted } from '../canonicalJson.ts';
import type { Allowance } from './allowance.ts';
import type { Shape } from './shape.ts';

/** Bounds of what is looked at and noted: a hostile object must not make the log expensive. */
const mostValues = 4_000;
const deepest = 40;
const mostPointers = 60;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Never written, whatever a shape says: environment variables, and what tools keep for themselves. A label may be called `env`; a list is none. */
const neverStored = (key: string, value: unknown): boolean =>
  key === lastApplied || ((key === 'env' || key === 'managedFields') && Array.isArray(value));

/** What was noted in earlier items of a list, and how deep these stand. */
interface Repeating {
  readonly seen: Set<string>;
  readonly depth: number;
}

/** One record's look at its objects: gathers the pointers of what was left out. */
export class Projection {
  readonly #masked: string[] = [];
  readonly #annotations: Shape;
  readonly #labels: Shape;
  /** The tokens of the place at hand: a pointer is made of them only where something is left out. */
  readonly #path: (string | number)[] = [];
  #repeating: Repeating | undefined;
  #values = 0;
  #full = false;

  /** Which keys of annotations and labels may be kept, wherever a shape takes a whole part that holds some. */
  constructor({ annotations, labels }: Pick<Allowance, 'annotations' | 'labels'>) {
    this.#annotations = { keys: annotations };
    this.#labels = { keys: labels };
  }

  /** The pointers, at most a fixed number; the last one is the empty pointer where there were more. */
  get masked(): readonly string[] {
    return this.#full ? [...this.#masked, ''] : this.#masked;
  }

  /** Notes a pointer of the record. */
  mask(pointer: string): void {
    if (this.#masked.length < mostPointers) this.#masked.push(pointer);
    else this.#full = true;
  }

  /** Notes the place at hand, or a member of it; what is left out of each item of a list is noted for the first item that has it. */
  #leaveOut(key?: string): void {
    const path = this.#path;
    const repeating = this.#repeating;
    if (repeating !== undefined) {
      let part = key ?? '';
      for (let depth = path.length - 1; depth >= repeating.depth; depth -= 1) part = `${path[depth]}/${part}`;
      if (repeating.seen.has(part)) return;
      repeating.seen.add(part);
    }
    if (this.#masked.length >= mostPointers) {
      this.#full = true;
      return;
    }
    let pointer = '';
    for (const token of path) pointer += `/${typeof token === 'number' ? token : escaped(token)}`;
    this.#masked.push(key === undefined ? pointer : `${pointer}/${escaped(key)}`);
  }

  /** The allowed part of `value` as canonical text; undefined where nothing of it is. `at` is where the part will stand in the record. */
  take(value: unknown, shape: Shape, at: readonly (string | number)[]): string | undefined {
    this.#path.length = 0;
    this.#path.push(...at);
    return this.#part(value, shape);
  }

  #part(value: unknown, shape: Shape): string | undefined {
    this.#values += 1;
    if (shape === 'never') return undefined;
    if (this.#values > mostValues || this.#path.length > deepest) {
      this.#leaveOut();
      return undefined;
    }
    if (typeof value === 'string') {
      if (shape === 'whole' || shape === 'present') return quoted(value);
    } else if (Array.isArray(value)) {
      if (shape === 'whole') return this.#list(value, shape);
      if (shape === 'present') return this.#list(value, noItem);
      if ('items' in shape) return this.#list(value, shape.items);
    } else if (isObject(value)) {
      if (shape === 'whole') return this.#members(value, everything);
      if (shape === 'present') return this.#members(value, nothing);
      if ('fields' in shape) return this.#fields(value, shape.fields);
      if ('keys' in shape) return this.#members(value, shape.keys);
    } else if (value === null || value === undefined) {
      return undefined;
    } else if (shape === 'whole' || shape === 'present') {
      return JSON.stringify(value);
    }
    // Something else than the shape expects is a user's mistake, which the rules saw too.
    this.#leaveOut();
    return undefined;
  }

  /** What may be taken of a whole part of this name. */
  #guarded(key: string): Shape {
    if (key === 'annotations') return this.#annotations;
    return key === 'labels' ? this.#labels : 'whole';
  }

  #list(value: readonly unknown[], item: Shape): string {
    const outer = this.#repeating;
    const depth = this.#path.length;
    this.#repeating = { seen: new Set(), depth: depth + 1 };
    let text = '';
    for (const [index, member] of value.entries()) {
      this.#path[depth] = index;
      // Places in lists stay as they are, for pointers name them.
      const taken = this.#part(member, item) ?? 'null';
      text = index === 0 ? taken : `${text},${taken}`;
      if (this.#values > mostValues) break;
    }
    this.#path.length = depth;
    this.#repeating = outer;
    return `[${text}]`;
  }

  #fields(value: JsonObject, shape: ReadonlyMap<string, Shape>): string {
    let text = '';
    let taken = 0;
    for (const [key, inner] of shape) {
      if (!Object.hasOwn(value, key)) continue;
      taken += 1;
      text = this.#member(text, key, value[key], inner);
    }
    const keys = Object.keys(value);
    if (taken < keys.length) {
      for (const key of keys) if (!shape.has(key)) this.#leaveOut(key);
    }
    return `{${text}}`;
  }

  #members(value: JsonObject, allowed: (key: string) => boolean): string {
    const keys = Object.keys(value);
    if (keys.length > 1) keys.sort();
    let text = '';
    for (const key of keys) {
      if (allowed(key)) text = this.#member(text, key, value[key], 'whole');
      else this.#leaveOut(key);
    }
    return `{${text}}`;
  }

  /** The text with one more member, where anything of it may be kept. */
  #member(text: string, key: string, value: unknown, shape: Shape): string {
    if (shape === 'never') return text;
    if (neverStored(key, value)) {
      this.#leaveOut(key);
      return text;
    }
    this.#path.push(key);
    const taken = this.#part(value, shape === 'whole' && isObject(value) ? this.#guarded(key) : shape);
    this.#path.pop();
    if (taken === undefined) return text;
    return `${text === '' ? '' : `${text},`}${quoted(key)}:${taken}`;
  }
}

const everything = (): boolean => true;
const nothing = (): boolean => false;
/** No value fits it: each item is left out. */
const noItem: Shape = { keys: nothing };

/** Nearly no key has anything to escape, and looking is faster than replacing nothing. */
const escaped = (key: string): string => (key.includes('/') || key.includes('~') ? escapeToken(key) : key);
