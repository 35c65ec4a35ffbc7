/** What in a policy does not fit the OpenAPI types of the kinds it matches: warnings, as kube-apiserver writes them into status.typeChecking. */
import { recheck } from '../cel/compile.ts';
import { type Environment, withComposedVariable, withVariables } from '../cel/environment.ts';
import { typeOfKind } from '../cel/openapi/schema.ts';
import type { Type } from '../cel/typing/type.ts';
import type { Document } from '../config/document.ts';
import type { Issue } from '../config/issue.ts';
import type { Environments } from './environments.ts';
import { inDocument } from './expressions.ts';
import type { PolicyKind } from './policy.ts';
import type { PolicySpec, RuleSpec } from './schema.ts';

/** The kinds whose types are known, with the resources that hold them. */
const kinds: readonly {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resources: readonly string[];
}[] = [
  {
    group: '',
    version: 'v1',
    kind: 'Pod',
    resources: ['pods', 'pods/status', 'pods/ephemeralcontainers', 'pods/resize'],
  },
  {
    group: '',
    version: 'v1',
    kind: 'Namespace',
    resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
  },
  { group: '', version: 'v1', kind: 'ConfigMap', resources: ['configmaps'] },
  { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', resources: ['networkpolicies'] },
];

/** A warning about one kind, before those of several kinds are put together. */
interface Found {
  readonly kind: string;
  readonly issue: Issue;
}

/**
 * The warnings of a policy that compiled. Rules with wildcards match kinds that nobody listed, so they say nothing; a kind whose types are not
 * known here is not checked. Parameters of kind ConfigMap have their type too.
 */
export function typeWarnings(
  kind: PolicyKind,
  name: string,
  spec: PolicySpec,
  document: Document,
  environments: Environments,
): readonly Issue[] {
  const rules = spec.matchConstraints.resourceRules ?? [];
  const matched = kinds.filter((known) => rules.some((rule) => isNamed(rule, known)));
  const found = matched.flatMap(({ group, version, kind: matchedKind }): readonly Found[] => {
    const type = typeOfKind(group === '' ? version : `${group}/${version}`, matchedKind);
    if (type === undefined) return [];
    const issues = new Recheck(spec, document, typed(environments, type, spec)).issues();
    return issues.map((issue) => ({ kind: matchedKind, issue }));
  });
  return together(found).map(({ kinds: about, issue }) => ({
    ...issue,
    message: `${kind} "${name}", where it matches ${about}: ${issue.message}`,
  }));
}

const isNamed = (rule: RuleSpec, { group, version, resources }: (typeof kinds)[number]): boolean =>
  rule.apiGroups.includes(group) &&
  rule.apiVersions.includes(version) &&
  rule.resources.some((resource) => resources.includes(resource));

function typed({ plain, mutating }: Environments, type: Type, { paramKind }: PolicySpec): Environments {
  const params = paramKind === undefined ? undefined : typeOfKind(paramKind.apiVersion, paramKind.kind);
  const variables = { object: type, oldObject: type, ...(params === undefined ? {} : { params }) };
  return { plain: withVariables(plain, variables), mutating: withVariables(mutating, variables) };
}

/** One pass over the expressions of a policy with the types of one kind. */
class Recheck {
  readonly #spec: PolicySpec;
  readonly #document: Document;
  readonly #environments: Environments;
  readonly #issues: Issue[] = [];

  constructor(spec: PolicySpec, document: Document, environments: Environments) {
    this.#spec = spec;
    this.#document = document;
    this.#environments = environments;
  }

  issues(): readonly Issue[] {
    const { matchConditions = [], variables = [], validations = [] } = this.#spec;
    const { auditAnnotations = [], mutations = [] } = this.#spec;
    let { plain, mutating } = this.#environments;
    for (const [index, { expression }] of matchConditions.entries())
      this.#look(expression, `/spec/matchConditions/${index}/expression`, plain);
    for (const [index, { name, expression }] of variables.entries()) {
      const type = this.#look(expression, `/spec/variables/${index}/expression`, plain);
      plain = withComposedVariable(plain, name, type);
      mutating = withComposedVariable(mutating, name, type);
    }
    for (const [index, { expression, messageExpression = '' }] of validations.entries()) {
      this.#look(expression, `/spec/validations/${index}/expression`, plain);
      if (messageExpression !== '')
        this.#look(messageExpression, `/spec/validations/${index}/messageExpression`, plain);
    }
    for (const [index, { valueExpression }] of auditAnnotations.entries())
      this.#look(valueExpression, `/spec/auditAnnotations/${index}/valueExpression`, plain);
    for (const [index, { applyConfiguration, jsonPatch }] of mutations.entries()) {
      const field = applyConfiguration === undefined ? 'jsonPatch' : 'applyConfiguration';
      const { expression = '' } = applyConfiguration ?? jsonPatch ?? {};
      this.#look(expression, `/spec/mutations/${index}/${field}/expression`, mutating);
    }
    return this.#issues;
  }

  #look(source: string, pointer: string, environment: Environment): Type {
    const { warnings, type } = recheck(source, environment);
    for (const warning of warnings) this.#issues.push(inDocument(warning, source, pointer, this.#document));
    return type;
  }
}

/** The same warning about several kinds is told once. */
function together(found: readonly Found[]): readonly { readonly kinds: string; readonly issue: Issue }[] {
  const groups = Map.groupBy(found, ({ issue }) =>
    [issue.pointer, issue.line, issue.column, issue.message].join('\n'),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ kinds: group.map(({ kind }) => kind).join(' or '), issue: first.issue }];
  });
}
