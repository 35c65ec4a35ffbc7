/** The guardrails in force, indexed so that a request only touches policies that can match it. */
import type { Issue } from '../config/issue.ts';
import type { Attributes, Operation } from '../k8s/attributes.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import type { ParamSources, ParamStore } from './params.ts';
import type { Guardrail, Policy } from './policy.ts';
import { noStoredParams } from './storedParams.ts';

export interface Guardrails extends ParamSources {
  /** What loads and yet is probably not what its author meant; worked out when asked for. */
  readonly warnings: () => readonly Issue[];
  readonly all: readonly Guardrail[];
  /** Whether any of them asks for a label of the namespace by its value. */
  readonly selectsNamespaces: boolean;
  /**
   * Those whose rules name the operation, group and resource of a request, in the order in which they were loaded. Where the labels of its
   * namespace are given, those are left out whose namespaceSelector asks for a label that they do not have.
   */
  readonly candidates: (attributes: Attributes, namespace?: Labels) => readonly Guardrail[];
}

const operations: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

/**
 * Indexes guardrails by operation, group and resource, and below that by one label that their namespaceSelector asks for. A rule with a
 * wildcard for group or resource is in every place of its operations.
 */
export function indexGuardrails(
  all: readonly Guardrail[],
  params: ParamStore,
  warnings: () => readonly Issue[] = () => [],
): Guardrails {
  const places = new Map<string, Set<number>>();
  const add = (key: string, ordinal: number): void => {
    const known = places.get(key);
    if (known === undefined) places.set(key, new Set([ordinal]));
    else known.add(ordinal);
  };
  for (const [ordinal, { policy }] of all.entries()) {
    for (const rule of policy.constraints.rules) {
      for (const operation of rule.operations.includes('*') ? operations : rule.operations) {
        const wild = rule.groups.includes('*') || rule.resources.some(({ resource }) => resource === '*');
        if (wild) add(operation, ordinal);
        else
          for (const group of rule.groups)
            for (const { resource } of rule.resources) add(`${operation} ${group} ${resource}`, ordinal);
      }
    }
  }
  const shelves = new Map(
    [...places].map(([key, ordinals]) => {
      const wild = places.get(key.split(' ')[0] ?? '') ?? [];
      return [key, shelfOf(all, new Set([...ordinals, ...wild]))] as const;
    }),
  );
  return {
    all,
    params,
    storedParams: noStoredParams,
    warnings,
    selectsNamespaces: all.some(({ policy }) => askedLabel(policy) !== ''),
    candidates: ({ operation, group, resource }, namespace) => {
      const shelf = shelves.get(`${operation} ${group} ${resource}`) ?? shelves.get(operation);
      return shelf === undefined ? [] : taken(shelf, all, namespace);
    },
  };
}

/** The guardrails of one place; `labelled` are the ordinals of those that only a namespace with that label can have. */
interface Shelf {
  readonly every: readonly Guardrail[];
  readonly unlabelled: readonly number[];
  readonly labelled: ReadonlyMap<string, readonly number[]>;
}

function shelfOf(all: readonly Guardrail[], ordinals: ReadonlySet<number>): Shelf {
  const sorted = [...ordinals].sort((a, b) => a - b);
  const keyAt = (ordinal: number): string => {
    const guardrail = all[ordinal];
    return guardrail === undefined ? '' : askedLabel(guardrail.policy);
  };
  const byLabel = Map.groupBy(sorted, keyAt);
  const unlabelled = byLabel.get('') ?? [];
  byLabel.delete('');
  return { every: sorted.flatMap((ordinal) => all[ordinal] ?? []), unlabelled, labelled: byLabel };
}

/** A label that every namespace must have which the policy selects; empty where it asks for none by its value. */
function askedLabel({ constraints: { namespaceSelector } }: Policy): string {
  for (const [key, value] of namespaceSelector?.matchLabels ?? []) return labelKey(key, value);
  return '';
}

const labelKey = (key: string, value: string): string => `${key}=${value}`;

function taken(
  { every, unlabelled, labelled }: Shelf,
  all: readonly Guardrail[],
  namespace: Labels | undefined,
): readonly Guardrail[] {
  if (labelled.size === 0 || namespace === undefined) return every;
  const ordinals = [...unlabelled];
  for (const [key, value] of namespace) ordinals.push(...(labelled.get(labelKey(key, value)) ?? []));
  return ordinals.sort((a, b) => a - b).flatMap((ordinal) => all[ordinal] ?? []);
}
