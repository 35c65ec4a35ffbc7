/** What is refused at load, as kube-apiserver refuses it, and where the mistake is told to stand. */
import { describe, expect, test } from '@jest/globals';
import { firstPlace, guardrails, policy, refusals, request } from './scenario.ts';

const ok = 'validations: [{expression: "true"}]';
const vap = (spec: string): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: named}
spec: {${spec}}
`;
const constraints =
  'matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}';
const rules = (fields: string): string => vap(`matchConstraints: {resourceRules: [{${fields}}]}, ${ok}`);
const binding = (spec: string): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: bound}
spec: {${spec}}
`;
const map = (spec: string): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: named}
spec: {${spec}}
`;
const mutation =
  'mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{}"}}], reinvocationPolicy: Never';

describe('refused is', () => {
  test.each<[string, string, string]>([
    [
      'an expression with a mistake in its syntax',
      policy('validations: [{expression: "1 +"}]'),
      'cel.syntaxError /spec/validations/0/expression',
    ],
    ['an unknown variable', policy('validations: [{expression: "objct == null"}]'), 'did you mean object?'],
    [
      'params without paramKind',
      policy('validations: [{expression: "params == null"}]'),
      'cel.unknownVariable',
    ],
    [
      'authorizer',
      policy("validations: [{expression: \"authorizer.group('').check('a').allowed()\"}]"),
      'authorizer is not available',
    ],
    [
      'an unknown variable of the policy',
      policy(`variables: [{name: a, expression: "1"}]\nvalidations: [{expression: variables.b == 1}]`),
      'cel.unknownField',
    ],
    [
      'a variable before it is defined',
      policy(`variables: [{name: a, expression: variables.b}, {name: b, expression: "1"}]\n${ok}`),
      '/spec/variables/0/expression',
    ],
    [
      'a variable in a match condition',
      policy(
        `variables: [{name: a, expression: "true"}]\nmatchConditions: [{name: x, expression: variables.a}]\n${ok}`,
      ),
      '/spec/matchConditions/0/expression',
    ],
    [
      'a validation that is no bool',
      policy('validations: [{expression: object.spec.hostNetwork}]'),
      'the expression must be a bool, this is a dyn',
    ],
    [
      'a messageExpression that is no string',
      policy('validations: [{expression: "true", messageExpression: "1"}]'),
      'the expression must be a string',
    ],
    [
      'an annotation that is neither string nor null',
      policy('auditAnnotations: [{key: a, valueExpression: "1"}]'),
      'must be a string or null',
    ],
    [
      'a wrong type between a variable and a constant',
      policy(`variables: [{name: a, expression: "1"}]\nvalidations: [{expression: variables.a == "1"}]`),
      'cel.noMatchingOverload',
    ],
    ['an empty expression', policy('validations: [{expression: " "}]'), 'the expression is empty'],
    ['Object{} outside mutations', policy('validations: [{expression: "Object{} == null"}]'), 'cel.'],
    [
      'a policy without rules',
      vap(`matchConstraints: {}, ${ok}`),
      'resourceRules must name at least one rule',
    ],
    ['a policy without constraints', vap(ok), 'missing field "matchConstraints"'],
    ['a policy that says nothing', vap(constraints), 'must contain at least one item'],
    ['an unknown field', vap(`${constraints}, ${ok}, failurepolicy: Fail`), 'did you mean "failurePolicy"?'],
    ['an unknown failurePolicy', vap(`${constraints}, ${ok}, failurePolicy: fail`), 'did you mean "Fail"?'],
    [
      'a match condition without a name',
      policy(`matchConditions: [{name: "", expression: "true"}]\n${ok}`),
      'is no qualified name',
    ],
    [
      'two match conditions of one name',
      policy(`matchConditions: [{name: a, expression: "true"}, {name: a, expression: "true"}]\n${ok}`),
      'guardrail.duplicate',
    ],
    [
      'a variable whose name is reserved',
      policy(`variables: [{name: for, expression: "1"}]\n${ok}`),
      'is no CEL identifier',
    ],
    [
      'a message of two lines',
      policy('validations: [{expression: "true", message: "a\\nb"}]'),
      'must not contain line breaks',
    ],
    ['a blank message', policy('validations: [{expression: "true", message: " "}]'), 'the message is blank'],
    [
      'an unknown reason',
      policy('validations: [{expression: "true", reason: Unknown}]'),
      '/spec/validations/0/reason',
    ],
    [
      'a wildcard beside another group',
      rules('apiGroups: ["*", apps], apiVersions: [v1], operations: [CREATE], resources: [pods]'),
      '"*" means all already',
    ],
    [
      'a wildcard beside another operation',
      rules('apiGroups: [""], apiVersions: [v1], operations: ["*", CREATE], resources: [pods]'),
      '"*" means all already',
    ],
    [
      'no operations',
      rules('apiGroups: [""], apiVersions: [v1], operations: [], resources: [pods]'),
      'must name at least one',
    ],
    [
      '*/* beside another resource',
      rules('apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: ["*/*", pods]'),
      'means everything already',
    ],
    [
      'a subresource that is covered already',
      rules('apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: ["pods/*", pods/status]'),
      'is covered already',
    ],
    [
      'a selector with an unknown operator',
      vap(
        `matchConstraints: {objectSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}, resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, ${ok}`,
      ),
      'selector.operator',
    ],
    [
      'a paramKind that is none',
      policy(`paramKind: {apiVersion: a/b/c, kind: X}\n${ok}`),
      'is no API version',
    ],
    [
      'a binding without actions',
      binding('policyName: named, validationActions: []'),
      'name at least one of Deny',
    ],
    [
      'a binding that denies and warns',
      binding('policyName: named, validationActions: [Deny, Warn]'),
      'tell the same twice',
    ],
    ['a binding without a policy', binding('policyName: "", validationActions: [Deny]'), 'name the policy'],
    [
      'a paramRef with name and selector',
      binding(
        'policyName: named, validationActions: [Deny], paramRef: {name: a, selector: {}, parameterNotFoundAction: Deny}',
      ),
      'not both',
    ],
    [
      'a paramRef with neither',
      binding('policyName: named, validationActions: [Deny], paramRef: {parameterNotFoundAction: Deny}'),
      'give the name',
    ],
    [
      'a paramRef without parameterNotFoundAction',
      binding('policyName: named, validationActions: [Deny], paramRef: {name: a}'),
      'missing field "parameterNotFoundAction"',
    ],
    ['another version', vap(`${constraints}, ${ok}`).replace('/v1', '/v2'), 'guardrail.version'],
    ['two policies of one name', `${policy(ok)}---${policy(ok)}`, 'is defined twice'],
    [
      'a mutation of deletions',
      map(
        `matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [pods]}]}, ${mutation}`,
      ),
      'a deletion cannot be mutated',
    ],
    [
      'a mutating policy without mutations',
      map(`${constraints}, mutations: [], reinvocationPolicy: Never`),
      'must contain at least one item',
    ],
    [
      'a mutating policy without reinvocationPolicy',
      map(`${constraints}, ${mutation}`.replace(', reinvocationPolicy: Never', '')),
      'missing field "reinvocationPolicy"',
    ],
    [
      'a mutation that is no Object',
      map(`${constraints}, ${mutation.replace('Object{}', '1')}`),
      'must be an Object',
    ],
    [
      'a mutation of the other type',
      map(`${constraints}, ${mutation.replace('patchType: ApplyConfiguration', 'patchType: JSONPatch')}`),
      'jsonPatch must be given',
    ],
  ])('%s', (_, text, expected) => {
    expect(refusals(text).join('\n')).toContain(expected);
  });
});

describe('accepted is', () => {
  test.each<[string, string]>([
    ['a policy without bindings', vap(`${constraints}, ${ok}`)],
    ['a binding without its policy', binding('policyName: elsewhere, validationActions: [Deny]')],
    [
      'null where something may be left out',
      vap(`${constraints}, ${ok}, paramKind: null, matchConditions: null`),
    ],
    ['an annotation that is null', policy('auditAnnotations: [{key: a, valueExpression: "null"}]')],
    ['a mutating policy', map(`${constraints}, ${mutation}`)],
  ])('%s', (_, text) => {
    expect(refusals(text)).toEqual([]);
  });
});

describe('a mistake stands', () => {
  test('in its column on the line of its value', () => {
    expect(firstPlace(policy('validations:\n- expression: 1 == nothing'))).toEqual({ line: 9, column: 22 });
  });
  test('on its own line of a block', () => {
    expect(firstPlace(policy('validations:\n- expression: |\n    true &&\n    nothing'))).toEqual({
      line: 11,
      column: 7,
    });
  });
});

describe('the index', () => {
  const named = (index: number, resource: string): string =>
    policy(ok, `rule-${index}`).replace('[pods]', `[${resource}]`);
  test('gives what may match and nothing else, in order', () => {
    const text = [named(0, 'pods'), named(1, 'services'), named(2, '"*"'), named(3, 'pods/status')].join(
      '---',
    );
    const names = guardrails(text)
      .candidates(request())
      .map(({ policy: one }) => one.name);
    expect(names).toEqual(['rule-0', 'rule-2', 'rule-3']);
    expect(guardrails(text).candidates(request({ operation: 'DELETE' }))).toEqual([]);
  });
});
