/** What is warned of at load: which kinds are looked at, and that a warning is never more than that. */
import { describe, expect, test } from '@jest/globals';
import { guardrails, judge, policy, told } from './scenario.ts';

const warned = (text: string): readonly string[] =>
  guardrails(text)
    .warnings()
    .map(
      ({ line = 0, column = 0, pointer = '', message }) =>
        `${line}:${column} ${pointer} ${message.split('\n')[0] ?? ''}`,
    );
const on = (rules: string, expression: string, kind = 'GuardrailPolicy'): string => `
apiVersion: ${kind === 'GuardrailPolicy' ? 'bulkhead.dev/v1alpha1' : 'admissionregistration.k8s.io/v1'}
kind: ${kind}
metadata: {name: rule}
spec:
  matchConstraints: {resourceRules: [${rules}]}
  validations: [{expression: '${expression}'}]
`;
const rule = (groups: string, resources: string, versions = 'v1'): string =>
  `{apiGroups: ['${groups}'], apiVersions: ['${versions}'], operations: [CREATE], resources: [${resources}]}`;
const typo = 'object.spec.containrs.size() > 0';

describe('a typo below object', () => {
  test.each<[string, string, string]>([
    ['in a Pod', rule('', 'pods'), 'PodSpec has no field containrs; did you mean containers?'],
    ['in the status of a Pod', rule('', 'pods/status'), 'PodSpec has no field containrs'],
    [
      'in a NetworkPolicy',
      rule('networking.k8s.io', 'networkpolicies'),
      'NetworkPolicySpec has no field containrs',
    ],
    ['in a Namespace', rule('', 'namespaces'), 'NamespaceSpec has no field containrs'],
    [
      'in each kind that a policy lists',
      [rule('', 'pods'), rule('', 'configmaps')].join(', '),
      'where it matches ConfigMap: ConfigMap has no field spec',
    ],
  ])('%s is told', (_, rules, expected) => {
    expect(warned(on(rules, typo)).join('\n')).toContain(expected);
  });

  test.each<[string, string]>([
    ['a kind whose types are not known', rule('apps', 'deployments')],
    ['a wildcard of resources', rule('', '"*"')],
    ['a wildcard of groups', rule('*', 'pods')],
    ['a wildcard of versions', rule('', 'pods', '*')],
    ['another version', rule('', 'pods', 'v2')],
    ['a subresource of another kind', rule('', 'pods/exec')],
  ])('in %s is not', (_, rules) => {
    expect(warned(on(rules, typo))).toEqual([]);
  });

  test('stands at its place', () => {
    expect(warned(on(rule('', 'pods'), typo))).toEqual([
      expect.stringMatching(/^7:43 \/spec\/validations\/0\/expression /),
    ]);
  });

  test('is told of oldObject, variables, conditions, messages, annotations and mutations', () => {
    const lines = `
matchConditions: [{name: a, expression: oldObject == null || oldObject.spce == null}]
variables: [{name: b, expression: object.specc}]
validations: [{expression: "true", messageExpression: string(object.metadata.nam)}]
auditAnnotations: [{key: c, valueExpression: string(object.kindd)}]
mutations: [{patchType: JSONPatch, jsonPatch: {expression: 'has(object.stats) ? [JSONPatch{op: "test", path: "/kind", value: "Pod"}] : []'}}]`;
    expect(warned(policy(lines)).map((text) => text.split(' ')[1])).toEqual([
      '/spec/matchConditions/0/expression',
      '/spec/variables/0/expression',
      '/spec/validations/0/messageExpression',
      '/spec/auditAnnotations/0/valueExpression',
      '/spec/mutations/0/jsonPatch/expression',
    ]);
  });

  test('never keeps a policy from loading, nor from judging', () => {
    const text = on(rule('', 'pods'), typo);
    expect(told(judge(text))).toEqual([
      expect.stringMatching(/^Deny policy\.error rule: .*no such key: containrs/),
    ]);
    expect(warned(on(rule('', 'pods'), typo, 'ValidatingAdmissionPolicy'))).toEqual([
      expect.stringContaining('did you mean containers?'),
      expect.stringContaining('no ValidatingAdmissionPolicyBinding names it'),
    ]);
  });
});

describe('nothing is warned of', () => {
  test.each<[string, string]>([
    [
      'what is right',
      'validations: [{expression: "object.spec.containers.all(c, !has(c.securityContext) || c.image != \'\')"}]',
    ],
    [
      'a quantity, which may be several things',
      'validations:\n- expression: object.spec.containers.all(c, quantity(c.resources.limits.cpu).isLessThan(quantity("1")))',
    ],
    [
      'a port by name or number',
      'validations: [{expression: "object.spec.containers.all(c, c.livenessProbe.httpGet.port == 80 || c.livenessProbe.httpGet.port == \'web\')"}]',
    ],
    [
      'an old object that is null',
      'validations: [{expression: oldObject == null || oldObject.metadata.name == "a"}]',
    ],
    [
      'labels of any name',
      'validations:\n- expression: object.metadata.labels["a/b"] == "c" && "x" in object.metadata.annotations',
    ],
    [
      'parameters of a kind that is not known',
      'paramKind: {apiVersion: example.dev/v1, kind: Limit}\nvalidations: [{expression: params.spec.max == 1}]',
    ],
  ])('%s', (_, lines) => {
    expect(warned(policy(lines))).toEqual([]);
  });
});
