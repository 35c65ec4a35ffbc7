/** The namespace around a request, looked up once: what guards it, or why that cannot be told. */
import type { Boundary } from '../boundary/boundary.ts';
import { writesFloor } from '../boundary/floor/floorPolicy.ts';
import { standsAsFloor } from '../boundary/floor/standingFloor.ts';
import { startsPod } from '../boundary/invariants/pods/beforeFloor.ts';
import type { NamespacedContext } from '../boundary/invariants/context.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { failed } from './decision.ts';
import type { Evaluation } from './decision.ts';
import type { World } from './world.ts';

/** A request for an object inside a namespace that is known for certain. */
export interface Scene {
  readonly namespace: NamespaceFacts;
  readonly boundaries: readonly Boundary[];
  readonly context: NamespacedContext;
}

export type SceneOr<T> =
  { readonly ok: true; readonly scene: Scene } | { readonly ok: false; readonly evaluation: T };

/**
 * Looks the namespace up. One that nobody could look up is a failure, and so is one that is certainly not there: its labels decide which
 * Boundaries hold, so without it nothing is allowed. Exempt namespaces are never selected and need no look-up.
 */
export function sceneOf(attributes: Attributes, world: World): SceneOr<Evaluation> {
  const { namespace: name } = attributes;
  const { rules, lookup } = world;
  const { tenancy, guards, ruleSet } = rules;
  const found = tenancy.exemptNamespaces.has(name) ? exempt(name) : lookup(name);
  if (found === 'unknown') {
    const message = `namespace "${name}" could not be looked up, so it is not known which boundaries hold in it; try again`;
    return { ok: false, evaluation: failed('namespace.unknown', message, 500) };
  }
  if (found === 'absent') {
    const message = `namespace "${name}" does not exist; create it first (for bulkhead review: add it to --inventory)`;
    return { ok: false, evaluation: failed('namespace.absent', message, 422) };
  }
  const { boundaries } = ruleSet.guardOf(found);
  return {
    ok: true,
    scene: {
      namespace: found,
      boundaries,
      context: {
        tenancy,
        guards,
        namespace: found,
        boundaries,
        ...(startsPod(attributes) ? { floorStands: floorStands(found, world) } : {}),
      },
    },
  };
}

/** Claims that pods need not wait: the floor stands, or nobody would write one. */
function floorStands(namespace: NamespaceFacts, { rules, lookup, known, floorOf }: World): boolean {
  const { ruleSet } = rules;
  if (floorOf === undefined || !writesFloor(ruleSet.guardOf(namespace))) return true;
  const stored = floorOf(namespace.name);
  return typeof stored !== 'string' && standsAsFloor(stored, namespace, { ruleSet, lookup, known });
}

const exempt = (name: string): NamespaceFacts => ({ name, labels: new Map(), terminating: false });
