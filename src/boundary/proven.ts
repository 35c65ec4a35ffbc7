/** Remembers which NetworkPolicy specs were proven inside the limits of a namespace, so that one that is sent again is only looked up. */
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { NamespaceFacts, NamespaceLookup } from '../k8s/namespaceFacts.ts';
import type { NetworkPolicy } from '../k8s/networkPolicy.ts';
import { namespacesNamed } from './policyFlows.ts';
import type { Guard, RuleSet } from './ruleSet.ts';

/** A spec that is longer, as JSON, is judged each time. */
const mostCharacters = 8_192;
/** Beyond this many the oldest are forgotten; together at most some 32 MB. */
const mostRemembered = 2_048;
/** Traces of specs that were seen once; a power of two. */
const traces = 2_048;

/** What else the proof rests on: the labels known of each namespace that the spec names. `hints` are told with the answer. */
interface Proven {
  readonly named: readonly { readonly name: string; readonly facts: string }[];
  readonly hints: readonly string[];
}

/**
 * The memory of one rule set: it is made anew with each. An entry is found only where everything that the judgement reads is the same: the text
 * of the spec, the name and protected labels of the namespace, and those of the namespaces that the spec names. Only "inside" is remembered,
 * which needs no witness and holds whatever an update replaces.
 */
export class ProvenSpecs {
  private readonly specs = new Map<string, Proven>();
  private readonly seen = new Uint32Array(traces);
  private readonly texts = new WeakMap<Guard, string>();
  private readonly ruleSet: RuleSet;

  constructor(ruleSet: RuleSet) {
    this.ruleSet = ruleSet;
  }

  /** What a spec in a namespace is remembered under; undefined where it is too long to be. */
  keyOf(spec: unknown, namespace: NamespaceFacts): string | undefined {
    const text = JSON.stringify(spec ?? null);
    return text.length > mostCharacters ? undefined : `${this.factsOf(namespace)}\n${text}`;
  }

  /** The hints of a spec that is known to be inside; undefined where it must be judged. */
  find(key: string, lookup: NamespaceLookup): readonly string[] | undefined {
    const known = this.specs.get(key);
    if (known === undefined) return undefined;
    for (const { name, facts } of known.named) {
      if (this.factsOf(lookup(name)) !== facts) return undefined;
    }
    return known.hints;
  }

  /**
   * Remembers that `policy`, read from the spec of this key, is inside all limits of its namespace, if it was seen before: what comes once would
   * only be carried from one garbage collection to the next.
   */
  remember(key: string, policy: NetworkPolicy, hints: readonly string[], lookup: NamespaceLookup): void {
    if (!this.seenBefore(key)) return;
    if (this.specs.size >= mostRemembered) {
      const oldest = this.specs.keys().next();
      if (oldest.done !== true) this.specs.delete(oldest.value);
    }
    const named = namespacesNamed(policy).map((name) => ({ name, facts: this.factsOf(lookup(name)) }));
    this.specs.set(key, { named, hints });
  }

  /** A trace is no proof: two keys with one trace only mean that the second is remembered at once. */
  private seenBefore(key: string): boolean {
    const trace = traceOf(key);
    const at = trace & (traces - 1);
    const known = this.seen[at] === trace;
    this.seen[at] = trace;
    return known;
  }

  /** A text for what counts as known of a namespace; rules read nothing else of it. */
  private factsOf(namespace: NamespaceFacts | string): string {
    if (typeof namespace === 'string') return namespace;
    const guard = this.ruleSet.guardOf(namespace);
    const known = this.texts.get(guard);
    if (known !== undefined) return known;
    const text = JSON.stringify([[nameLabel, namespace.name], ...guard.facts]);
    this.texts.set(guard, text);
    return text;
  }
}

/** FNV-1a over every third character and the length; never 0. */
function traceOf(key: string): number {
  let hash = 0x811c9dc5 ^ key.length;
  for (let at = 0; at < key.length; at += 3) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0 || 1;
}
