/** Which kinds of policy an API server serves that nobody is asked about: what stands in one of them can open the network past every Boundary. */
import { isNamedLikePolicy, otherPolicyKindOf } from '../../boundary/invariants/policies/otherPolicyKinds.ts';
import type { Rules } from '../rules.ts';
import { validatingEntries } from './entries.ts';
import type { SentRule } from './entry.ts';

/** A kind that can be written, as discovery tells of it. */
export interface ServedKind {
  readonly group: string;
  readonly kind: string;
  /** The plural in URLs and webhook rules. */
  readonly resource: string;
}

/**
 * Those whose creation or update no entry with failurePolicy Fail sends, in the order given. What `otherPolicies` is about is sent unless every
 * Boundary allows it; anything else is sent where a guardrail matches it.
 */
export function unregisteredPolicyKinds(rules: Rules, served: Iterable<ServedKind>): readonly ServedKind[] {
  const sent = validatingEntries(rules, [])
    .filter(({ failurePolicy }) => failurePolicy === undefined)
    .flatMap((entry) => entry.rules);
  const isSent = (kind: ServedKind): boolean =>
    (['CREATE', 'UPDATE'] as const).every((operation) =>
      sent.some((rule) => rule.operations.includes(operation) && names(rule, kind)),
    );
  return [...served].filter(
    (kind) => (otherPolicyKindOf(kind) !== undefined || isNamedLikePolicy(kind.kind)) && !isSent(kind),
  );
}

const names = ({ apiGroups, resources }: SentRule, { group, resource }: ServedKind): boolean =>
  (apiGroups.includes('*') || apiGroups.includes(group)) &&
  resources.some((one) => one === resource || one === '*' || one === '*/*');
