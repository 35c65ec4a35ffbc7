/** What must be read live before a request can be decided, worked out without reading anything. */
import {
  bringsUnderRules,
  namespaceNeedsContents,
  writesNamespace,
} from '../boundary/invariants/namespaces/judgeNamespace.ts';
import { startsPod } from '../boundary/invariants/pods/beforeFloor.ts';
import { floorNeedsContents, touchesFloor } from '../boundary/invariants/policies/floor.ts';
import { namespacesNamed } from '../boundary/policyFlows.ts';
import type { Attributes } from '../k8s/attributes.ts';
import { listAt, stringAt } from '../k8s/json.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import { decodeNetworkPolicy } from '../k8s/networkPolicyDecode.ts';
import { isOwnKind, nameOf } from './ownKinds/ownKind.ts';
import type { World } from './world.ts';

/** Namespaces to look up and namespaces whose contents to count. All are empty for nearly every request. */
export interface Required {
  readonly namespaces: readonly string[];
  readonly contents: readonly string[];
  /** Names of namespaces whose record is asked for, and namespaces whose floor is. */
  readonly records: readonly string[];
  readonly floors: readonly string[];
  /** Namespaces whose policies and pods are read, because they come under a protected label. */
  readonly stored: readonly string[];
}

/**
 * The look-ups that a decision on `attributes` in `world` would miss. Names that a policy gives outright are always read live, and so is the
 * namespace whose floor is to be deleted: whether it is terminating decides who may, and a copy may be a moment behind.
 */
export function required(attributes: Attributes, world: World): Required {
  const namespaces = new Set<string>();
  const exempt = world.rules.tenancy.exemptNamespaces;
  if (
    attributes.namespace !== '' &&
    attributes.resource !== 'namespaces' &&
    !exempt.has(attributes.namespace)
  ) {
    const stale = attributes.operation === 'DELETE' && touchesFloor(attributes);
    if (stale || world.lookup(attributes.namespace) === 'unknown') namespaces.add(attributes.namespace);
  }
  for (const name of namedByPolicy(attributes)) namespaces.add(name);
  if (
    isOwnKind(attributes) &&
    attributes.operation === 'DELETE' &&
    attributes.resource === 'namespacerecords'
  )
    namespaces.add(nameOf(attributes));
  return {
    namespaces: [...namespaces],
    contents: contentsNeeded(attributes, world),
    records: recordsNeeded(attributes, world),
    floors: floorsNeeded(attributes, world),
    stored: bringsUnderRules(attributes, world.rules.tenancy) ? [attributes.name] : [],
  };
}

/** The record of a name is read live whenever somebody takes the name: a copy may be a moment behind. */
function recordsNeeded(attributes: Attributes, { recordOf }: World): readonly string[] {
  if (recordOf === undefined || !writesNamespace(attributes) || attributes.operation !== 'CREATE') return [];
  const name = nameOf(attributes);
  return name === '' ? [] : [name];
}

/** A floor that the copy does not have yet may stand all the same. */
function floorsNeeded(attributes: Attributes, { floorOf }: World): readonly string[] {
  if (floorOf === undefined || !startsPod(attributes)) return [];
  return typeof floorOf(attributes.namespace) === 'string' ? [attributes.namespace] : [];
}

function namedByPolicy(attributes: Attributes): readonly string[] {
  const { group, resource, operation, object } = attributes;
  if (group !== 'networking.k8s.io' || resource !== 'networkpolicies' || operation === 'DELETE') return [];
  if (!mentionsNames(object)) return [];
  const policy = decodeNetworkPolicy(object, { strict: false });
  return policy.ok ? namespacesNamed(policy.value).slice(0, mostNamesRead) : [];
}

/** Of a policy that names more namespaces the others are looked up in the copy: one request must not send the API server any number of its own. */
export const mostNamesRead = 256;

/** Looks for namespace names without decoding: most policies name none, and the decision decodes them anyway. */
const mentionsNames = (object: unknown): boolean =>
  (['ingress', 'egress'] as const).some((direction) =>
    listAt(object, 'spec', direction).some((rule) =>
      listAt(rule, direction === 'ingress' ? 'from' : 'to').some(
        (peer) =>
          stringAt(peer, 'namespaceSelector', 'matchLabels', nameLabel) !== undefined ||
          listAt(peer, 'namespaceSelector', 'matchExpressions').length > 0,
      ),
    ),
  );

function contentsNeeded(attributes: Attributes, { rules, orderedDeletion }: World): readonly string[] {
  if (namespaceNeedsContents(attributes, rules.tenancy)) return [attributes.name];
  return floorNeedsContents(attributes, orderedDeletion) ? [attributes.namespace] : [];
}
