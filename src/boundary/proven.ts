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
  private readonly texts = new WeakMap<Guard, string>();
  private readonly ruleSet: RuleSet;

  constructor(ruleSet: RuleSet) {
    this.ruleSet = ruleSet;
  }

  /** The hints of a spec that is known to be inside; undefined where it must be judged. */
  find(spec: unknown, namespace: NamespaceFacts, lookup: NamespaceLookup): readonly string[] | undefined {
    const key = this.keyOf(spec, namespace);
    const known = key === undefined ? undefined : this.specs.get(key);
    if (known === undefined) return undefined;
    for (const { name, facts } of known.named) {
      if (this.factsOf(lookup(name)) !== facts) return undefined;
    }
    return known.hints;
  }

  /** Remembers that `policy`, read from `spec`, is inside all limits of its namespace. */
  remember(
    spec: unknown,
    policy: NetworkPolicy,
    hints: readonly string[],
    namespace: NamespaceFacts,
    lookup: NamespaceLookup,
  ): void {
    const key = this.keyOf(spec, namespace);
    if (key === undefined) return;
    if (this.specs.size >= mostRemembered) {
      const oldest = this.specs.keys().next();
      if (oldest.done !== true) this.specs.delete(oldest.value);
    }
    const named = namespacesNamed(policy).map((name) => ({ name, facts: this.factsOf(lookup(name)) }));
    this.specs.set(key, { named, hints });
  }

  private keyOf(spec: unknown, namespace: NamespaceFacts): string | undefined {
    const text = JSON.stringify(spec ?? null);
    return text.length > mostCharacters ? undefined : `${this.factsOf(namespace)}\n${text}`;
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
