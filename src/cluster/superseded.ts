/** Boundaries that a newer set of rules replaces or no longer has: they stay in force beside it until every replica has that set. */
import { createHash } from 'node:crypto';
import type { RuleDocument } from '../admission/rules.ts';
import type { Document } from '../config/document.ts';
import { stringAt } from '../k8s/json.ts';
import type { StoredRule } from './ruleKinds.ts';

/** Of one name; whoever changes a Boundary more often than this while a replica is silent keeps the first, which was in force alone, and the newest. */
const mostOfName = 16;

const textOf = ({ value }: Document): string => JSON.stringify(value);
const isBoundary = ({ value }: Document): boolean => stringAt(value, 'kind') === 'Boundary';

/**
 * What stays in force beside `now`: the Boundaries of `before` that are not among it as they were, and those that stayed beside `before` already. Each
 * limit holds on its own, so nothing can be let in meanwhile that any of them does not allow. One that is back is no longer beside itself.
 */
export function supersededBy(
  now: readonly Document[],
  before: readonly Document[],
  beside: readonly RuleDocument[],
): readonly RuleDocument[] {
  const kept = new Set(now.map(textOf));
  const former = new Map<string, RuleDocument>();
  for (const document of [...beside, ...before]) {
    if (!isBoundary(document) || kept.has(textOf(document))) continue;
    former.set(textOf(document), { ...document, superseded: true });
  }
  return [...Map.groupBy(former.values(), ({ file }) => file).values()].flatMap((all) =>
    all.length <= mostOfName ? all : [...all.slice(0, 1), ...all.slice(1 - mostOfName)],
  );
}

/**
 * What replicas tell each other of the rules that they decide by: the same for the same Bulkhead rules in the cluster, whatever their configuration. A set
 * that is changed back is another one: nobody goes back to what was reported before, so what others report may be old and still be true.
 */
export function reportedHash(documents: readonly StoredRule[]): string {
  const own = documents.filter(({ value }) => stringAt(value, 'apiVersion')?.startsWith('bulkhead.dev/'));
  return createHash('sha256')
    .update(JSON.stringify(own.map(({ value, version }) => [value, version])))
    .digest('hex')
    .slice(0, 16);
}
