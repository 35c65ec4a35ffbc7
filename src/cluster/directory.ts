/** The namespaces of the cluster as facts: a copy that changes, and snapshots of it that never do. */
import { readNamespace } from '../k8s/namespace.ts';
import type { JsonObject } from '../k8s/json.ts';
import { stringAt } from '../k8s/json.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Copy } from './reflector.ts';

/** What was known at one moment. Whatever happens later, it answers the same. */
export interface Snapshot {
  readonly size: number;
  get(name: string): NamespaceFacts | undefined;
  all(): Iterable<NamespaceFacts>;
}

/** Nothing is known. */
export const emptySnapshot: Snapshot = { size: 0, get: () => undefined, all: () => [] };

/** Reads a Namespace, or its metadata alone; undefined where it cannot be understood: then nothing is known of it. */
export function toFacts(object: JsonObject): NamespaceFacts | undefined {
  const { namespace, issues } = readNamespace(object);
  const { name, labels, resourceVersion } = namespace.metadata;
  if (issues.length > 0 || name === '') return undefined;
  return { name, labels, terminating: namespace.terminating, resourceVersion };
}

/** Copies are made when somebody looks after a change, not at every change: a burst of events costs one copy. */
export class NamespaceDirectory implements Copy {
  private working = new Map<string, NamespaceFacts>();
  private taken: Snapshot | undefined;
  private readonly listeners: ((name: string) => void)[] = [];

  /** Calls `listener` with the name of every namespace that comes, changes or goes. */
  onChange(listener: (name: string) => void): void {
    this.listeners.push(listener);
  }

  replace(objects: readonly JsonObject[]): void {
    const before = this.working;
    this.working = new Map();
    this.taken = undefined;
    for (const object of objects) this.apply(object);
    for (const name of before.keys()) if (!this.working.has(name)) this.tell(name);
  }

  apply(object: JsonObject): void {
    const facts = toFacts(object);
    if (facts === undefined) {
      this.remove(object);
      return;
    }
    this.taken = undefined;
    this.working.set(facts.name, facts);
    this.tell(facts.name);
  }

  remove(object: JsonObject): void {
    const name = stringAt(object, 'metadata', 'name') ?? '';
    this.taken = undefined;
    this.working.delete(name);
    this.tell(name);
  }

  private tell(name: string): void {
    for (const listener of this.listeners) listener(name);
  }

  snapshot(): Snapshot {
    this.taken ??= frozen(this.working);
    return this.taken;
  }
}

function frozen(working: ReadonlyMap<string, NamespaceFacts>): Snapshot {
  const copied = new Map(working);
  return Object.freeze({
    size: copied.size,
    get: (name: string) => copied.get(name),
    all: () => copied.values(),
  });
}
