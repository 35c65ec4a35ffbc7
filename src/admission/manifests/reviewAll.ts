/** Reviews a set of documents as one `kubectl apply` of all of them: Namespaces first, so that what is inside them can be judged. */
import type { Document } from '../../config/document.ts';
import type { Issue } from '../../config/issue.ts';
import type { Attributes, UserInfo } from '../../k8s/attributes.ts';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import { isObject } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { readNamespace } from '../../k8s/namespace.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { fullBudget } from '../../netpol/cover.ts';
import { admit } from '../admit.ts';
import type { Outcome } from '../decision.ts';
import { isPolicy } from '../evaluate.ts';
import { narrow } from '../narrow.ts';
import { warningsOf } from '../respond.ts';
import type { Rules } from '../rules.ts';
import { sceneOf } from '../scene.ts';
import { completeLookup } from '../world.ts';
import type { World } from '../world.ts';
import type { StoredNamespace } from './inventory.ts';
import { toRequest } from './request.ts';

/** One document's outcome. `narrowed` is the part inside the boundaries, where a NetworkPolicy exceeds them. */
export interface Review {
  readonly document: Document;
  readonly outcome: Outcome;
  readonly warnings: readonly string[];
  readonly narrowed?: unknown;
}

/** Decides every document as of `now` (milliseconds since the epoch); those that cannot be read are told as issues, and the others are decided all the same. */
export function reviewAll(
  documents: readonly Document[],
  rules: Rules,
  inventory: readonly StoredNamespace[],
  user: UserInfo,
  now: number,
): { readonly reviews: readonly Review[]; readonly issues: readonly Issue[] } {
  const stored = new Map(inventory.map(({ facts, object }) => [facts.name, object]));
  const applying = {
    user,
    stored: (kind: string, _: string, name: string) => (kind === 'Namespace' ? stored.get(name) : undefined),
  };
  const requests = documents.map((document) => ({ document, request: toRequest(document, applying) }));
  const issues = requests.flatMap(({ request }) => (request.ok ? [] : request.issues));
  const facts = new Map(inventory.map((namespace) => [namespace.facts.name, namespace.facts]));
  const objects = new Map(stored);
  const done = new Map<Document, Review>();
  for (const namespaces of [true, false]) {
    const world = worldOf(rules, [...facts.values()], objects, now);
    for (const { document, request } of requests) {
      if (!request.ok || (request.value.kind === 'Namespace') !== namespaces) continue;
      const review = reviewOne(document, request.value, world);
      done.set(document, review);
      if (namespaces && review.outcome.decision.allowed) remember(review.outcome.attributes, facts, objects);
    }
  }
  return { reviews: documents.flatMap((document) => done.get(document) ?? []), issues };
}

const worldOf = (
  rules: Rules,
  namespaces: readonly NamespaceFacts[],
  objects: ReadonlyMap<string, JsonObject>,
  now: number,
): World => ({
  now,
  namespaceObjects: (name) => objects.get(name),
  rules,
  lookup: completeLookup(namespaces),
  known: () => namespaces,
  contentsOf: () => 'unavailable',
  orderedDeletion: true,
  budget: fullBudget,
});

function remember(
  { object }: Attributes,
  facts: Map<string, NamespaceFacts>,
  objects: Map<string, JsonObject>,
): void {
  if (object === null) return;
  const { namespace } = readNamespace(object);
  const { name, labels } = namespace.metadata;
  if (name === '') return;
  facts.set(name, { name, labels, terminating: namespace.terminating });
  objects.set(name, object);
}

function reviewOne(document: Document, attributes: Attributes, world: World): Review {
  const outcome = admit(attributes, world, 'review');
  const narrowed = narrowedPart(attributes, world);
  return {
    document,
    outcome,
    warnings: warningsOf(outcome.decision),
    ...(narrowed === undefined ? {} : { narrowed }),
  };
}

/** The policy narrowed to all of its boundaries, whatever they do about excess. */
function narrowedPart(attributes: Attributes, world: World): unknown {
  if (!isPolicy(attributes) || attributes.operation === 'DELETE') return undefined;
  const scene = sceneOf(attributes, world);
  if (!scene.ok) return undefined;
  const { patch } = narrow(attributes, scene.scene, world, true);
  if (patch.length === 0) return undefined;
  const applied = applyPatch(attributes.object, patch);
  return applied.ok && isObject(applied.value) ? applied.value : undefined;
}
