/** The namespaceSelectors of all rules and the namespaces that each selects, kept up to date by looking only where a label leads. */
import { selects } from '../../../k8s/labelSelector.ts';
import type { LabelSelector, Labels } from '../../../k8s/labelSelector.ts';
import { hasBit, keepOnly, noBits, remove, setBit } from './bits.ts';
import type { Bits } from './bits.ts';
import type { Peer } from './peerTable.ts';

/** A namespaceSelector and the slots of the namespaces that it selects now. */
export interface Scope {
  readonly key: string;
  readonly selector: LabelSelector;
  readonly extent: Bits;
  readonly peers: Set<Peer>;
}

/**
 * A selector that demands a value is filed under `key=value`, so that a namespace's labels lead to the few selectors that could select it,
 * and a selector to the few namespaces. The others are asked one by one.
 */
export class Scopes {
  readonly #capacity: number;
  readonly #known = new Map<string, Scope>();
  readonly #filed = new Map<string, Set<Scope>>();
  readonly #unfiled = new Set<Scope>();
  readonly #labels = new Map<number, Labels>();
  readonly #present: Bits;
  /** By key, then value: the namespaces that carry it. */
  readonly #carriers = new Map<string, Map<string, Set<number>>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#present = noBits(capacity);
  }

  /** The scopes that select the namespace. */
  selecting(slot: number): readonly Scope[] {
    return [...new Set(this.#reached(this.#labels.get(slot)))].filter(({ extent }) => hasBit(extent, slot));
  }

  /** The scope of a selector, whose key is `key`. */
  use(key: string, selector: LabelSelector): Scope {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const scope = { key, selector, extent: this.#extentOf(selector), peers: new Set<Peer>() };
    this.#known.set(key, scope);
    const demanded = demandedBy(selector);
    for (const pair of demanded ?? []) fileUnder(this.#filed, pair, scope);
    if (demanded === undefined) this.#unfiled.add(scope);
    return scope;
  }

  forget(scope: Scope): void {
    this.#known.delete(scope.key);
    this.#unfiled.delete(scope);
    for (const pair of demandedBy(scope.selector) ?? []) takeFrom(this.#filed, pair, scope);
  }

  /** The namespace has these labels now; undefined: it is gone. Answers whether anything changed. */
  relabel(slot: number, labels: Labels | undefined): boolean {
    const before = this.#labels.get(slot);
    if (isSame(before, labels)) return false;
    for (const scope of this.#reached(before)) setBit(scope.extent, slot, false);
    for (const [key, value] of before ?? []) {
      const values = this.#carriers.get(key);
      if (values !== undefined) takeFrom(values, value, slot);
      if (values?.size === 0) this.#carriers.delete(key);
    }
    setBit(this.#present, slot, labels !== undefined);
    if (labels === undefined) {
      this.#labels.delete(slot);
      return true;
    }
    this.#labels.set(slot, labels);
    for (const [key, value] of labels) {
      const values = this.#carriers.get(key) ?? new Map<string, Set<number>>();
      this.#carriers.set(key, values);
      fileUnder(values, value, slot);
    }
    for (const scope of this.#reached(labels)) setBit(scope.extent, slot, selects(scope.selector, labels));
    return true;
  }

  /** All namespaces that a selector selects, requirement by requirement, without looking at each namespace. */
  #extentOf({ matchLabels, matchExpressions }: LabelSelector): Bits {
    const extent = this.#present.slice();
    for (const [key, value] of matchLabels) keepOnly(extent, this.#carrying(key, [value]));
    for (const { key, operator, values } of matchExpressions) {
      switch (operator) {
        case 'In':
          keepOnly(extent, this.#carrying(key, values));
          break;
        case 'NotIn':
          remove(extent, this.#carrying(key, values));
          break;
        case 'Exists':
          keepOnly(extent, this.#carrying(key));
          break;
        case 'DoesNotExist':
          remove(extent, this.#carrying(key));
          break;
      }
    }
    return extent;
  }

  /** The namespaces that carry the key, with one of the values where some are given. */
  #carrying(key: string, values?: readonly string[]): Bits {
    const bits = noBits(this.#capacity);
    const carriers = this.#carriers.get(key);
    for (const value of values ?? carriers?.keys() ?? []) {
      for (const slot of carriers?.get(value) ?? []) setBit(bits, slot, true);
    }
    return bits;
  }

  /** The scopes that labels could be selected by. */
  *#reached(labels: Labels | undefined): Generator<Scope> {
    if (labels === undefined) return;
    yield* this.#unfiled;
    for (const pair of pairsOf(labels)) yield* this.#filed.get(pair) ?? [];
  }
}

const pairsOf = (labels: Labels | undefined): readonly string[] =>
  [...(labels ?? [])].map(([key, value]) => `${key}=${value}`);

/** `key=value` of which one must be there for the selector to select; undefined where there is no such demand. */
function demandedBy({ matchLabels, matchExpressions }: LabelSelector): readonly string[] | undefined {
  for (const [key, value] of matchLabels) return [`${key}=${value}`];
  const listed = matchExpressions.find(({ operator }) => operator === 'In');
  return listed?.values.map((value) => `${listed.key}=${value}`);
}

function fileUnder<T>(files: Map<string, Set<T>>, key: string, item: T): void {
  const file = files.get(key);
  if (file === undefined) files.set(key, new Set([item]));
  else file.add(item);
}

function takeFrom<T>(files: Map<string, Set<T>>, key: string, item: T): void {
  const file = files.get(key);
  file?.delete(item);
  if (file?.size === 0) files.delete(key);
}

function isSame(a: Labels | undefined, b: Labels | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}
