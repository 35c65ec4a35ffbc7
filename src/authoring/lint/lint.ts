/** Lints rule files: everything that the server would refuse, and everything that it would take and that cannot be meant. */
import { readInventory } from '../../admission/manifests/inventory.ts';
import { toRequest } from '../../admission/manifests/request.ts';
import { compileRules } from '../../admission/rules.ts';
import type { Rules } from '../../admission/rules.ts';
import type { Document } from '../../config/document.ts';
import type { Issue } from '../../config/issue.ts';
import { assemble } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { readSuite } from '../suite/readSuite.ts';
import type { Finding } from '../finding.ts';
import { errorOf, findingAt, inOrder, warningOf } from '../finding.ts';
import { lintBoundary } from './boundaries.ts';
import { costsOf } from './costs.ts';
import type { ExpressionCost } from './costs.ts';
import { lintException } from './exceptions.ts';
import { lintGuardrail } from './guardrails.ts';
import { natureIn, strangerIssue } from './nature.ts';
import type { Nature } from './nature.ts';
import { policyPartsOf } from './policyParts.ts';
import type { Protection } from './trust.ts';

/** What lint found, in the order of files and places, and what each expression may cost. */
export interface Linted {
  readonly findings: readonly Finding[];
  readonly costs: readonly ExpressionCost[];
}

/**
 * Lints documents under a configuration. A mistake in one document hides nothing in another. Pure: the same documents give the same findings in
 * the same order.
 */
export function lint(documents: readonly Document[], config: Config): Linted {
  const natureOf = natureIn(documents);
  const of = (...natures: readonly Nature[]): readonly Document[] =>
    documents.filter((document) => natures.includes(natureOf(document)));
  const parameters = of('parameter');
  const compiled = of('boundary', 'guardrail').map((document) => ({
    document,
    read: compileRules(natureOf(document) === 'guardrail' ? [document, ...parameters] : [document], config),
  }));
  const sound = compiled.flatMap(({ document, read }) => (read.ok ? [{ document, rules: read.value }] : []));
  const together = compileRules([...sound.map(({ document }) => document), ...parameters], config);
  const protection = protectionOf(
    sound.map(({ rules }) => rules),
    config,
  );
  const policies = policyPartsOf(
    sound.flatMap(({ document }) => (natureOf(document) === 'guardrail' ? [document] : [])),
    parameters,
    config,
  );
  const findings: readonly Finding[] = [
    ...compiled.flatMap(({ read }) => (read.ok ? [] : read.issues.map(errorOf))),
    ...(together.ok ? together.value.guardrails.warnings().map(warningOf) : together.issues.map(errorOf)),
    ...sound.flatMap(({ document, rules }) =>
      rules.ruleSet.boundaries.flatMap((boundary) =>
        lintBoundary(document, boundary, rules.ruleSet.surroundings, protection),
      ),
    ),
    ...policies.flatMap((policy) => lintGuardrail(policy, protection)),
    ...of('exception').flatMap(lintException),
    ...of('unknown').map((document) => errorOf(strangerIssue(document))),
    ...of('suite', 'configuration', 'manifest').flatMap((document) =>
      otherIssues(document, natureOf(document)).map(errorOf),
    ),
    ...inventoryIssues(of('namespace')).map(errorOf),
    ...besideRules(of('boundary', 'guardrail'), of('manifest')),
  ];
  const costs = policies.flatMap(({ document, policy }) => costsOf(document, policy));
  return { findings: inOrder(findings), costs };
}

/** What is protected by all rules together. */
function protectionOf(rules: readonly Rules[], { tenancy }: Config): Protection {
  const all = <T>(of: (one: Rules) => Iterable<T>): readonly T[] => rules.flatMap((one) => [...of(one)]);
  return {
    podLabels: new Set([...tenancy.protectedPodLabels, ...all((one) => one.tenancy.protectedPodLabels)]),
    namespaceLabels: new Set([...tenancy.protectedLabels, ...all((one) => one.tenancy.protectedLabels)]),
    exemptNamespaces: new Set(tenancy.exemptNamespaces),
  };
}

function otherIssues(document: Document, nature: Nature): readonly Issue[] {
  if (nature === 'suite') return issuesOf(readSuite(document));
  if (nature === 'configuration') return issuesOf(assemble(document, { environment: {} }));
  const nobody = { user: { username: '', groups: [] }, stored: () => undefined };
  return issuesOf(toRequest(document, nobody));
}

const issuesOf = (
  read: { readonly ok: true } | { readonly ok: false; readonly issues: readonly Issue[] },
): readonly Issue[] => (read.ok ? [] : read.issues);

/** Inventories of several examples may name the same Namespace, so each file is read for itself. */
const inventoryIssues = (documents: readonly Document[]): readonly Issue[] =>
  [...Map.groupBy(documents, ({ file }) => file).values()].flatMap((some) => issuesOf(readInventory(some)));

/** Manifests in a folder of rules, told once a folder: the server takes nothing but rules, parameters and Namespaces there. */
function besideRules(rules: readonly Document[], manifests: readonly Document[]): readonly Finding[] {
  const folders = new Set(rules.map(folderOf));
  const beside = manifests.filter((document) => folders.has(folderOf(document)));
  return [...Map.groupBy(beside, folderOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.length === 0 ? 'is no rule' : `and ${others.length} more here are no rules`;
    const message = `${more}; where this folder is given as --rules, it is refused: name the rule files, or keep manifests in a folder of their own`;
    return [findingAt(first, '/kind', { severity: 'info', code: 'rules.manifest', message })];
  });
}

const folderOf = ({ file }: Document): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));
