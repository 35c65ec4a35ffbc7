/** What a suite decides in: its rules compiled, its inventory read, and the world that every case sees. */
import { readInventory } from '../../admission/manifests/inventory.ts';
import type { StoredNamespace } from '../../admission/manifests/inventory.ts';
import { compileRules } from '../../admission/rules.ts';
import type { Rules } from '../../admission/rules.ts';
import { completeLookup } from '../../admission/world.ts';
import type { World } from '../../admission/world.ts';
import type { NamespaceContents } from '../../boundary/invariants/context.ts';
import type { Document } from '../../config/document.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { assemble } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { stringAt } from '../../k8s/json.ts';
import { fullBudget } from '../../netpol/cover.ts';
import type { CaseInputs } from './caseRequest.ts';
import type { Suite } from './readSuite.ts';

/** A suite with everything that its paths lead to. */
export interface SuiteInputs {
  readonly suite: Suite;
  readonly rules: readonly Document[];
  readonly inventory: readonly Document[];
  /** The Configuration that it names; undefined: the defaults. */
  readonly config: Document | undefined;
  readonly cases: readonly CaseInputs[];
}

/** A suite ready to decide its cases. */
export interface SuiteWorld {
  readonly world: World;
  readonly config: Config;
  readonly inventory: readonly Document[];
}

const floor = 'bulkhead-floor';

/** Compiles what a suite decides by; every mistake is told with its place. Neither environment nor clock has a say: a suite passes everywhere and always alike. */
export function suiteWorld({ suite, rules, inventory, config }: SuiteInputs): Read<SuiteWorld> {
  const assembled = assemble(config, { environment: {} });
  if (!assembled.ok) return assembled;
  const compiled = compileRules(rules, assembled.value.config);
  const namespaces = readInventory([...inventory, ...rules]);
  if (!compiled.ok || !namespaces.ok) {
    const issues: Issue[] = [compiled, namespaces].flatMap((part) => (part.ok ? [] : part.issues));
    return unsound(issues);
  }
  const { now } = suite.spec;
  return sound({
    world: {
      ...worldOf(compiled.value, namespaces.value, inventory),
      ...(now === undefined ? {} : { now: Date.parse(now) }),
    },
    config: assembled.value.config,
    inventory,
  });
}

function worldOf(rules: Rules, stored: readonly StoredNamespace[], inventory: readonly Document[]): World {
  const facts = stored.map((namespace) => namespace.facts);
  const objects = new Map(stored.map((namespace) => [namespace.facts.name, namespace.object]));
  return {
    rules,
    lookup: completeLookup(facts),
    known: () => facts,
    contentsOf: (namespace) => contentsOf(namespace, inventory),
    orderedDeletion: true,
    budget: fullBudget,
    namespaceObjects: (name) => objects.get(name),
  };
}

/** What the inventory holds in a namespace, as a live list would count it. */
function contentsOf(namespace: string, inventory: readonly Document[]): NamespaceContents {
  const inside = inventory.filter(({ value }) => stringAt(value, 'metadata', 'namespace') === namespace);
  const count = (kind: string): number =>
    inside.filter(
      ({ value }) => stringAt(value, 'kind') === kind && stringAt(value, 'metadata', 'name') !== floor,
    ).length;
  return { pods: count('Pod'), policies: count('NetworkPolicy') };
}
