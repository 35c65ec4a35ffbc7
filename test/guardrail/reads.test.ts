// What guardrails read of objects, told from their expressions: no more than that may be written down of an object.
import { describe, expect, test } from '@jest/globals';
import { readsOf } from '../../src/guardrail/reads.ts';
import type { ReadPart } from '../../src/guardrail/reads.ts';
import { worldOf } from '../admission/scenario.ts';

interface Written {
  readonly resources?: string;
  readonly constraints?: string;
  readonly more?: string;
}

const guardrail = (expression: string, { resources = 'pods', constraints = '', more = '' }: Written = {}) => `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: reads}
spec:
  matchConstraints:
    ${constraints}
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: [${resources}]}]
  ${more}
  validations: [{expression: ${JSON.stringify(expression)}, message: refused}]
`;

const plain = (part: ReadPart | undefined): unknown => {
  if (part === undefined || typeof part === 'string') return part;
  if ('items' in part) return [plain(part.items)];
  return Object.fromEntries([...part.fields].map(([name, inner]) => [name, plain(inner)]));
};

const readsIn = (text: string): ReturnType<typeof readsOf> => readsOf(worldOf(text).rules.guardrails.all);

const spec = (expression: string, written: Written = {}): unknown => {
  const part = plain(readsIn(guardrail(expression, written)).parts.get('pods'));
  return (part as { spec?: unknown } | undefined)?.spec;
};

describe('what an expression reads', () => {
  test.each<[string, string, unknown]>([
    ['a field that is compared', 'object.spec.nodeName == "a"', { nodeName: 'whole' }],
    [
      'a field of every item',
      'object.spec.containers.all(c, c.image != "")',
      { containers: [{ image: 'whole' }] },
    ],
    ['a field of one item', 'object.spec.containers[0].image != ""', { containers: [{ image: 'whole' }] }],
    ['a field by its name', 'object.spec["nodeName"] == "a"', { nodeName: 'whole' }],
    ['whether a field is there', 'has(object.spec.nodeName)', { nodeName: 'present' }],
    ['that it is not null', 'object.spec.nodeName != null', { nodeName: 'present' }],
    ['how many there are', 'size(object.spec.volumes) < 3', { volumes: 'present' }],
    ['how many there are, as a method', 'object.spec.volumes.size() < 3', { volumes: 'present' }],
    [
      'whether, and then what',
      '!has(object.spec.hostNetwork) || !object.spec.hostNetwork',
      { hostNetwork: 'whole' },
    ],
    [
      'two lists joined',
      '(object.spec.containers + object.spec.initContainers).all(c, has(c.livenessProbe))',
      { containers: [{ livenessProbe: 'present' }], initContainers: [{ livenessProbe: 'present' }] },
    ],
    [
      'lists in a list',
      '[object.spec.containers, object.spec.initContainers].all(l, l.all(c, c.image != ""))',
      { containers: [{ image: 'whole' }], initContainers: [{ image: 'whole' }] },
    ],
    [
      'a filtered list',
      'object.spec.containers.filter(c, c.stdin).all(c, c.tty)',
      { containers: [{ stdin: 'whole', tty: 'whole' }] },
    ],
    ['a mapped list', '"a" in object.spec.containers.map(c, c.image)', { containers: [{ image: 'whole' }] }],
    [
      'an optional field',
      'object.?spec.?securityContext.?runAsUser.orValue(0) > 0',
      { securityContext: { runAsUser: 'whole' } },
    ],
    [
      'an optional field in a body',
      'object.spec.?securityContext.optMap(s, s.runAsUser > 0).orValue(false)',
      { securityContext: { runAsUser: 'whole' } },
    ],
    [
      'either of two branches',
      '(has(object.spec.a) ? object.spec.b : object.spec.c) == "x"',
      { a: 'present', b: 'whole', c: 'whole' },
    ],
    [
      'the old object too',
      'oldObject == null || object.spec.a == oldObject.spec.b',
      { a: 'whole', b: 'whole' },
    ],
    ['a loop variable that hides the object', '[1].all(object, object > 0)', undefined],
    ['environment variables never', 'object.spec.containers.all(c, !has(c.env))', { containers: [{}] }],
    [
      'annotations never',
      'object.spec.template.metadata.annotations["a"] == "b"',
      { template: { metadata: {} } },
    ],
    ['the request alone', 'request.name == "a"', undefined],
    ['the object as a whole, of which nothing more is kept', 'network.isolates(object, "Egress")', undefined],
  ])('%s', (_what, expression, expected) => {
    expect(spec(expression)).toEqual(expected);
  });

  test('through variables, of which only what is used counts', () => {
    const more = `variables:
  - {name: all, expression: object.spec.containers}
  - {name: names, expression: 'variables.all.map(c, c.name)'}
  - {name: unused, expression: object.spec.nodeName}`;
    expect(spec('variables.all.all(c, c.tty) && "x" in variables.names', { more })).toEqual({
      containers: [{ name: 'whole', tty: 'whole' }],
    });
  });

  test('in conditions, messages and annotations as well', () => {
    const more = `matchConditions: [{name: a, expression: 'object.spec.a == 1'}]
  auditAnnotations: [{key: k, valueExpression: 'string(object.spec.b)'}]`;
    expect(spec('object.spec.c == 1', { more })).toEqual({ a: 'whole', b: 'whole', c: 'whole' });
  });
});

test('resources are kept apart, and a wildcard is for all', () => {
  const two = `${guardrail('object.spec.a == 1')}---${guardrail('object.spec.b == 1', { resources: "'*'" }).replace('name: reads', 'name: other')}`;
  const { parts } = readsIn(two);
  expect(Object.fromEntries([...parts].map(([key, part]) => [key, plain(part)]))).toEqual({
    pods: { spec: { a: 'whole' } },
    '*': { spec: { b: 'whole' } },
  });
});

test('labels are known by the keys that expressions and selectors name', () => {
  const constraints =
    'objectSelector: {matchLabels: {tier: a}, matchExpressions: [{key: zone, operator: Exists}]}';
  const expression =
    "object.metadata.labels.app == 'x' && 'team' in object.metadata.labels && object.metadata.labels.all(k, k != '')";
  const { labels, parts } = readsIn(guardrail(expression, { constraints }));
  expect([...labels].sort()).toEqual(['app', 'team', 'tier', 'zone']);
  expect(parts.size).toBe(0);
});
