/** What policies say of a request: validations, messages, conditions, variables, parameters, actions, errors. */
import { describe, expect, test } from '@jest/globals';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { judge, object, pod, policy, told } from './scenario.ts';

describe('a validation', () => {
  test.each<[string, string, readonly string[]]>([
    ['that is true says nothing', 'validations: [{expression: object.metadata.name == "web"}]', []],
    [
      'that is false tells its message',
      'validations: [{expression: "1 == 2", message: " wrong "}]',
      ['Deny policy rule: wrong'],
    ],
    [
      'tells what messageExpression gives',
      `validations: [{expression: "1 == 2", message: wrong, messageExpression: '"no " + object.metadata.name'}]`,
      ['Deny policy rule: no web'],
    ],
    [
      'falls back where messageExpression fails',
      `validations: [{expression: "1 == 2", message: wrong, messageExpression: 'string(object.nothing)'}]`,
      ['Deny policy rule: wrong'],
    ],
    [
      'falls back where messageExpression is blank',
      `validations: [{expression: "1 == 2", message: wrong, messageExpression: '" "'}]`,
      ['Deny policy rule: wrong'],
    ],
    [
      'falls back where messageExpression gives lines',
      `validations: [{expression: "1 == 2", message: wrong, messageExpression: '"a\\nb"'}]`,
      ['Deny policy rule: wrong'],
    ],
    [
      'tells the expression at last',
      'validations: [{expression: " 1 == 2 "}]',
      ['Deny policy rule: failed expression: 1 == 2'],
    ],
    [
      'is told with all the others',
      'validations: [{expression: "false", message: a}, {expression: "true"}, {expression: "false", message: b}]',
      ['Deny policy rule: a', 'Deny policy rule: b'],
    ],
    [
      'reads the request',
      'validations: [{expression: request.userInfo.username == "dev" && request.operation == "CREATE" && request.namespace == "payments"}]',
      [],
    ],
    [
      'reads the labels of the namespace',
      'validations: [{expression: namespaceObject.metadata.labels.env == "prod"}]',
      [],
    ],
    [
      'reads variables, which read each other',
      'variables: [{name: a, expression: "2"}, {name: b, expression: variables.a * 2}]\nvalidations: [{expression: variables.b == 4}]',
      [],
    ],
    ['reads oldObject as null at creation', 'validations: [{expression: oldObject == null}]', []],
  ])('%s', (_, lines, expected) => {
    expect(told(judge(policy(lines)))).toEqual(expected);
  });

  test('carries its index, reason and what its author says of it', () => {
    const { violations } = judge(
      policy(
        'validations: [{expression: "true"}, {expression: "false", reason: Forbidden}]\nseverity: high\ncategory: images\nremediation: ask',
      ),
    );
    expect(violations[0]?.policy).toEqual({
      kind: 'GuardrailPolicy',
      index: 1,
      reason: 'Forbidden',
      severity: 'high',
      category: 'images',
      remediation: 'ask',
    });
  });
});

describe('validation actions', () => {
  test.each([
    ['Deny', ['Deny policy rule: no']],
    ['Warn', ['Warn policy rule: no']],
    ['Audit', ['Audit policy rule: no']],
    ['Warn, Audit', ['Warn policy rule: no', 'Audit policy rule: no']],
  ])('[%s]', (actions, expected) => {
    const lines = `validationActions: [${actions}]\nvalidations: [{expression: "false", message: "no"}]`;
    expect(told(judge(policy(lines)))).toEqual(expected);
  });
});

describe('an error', () => {
  const fails = 'validations: [{expression: object.spec.nothing == 1}]';
  const said = 'policy "rule" could not be evaluated: validations[0]: no such key: nothing';

  test('denies where failurePolicy is left out', () => {
    expect(told(judge(policy(fails)))).toEqual([expect.stringContaining(`Deny policy.error rule: ${said}`)]);
  });
  test('denies under Fail', () => {
    expect(told(judge(policy(`failurePolicy: Fail\n${fails}`)))).toEqual([
      expect.stringMatching(/^Deny policy\.error/),
    ]);
  });
  test('follows the actions of the binding, as a failed validation does', () => {
    expect(told(judge(policy(`validationActions: [Warn]\n${fails}`)))).toEqual([
      expect.stringMatching(/^Warn policy\.error/),
    ]);
  });
  test('is passed over under Ignore, and told', () => {
    expect(told(judge(policy(`failurePolicy: Ignore\n${fails}`)))).toEqual([
      expect.stringMatching(/^Audit policy\.error/),
    ]);
  });
  test('hides no denial of its own policy or of another', () => {
    const own = policy(
      'failurePolicy: Ignore\nvalidations: [{expression: object.nothing == 1}, {expression: "false", message: own}]',
      'one',
    );
    const other = policy('validations: [{expression: "false", message: other}]', 'two');
    const lines = told(judge(`${own}---${other}`));
    expect(lines).toContain('Deny policy one: own');
    expect(lines).toContain('Deny policy two: other');
  });
  test('of a variable is an error of who reads it, and of nobody else', () => {
    const lines =
      'variables: [{name: bad, expression: object.nothing}]\nvalidations: [{expression: variables.bad == 1}, {expression: "true"}]';
    expect(told(judge(policy(lines)))).toEqual([expect.stringContaining('variables.bad failed')]);
  });
  test('comes of a field of the namespace that nobody knows', () => {
    const lines = told(
      judge(policy('validations: [{expression: "!has(namespaceObject.metadata.annotations)"}]')),
    );
    expect(lines).toEqual([
      expect.stringContaining('namespaceObject.metadata.annotations is not known here'),
    ]);
  });
  test('comes of a namespace that is not known', () => {
    const lines = told(
      judge(policy('validations: [{expression: namespaceObject.metadata.name != ""}]'), {
        namespace: 'lost',
      }),
    );
    expect(lines).toEqual([expect.stringMatching(/^Deny policy\.error/)]);
  });
  test('comes of a spent budget, and denies', () => {
    const heavy =
      'validations: [{expression: "object.spec.items.all(a, object.spec.items.all(b, object.spec.items.all(c, a + b + c >= 0)))"}]';
    const items = Array.from({ length: 1_000 }, (_, index) => index);
    const before = process.cpuUsage();
    const lines = told(judge(policy(heavy), { object: { ...pod, spec: { items } } }));
    const { user, system } = process.cpuUsage(before);
    expect(lines).toEqual([expect.stringContaining('cost budget exceeded')]);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });
});

describe('match conditions', () => {
  const denies = 'validations: [{expression: "false", message: "no"}]';
  test.each<[string, string, string, readonly unknown[]]>([
    [
      'that are all true let the policy judge',
      '',
      '[{name: a, expression: "true"}, {name: b, expression: object != null}]',
      ['Deny policy rule: no'],
    ],
    [
      'of which one is false exclude the request',
      '',
      '[{name: a, expression: "true"}, {name: b, expression: "false"}]',
      [],
    ],
    [
      'of which one is false exclude it whatever errors others have',
      '',
      '[{name: a, expression: object.nothing == 1}, {name: b, expression: "false"}]',
      [],
    ],
    [
      'that fail refuse under Fail',
      '',
      '[{name: a, expression: object.nothing == 1}, {name: b, expression: "true"}]',
      [
        expect.stringContaining(
          'Deny policy.error rule: policy "rule" could not be evaluated: matchConditions',
        ),
      ],
    ],
    [
      'that fail exclude under Ignore',
      'failurePolicy: Ignore',
      '[{name: a, expression: object.nothing == 1}]',
      [expect.stringMatching(/^Audit policy\.error/)],
    ],
    ['see no namespaceObject', '', '[{name: a, expression: namespaceObject != null}]', []],
  ])('%s', (_, failure, conditions, expected) => {
    expect(told(judge(policy(`${failure}\nmatchConditions: ${conditions}\n${denies}`)))).toEqual(expected);
  });
});

describe('audit annotations', () => {
  test('are the strings that are not blank', () => {
    const { annotations, violations } = judge(
      policy(
        `auditAnnotations: [{key: who, valueExpression: '"by " + request.userInfo.username'}, {key: none, valueExpression: "null"}, {key: blank, valueExpression: '" "'}]`,
      ),
    );
    expect([...annotations]).toEqual([['rule/who', 'by dev']]);
    expect(violations).toEqual([]);
  });
  test('that fail deny under Fail, whatever the actions', () => {
    const lines =
      'validationActions: [Audit]\nauditAnnotations: [{key: who, valueExpression: string(object.nothing)}]';
    expect(told(judge(policy(lines)))).toEqual([expect.stringMatching(/^Deny policy\.error/)]);
  });
});

describe('parameters', () => {
  const asks =
    'paramKind: {apiVersion: v1, kind: ConfigMap}\nvalidations: [{expression: params.data.app == object.metadata.labels.app, messageExpression: "string(params.metadata.name)"}]';
  const param = (name: string, app: string, namespace = 'payments'): string =>
    `---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: ${namespace}, labels: {use: limits}}, data: {app: ${app}}}\n`;
  test.each<[string, string, string, readonly unknown[]]>([
    [
      'by name, in the namespace of the request',
      '{name: a, parameterNotFoundAction: Deny}',
      param('a', 'db'),
      ['Deny policy rule: a'],
    ],
    [
      'by name, in a namespace of their own',
      '{name: a, namespace: rules, parameterNotFoundAction: Deny}',
      param('a', 'db', 'rules'),
      ['Deny policy rule: a'],
    ],
    [
      'by selector, each of them',
      '{selector: {matchLabels: {use: limits}}, parameterNotFoundAction: Deny}',
      param('a', 'db') + param('b', 'web') + param('c', 'db'),
      ['Deny policy rule: a', 'Deny policy rule: c'],
    ],
    [
      'by the empty selector, all of the namespace',
      '{selector: {}, parameterNotFoundAction: Deny}',
      param('a', 'db') + param('b', 'db', 'other'),
      ['Deny policy rule: a'],
    ],
    [
      'that are missing deny under Deny',
      '{name: a, parameterNotFoundAction: Deny}',
      param('a', 'web', 'other'),
      [
        expect.stringContaining(
          'Deny policy.error rule: policy "rule" could not be evaluated: no params found',
        ),
      ],
    ],
    ['that are missing excuse under Allow', '{name: a, parameterNotFoundAction: Allow}', '', []],
  ])('%s', (_, ref, params, expected) => {
    expect(told(judge(policy(`${asks}\nparamRef: ${ref}`) + params))).toEqual(expected);
  });

  test('that no binding names are null', () => {
    expect(
      told(
        judge(
          policy('paramKind: {apiVersion: v1, kind: ConfigMap}\nvalidations: [{expression: params == null}]'),
        ),
      ),
    ).toEqual([]);
  });
  test('with a namespace need one, from the request or the binding', () => {
    const cluster: Partial<Attributes> = { resource: 'nodes', kind: 'Node', namespace: '' };
    const text = policy(`${asks}\nparamRef: {name: a, parameterNotFoundAction: Allow}`).replace(
      '[pods]',
      '[nodes]',
    );
    expect(told(judge(text, cluster))).toEqual([expect.stringContaining('paramRef.namespace is needed')]);
  });
  test('of the cluster take no namespace', () => {
    const text = `${policy('paramKind: {apiVersion: example.dev/v1, kind: Limit}\nparamRef: {name: a, namespace: x, parameterNotFoundAction: Allow}\nvalidations: [{expression: params.spec.max == 1}]')}---\n{apiVersion: example.dev/v1, kind: Limit, metadata: {name: a}, spec: {max: 1}}`;
    expect(told(judge(text))).toEqual([expect.stringContaining('paramRef.namespace must not be given')]);
  });
});

describe('a policy of Kubernetes', () => {
  const vap = (version: string): string => `
apiVersion: admissionregistration.k8s.io/${version}
kind: ValidatingAdmissionPolicy
metadata: {name: named, creationTimestamp: null}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "false", message: "no"}]
`;
  const binding = (name: string, rest: string): string => `
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${name}}
spec: {policyName: named, ${rest}}
`;
  test('is in force through its bindings, each with its own actions and matchResources', () => {
    const text = `${vap('v1')}${binding('all', 'validationActions: [Warn]')}${binding('prod', 'validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {env: prod}}}')}${binding('test', 'validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {env: test}}}')}`;
    const { violations } = judge(text);
    expect(violations.map(({ action, policy: detail }) => `${action} ${detail?.binding ?? ''}`)).toEqual([
      'Warn all',
      'Deny prod',
    ]);
  });
  test('has no effect without one', () => {
    expect(judge(vap('v1'))).toMatchObject({ applied: false, violations: [] });
  });
  test('may be of v1beta1', () => {
    expect(told(judge(`${vap('v1beta1')}${binding('all', 'validationActions: [Deny]')}`))).toEqual([
      'Deny policy named: no',
    ]);
  });
  test('reads what the API server sent', () => {
    const text = policy(
      `validations: [{expression: 'request.userInfo.extra.team == ["a"] && request.requestKind.version == "v1" && !has(request.name)'}]`,
    );
    const sent = object(
      '{name: "", requestKind: {group: "", version: v1, kind: Pod}, userInfo: {username: x, extra: {team: [a]}}}',
    );
    expect(told(judge(text, { request: sent }))).toEqual([]);
  });
});
