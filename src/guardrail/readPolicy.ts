/** From a policy document to a compiled policy, or to everything that kube-apiserver would refuse in it. */
import * as types from '../cel/typing/type.ts';
import { withArticle } from '../cel/values/wording.ts';
import { type Document, isStored } from '../config/document.ts';
import { type Issue, type Read, sound, unsound } from '../config/issue.ts';
import { isDnsLabel, isDnsSubdomain, isQualifiedName } from '../k8s/syntax.ts';
import type { Environments } from './environments.ts';
import { Expressions } from './expressions.ts';
import { decodeMatchResources } from './matchResources.ts';
import type { ParamKind } from './params.ts';
import type { AuditAnnotation, Condition, Mutation, Policy, PolicyKind, Validation } from './policy.ts';
import type { PolicySpec } from './schema.ts';

const applied = types.object('Object', {});
const patches = types.listOf(types.object('JSONPatch', {}));

/** Compiles a policy whose document has followed its schema. */
export function readPolicy(
  kind: PolicyKind,
  name: string,
  spec: PolicySpec,
  document: Document,
  environments: (withParams: boolean) => Environments,
): Read<Policy> {
  const expressions = new Expressions(document, environments(spec.paramKind !== undefined));
  checkWhole(kind, name, spec, expressions);
  const constraints = decodeMatchResources(spec.matchConstraints, '/spec/matchConstraints');
  if (!constraints.ok)
    for (const { code, pointer = '', message } of constraints.issues)
      expressions.report(code, pointer, message);
  const conditions = readConditions(spec, expressions);
  const variables = readVariables(spec, expressions);
  const validations = readValidations(spec, expressions);
  const annotations = readAnnotations(spec, name, expressions);
  const mutations = readMutations(spec, expressions);
  const issues: readonly Issue[] = expressions.issues;
  if (!constraints.ok || issues.length > 0) return unsound(issues);
  return sound({
    kind,
    name,
    failurePolicy: spec.failurePolicy ?? 'Fail',
    paramKind: spec.paramKind,
    constraints: constraints.value,
    conditions,
    variables,
    validations,
    annotations,
    mutations,
    reinvoked: spec.reinvocationPolicy === 'IfNeeded',
    stored: isStored(document),
    labelling: {
      ...(spec.severity === undefined ? {} : { severity: spec.severity }),
      ...(spec.category === undefined ? {} : { category: spec.category }),
      ...(spec.remediation === undefined ? {} : { remediation: spec.remediation }),
    },
  });
}

function checkWhole(kind: PolicyKind, name: string, spec: PolicySpec, expressions: Expressions): void {
  const report = (pointer: string, message: string): void => {
    expressions.report('guardrail.policy', pointer, message);
  };
  if (!isDnsSubdomain(name))
    report('/metadata/name', 'the name must be a DNS subdomain: a-z, 0-9, "-" and "."');
  const rules = spec.matchConstraints.resourceRules ?? [];
  if (rules.length === 0)
    report(
      '/spec/matchConstraints',
      'resourceRules must name at least one rule: without one the policy matches nothing',
    );
  const { validations = [], auditAnnotations = [], mutations = [] } = spec;
  if (kind === 'MutatingAdmissionPolicy') {
    if (mutations.length === 0) report('/spec/mutations', 'mutations must contain at least one item');
    rules.forEach(({ operations }, index) => {
      if (operations.includes('DELETE'))
        report(
          `/spec/matchConstraints/resourceRules/${index}/operations`,
          'a deletion cannot be mutated; remove DELETE',
        );
    });
  } else if (validations.length + auditAnnotations.length + mutations.length === 0) {
    const parts =
      kind === 'GuardrailPolicy'
        ? 'validations, auditAnnotations or mutations'
        : 'validations or auditAnnotations';
    report('/spec', `${parts} must contain at least one item`);
  }
  if (spec.paramKind !== undefined) checkParamKind(spec.paramKind, report);
}

function checkParamKind(
  { apiVersion, kind }: ParamKind,
  report: (pointer: string, message: string) => void,
): void {
  const parts = apiVersion.split('/');
  const [group, version] = parts.length === 1 ? ['', apiVersion] : [parts[0] ?? '', parts[1] ?? ''];
  const sane = parts.length <= 2 && (group === '' || isDnsSubdomain(group)) && isDnsLabel(version);
  if (!sane || !/^[a-z]/.test(version))
    report(
      '/spec/paramKind/apiVersion',
      `"${apiVersion.slice(0, 80)}" is no API version; write for example v1`,
    );
  if (!isDnsLabel(kind.toLowerCase()) || !/^[a-z]/i.test(kind))
    report('/spec/paramKind/kind', `"${kind.slice(0, 80)}" is no kind; write for example ConfigMap`);
}

function readConditions(spec: PolicySpec, expressions: Expressions): readonly Condition[] {
  const seen = new Set<string>();
  return (spec.matchConditions ?? []).flatMap(({ name, expression }, index) => {
    const pointer = `/spec/matchConditions/${index}`;
    if (!isQualifiedName(name))
      expressions.report(
        'guardrail.name',
        `${pointer}/name`,
        `"${name.slice(0, 80)}" is no qualified name ([prefix/]name)`,
      );
    if (seen.has(name))
      expressions.report(
        'guardrail.duplicate',
        `${pointer}/name`,
        `"${name}" is the name of another condition too`,
      );
    seen.add(name);
    const program = expressions.condition(expression, `${pointer}/expression`);
    return program === undefined ? [] : [{ name, program }];
  });
}

const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function readVariables(spec: PolicySpec, expressions: Expressions): Policy['variables'] {
  const variables = new Map<string, Condition['program']>();
  for (const [index, { name, expression }] of (spec.variables ?? []).entries()) {
    const pointer = `/spec/variables/${index}`;
    if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) {
      const message = `"${name.slice(0, 80)}" is no CEL identifier: letters, digits and "_", no reserved word`;
      expressions.report('guardrail.name', `${pointer}/name`, message);
    }
    const program = expressions.variable(name, expression, `${pointer}/expression`);
    if (program !== undefined) variables.set(name, program);
  }
  return variables;
}

function readValidations(spec: PolicySpec, expressions: Expressions): readonly Validation[] {
  return (spec.validations ?? []).flatMap(({ expression, message, messageExpression, reason }, index) => {
    const pointer = `/spec/validations/${index}`;
    const program = expressions.expression(expression, `${pointer}/expression`, 'bool');
    const messageProgram =
      messageExpression === undefined || messageExpression === ''
        ? undefined
        : expressions.expression(messageExpression, `${pointer}/messageExpression`, 'string');
    const text = (message ?? '').trim();
    if (text === '' && message !== undefined && message !== '')
      expressions.report(
        'guardrail.message',
        `${pointer}/message`,
        'the message is blank; write one or leave it out',
      );
    if (/[\n\r]/.test(text))
      expressions.report(
        'guardrail.message',
        `${pointer}/message`,
        'the message must not contain line breaks',
      );
    return program === undefined
      ? []
      : [{ program, message: text, messageProgram, reason: reason ?? 'Invalid' }];
  });
}

function readAnnotations(
  spec: PolicySpec,
  policy: string,
  expressions: Expressions,
): readonly AuditAnnotation[] {
  const seen = new Set<string>();
  return (spec.auditAnnotations ?? []).flatMap(({ key, valueExpression }, index) => {
    const pointer = `/spec/auditAnnotations/${index}`;
    if (!isQualifiedName(`${policy}/${key}`))
      expressions.report(
        'guardrail.name',
        `${pointer}/key`,
        `"${key.slice(0, 80)}" is no valid key: letters, digits, "-", "_", "."`,
      );
    if (seen.has(key))
      expressions.report(
        'guardrail.duplicate',
        `${pointer}/key`,
        `"${key}" is the key of another annotation too`,
      );
    seen.add(key);
    const program = expressions.expression(valueExpression, `${pointer}/valueExpression`, 'any');
    if (program === undefined) return [];
    if (program.type.kind !== 'string' && program.type.kind !== 'null') {
      const message = `the expression must be a string or null, this is ${withArticle(types.describeType(program.type))}`;
      expressions.report('cel.wrongResultType', `${pointer}/valueExpression`, message);
    }
    return [{ key, program }];
  });
}

function readMutations(spec: PolicySpec, expressions: Expressions): readonly Mutation[] {
  return (spec.mutations ?? []).flatMap(({ patchType, applyConfiguration, jsonPatch }, index) => {
    const pointer = `/spec/mutations/${index}`;
    const apply = patchType === 'ApplyConfiguration';
    const [wanted, other] = apply ? ['applyConfiguration', 'jsonPatch'] : ['jsonPatch', 'applyConfiguration'];
    const given = apply ? applyConfiguration : jsonPatch;
    if ((apply ? jsonPatch : applyConfiguration) !== undefined)
      expressions.report(
        'guardrail.mutation',
        `${pointer}/${other}`,
        `${other} must not be given when patchType is ${patchType}`,
      );
    if (given === undefined) {
      expressions.report(
        'guardrail.mutation',
        pointer,
        `${wanted} must be given when patchType is ${patchType}`,
      );
      return [];
    }
    const program = expressions.mutation(
      given.expression,
      `${pointer}/${wanted}/expression`,
      apply ? applied : patches,
    );
    return program === undefined ? [] : [{ patchType, program }];
  });
}
