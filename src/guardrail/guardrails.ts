/** The guardrails in force, indexed so that a request only touches policies that can match it. */
import type { Attributes, Operation } from '../k8s/attributes.ts';
import type { ParamStore } from './params.ts';
import type { Guardrail } from './policy.ts';

export interface Guardrails {
  readonly all: readonly Guardrail[];
  readonly params: ParamStore;
  /** Those whose rules name the operation, group and resource of a request, in the order in which they were loaded. */
  readonly candidates: (attributes: Attributes) => readonly Guardrail[];
}

const operations: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

/**
 * Indexes guardrails by operation, group and resource. One whose rule has a wildcard for group or resource stands beside the index and is looked
 * at for every request of its operations.
 */
export function indexGuardrails(all: readonly Guardrail[], params: ParamStore): Guardrails {
  const index = new Map<string, Set<number>>();
  const add = (key: string, ordinal: number): void => {
    const known = index.get(key);
    if (known === undefined) index.set(key, new Set([ordinal]));
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
  return {
    all,
    params,
    candidates: ({ operation, group, resource }) => {
      const exact = index.get(`${operation} ${group} ${resource}`);
      const wild = index.get(operation);
      if (exact === undefined && wild === undefined) return [];
      const ordinals = [...new Set([...(exact ?? []), ...(wild ?? [])])].sort((a, b) => a - b);
      return ordinals.flatMap((ordinal) => all[ordinal] ?? []);
    },
  };
}
