/** Which namespace can talk to which, for a whole cluster, kept up to date one change at a time. */
import type { Labels } from '../../../k8s/labelSelector.ts';
import type { NetworkPolicy } from '../../../k8s/networkPolicy.ts';
import type { ConcreteNamespace, ConcretePod } from '../../concrete/world.ts';
import { IndexState } from './indexState.ts';
import type { Flip } from './indexState.ts';
import type { NamespaceSource } from './localState.ts';

/** A pod, or one that stands for several pods of a workload. */
export type IndexedPod = ConcretePod & { readonly several?: boolean };

/** One change; `undefined` removes. A namespace goes with all that it holds. What comes before its namespace makes one without labels. */
export type Change =
  | { readonly kind: 'namespace'; readonly name: string; readonly labels: Labels | undefined }
  | {
      readonly kind: 'pod';
      readonly namespace: string;
      readonly name: string;
      readonly pod: IndexedPod | undefined;
    }
  | {
      readonly kind: 'policy';
      readonly namespace: string;
      readonly name: string;
      readonly policy: NetworkPolicy | undefined;
    };

/** A path between two namespaces that a change opened or closed. */
export interface PathChange {
  readonly source: string;
  readonly destination: string;
  readonly opened: boolean;
}

export interface IndexContents {
  readonly namespaces: readonly ConcreteNamespace[];
  readonly pods: readonly IndexedPod[];
  readonly policies: readonly NetworkPolicy[];
}

export interface IndexOptions {
  /** Whether an ipBlock matches pods by their addresses (default: it does; Cilium's does not). */
  readonly ipBlockMatchesPods?: boolean;
  /** Called now and then while everything is worked out, which takes a second or two for a large cluster. */
  readonly pause?: () => void;
}

/**
 * One bit for each ordered pair of namespaces: some pod of the one can open some connection to some pod of the other (another pod, where
 * the two are one). Exact under the documented meaning; addresses outside are not in it.
 *
 * Memory: the pods and policies given, a record for each distinct pod, one bit for each pair of namespaces, and a bounded store of sets
 * that many namespaces share. A change costs what the changed namespace holds, plus one row and one column of the matrix.
 */
export class ReachIndex {
  readonly #ipBlockMatchesPods: boolean;
  readonly #pause: () => void;
  readonly #sources = new Map<string, NamespaceSource>();
  /** By slot; a free slot keeps the name that it had. */
  readonly #names: string[] = [];
  readonly #free: number[] = [];
  #state: IndexState;

  constructor(
    contents: IndexContents,
    { ipBlockMatchesPods = true, pause = () => undefined }: IndexOptions = {},
  ) {
    this.#ipBlockMatchesPods = ipBlockMatchesPods;
    this.#pause = pause;
    for (const { name, labels } of contents.namespaces) this.#source(name).labels = labels;
    for (const pod of contents.pods) this.#source(pod.namespace.name).pods.set(pod.name, pod);
    for (const policy of contents.policies) {
      this.#source(policy.metadata.namespace).policies.set(policy.metadata.name, policy);
    }
    this.#state = this.#build();
  }

  /** The namespaces, in no particular order. */
  *namespaces(): Generator<ConcreteNamespace> {
    for (const { name, labels } of this.#sources.values()) yield { name, labels };
  }

  /** Whether some pod of `source` can open a connection to some other pod of `destination`. */
  reaches(source: string, destination: string): boolean {
    const [from, to] = [this.#sources.get(source)?.slot, this.#sources.get(destination)?.slot];
    return from !== undefined && to !== undefined && this.#state.reaches(from, to);
  }

  /** Calls `visit` with each namespace that can reach this one. */
  eachSource(destination: string, visit: (source: string) => void): void {
    const slot = this.#sources.get(destination)?.slot;
    if (slot === undefined) return;
    this.#state.eachSource(slot, (from) => visit(this.#names[from] ?? ''));
  }

  /** Makes a change and tells which paths it opened and closed. */
  apply(change: Change): readonly PathChange[] {
    return this.#flipsOf(change).map(this.#told);
  }

  /** Tells what a change would open and close, and leaves everything as it is. */
  whatIf(change: Change): readonly PathChange[] {
    const name = change.kind === 'namespace' ? change.name : change.namespace;
    const before = this.#sources.get(name);
    const saved = before && { ...before, pods: new Map(before.pods), policies: new Map(before.policies) };
    const flips = this.#flipsOf(change);
    const told = flips.map(this.#told);
    if (saved === undefined) this.#removed(name);
    else {
      if (!this.#sources.has(name)) this.#free.splice(this.#free.indexOf(saved.slot), 1);
      this.#sources.set(name, saved);
      this.#state.refresh(saved);
    }
    this.#state.undo(flips);
    return told;
  }

  readonly #told = ({ from, to, opened }: Flip): PathChange => ({
    source: this.#names[from] ?? '',
    destination: this.#names[to] ?? '',
    opened,
  });

  #flipsOf(change: Change): readonly Flip[] {
    if (change.kind === 'namespace' && change.labels === undefined) return this.#removed(change.name);
    const source = this.#source(change.kind === 'namespace' ? change.name : change.namespace);
    switch (change.kind) {
      case 'namespace':
        source.labels = change.labels ?? new Map<string, string>();
        break;
      case 'pod':
        put(source.pods, change.name, change.pod);
        break;
      case 'policy':
        put(source.policies, change.name, change.policy);
        break;
    }
    if (source.slot >= this.#state.capacity) this.#state = this.#build(source.slot);
    this.#state.refresh(source);
    return this.#state.redraw(source.slot);
  }

  #removed(name: string): readonly Flip[] {
    const source = this.#sources.get(name);
    if (source === undefined) return [];
    this.#state.drop(source.slot);
    const flips = this.#state.redraw(source.slot);
    this.#sources.delete(name);
    this.#free.push(source.slot);
    return flips;
  }

  #source(name: string): NamespaceSource {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#names.length;
    const source: NamespaceSource = { name, slot, labels: new Map(), pods: new Map(), policies: new Map() };
    this.#sources.set(name, source);
    this.#names[slot] = name;
    return source;
  }

  /** Everything from nothing, with room for a quarter more namespaces than there are. `without`: a slot that is not filled yet. */
  #build(without?: number): IndexState {
    const capacity = Math.max(64, Math.ceil(this.#names.length * 1.25));
    const state = new IndexState(capacity, this.#ipBlockMatchesPods);
    const sources = [...this.#sources.values()].filter(({ slot }) => slot !== without);
    for (const [at, source] of sources.entries()) {
      state.refresh(source);
      if (at % often === often - 1) this.#pause();
    }
    this.#pause();
    state.drawAll(sources.map(({ slot }) => slot));
    this.#pause();
    return state;
  }
}

/** A pause after so many namespaces. */
const often = 500;

function put<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value === undefined) map.delete(name);
  else map.set(name, value);
}
