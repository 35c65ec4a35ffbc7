/** What mutations make of objects: server-side-apply merges, JSON patches, order, errors, and the one patch at the end. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyPatch } from '../../src/k8s/jsonPatch.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { difference } from '../../src/guardrail/apply/difference.ts';
import { type Mutated, mutateByGuardrails } from '../../src/guardrail/mutate.ts';
import { guardrails, object, policy, request, surroundings } from './scenario.ts';

const apply = (expression: string): string =>
  `- {patchType: ApplyConfiguration, applyConfiguration: {expression: ${JSON.stringify(expression)}}}`;
const patch = (expression: string): string =>
  `- {patchType: JSONPatch, jsonPatch: {expression: ${JSON.stringify(expression)}}}`;
const mutating = (lines: string, name = 'rule', more = ''): string =>
  policy(`${more}mutations:\n${lines}`, name);

function mutate(text: string, target: JsonObject): Mutated {
  const { apiVersion } = target;
  const kind = String(target['kind']);
  const [group = '', version = ''] = String(apiVersion).includes('/')
    ? String(apiVersion).split('/')
    : ['', String(apiVersion)];
  const sent = request({ object: target, kind, group, version });
  const mutated = mutateByGuardrails(
    sent,
    guardrails(text.replaceAll('apiGroups: [""]', 'apiGroups: ["*"]')),
    surroundings,
  );
  if (mutated === undefined) throw new Error('no policy matched');
  const applied = applyPatch(target, mutated.patch);
  expect(applied).toEqual({ ok: true, value: mutated.object });
  return mutated;
}

const pod = (spec: string, metadata = '{name: web}'): JsonObject =>
  object(`{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: ${spec}}`);

describe('an ApplyConfiguration', () => {
  test.each<[string, string, JsonObject, JsonObject]>([
    [
      'adds a label',
      'Object{metadata: Object.metadata{labels: {"a": "b"}}}',
      pod('{}'),
      pod('{}', '{name: web, labels: {a: b}}'),
    ],
    [
      'keeps other labels',
      'Object{metadata: Object.metadata{labels: {"a": "b"}}}',
      pod('{}', '{name: web, labels: {c: d}}'),
      pod('{}', '{name: web, labels: {c: d, a: b}}'),
    ],
    [
      'sets a field',
      'Object{spec: Object.spec{hostNetwork: false}}',
      pod('{hostNetwork: true}'),
      pod('{hostNetwork: false}'),
    ],
    [
      'merges a container by its name',
      'Object{spec: Object.spec{containers: [Object.spec.containers{name: "b", image: "new"}]}}',
      pod('{containers: [{name: a, image: x}, {name: b, image: y, tty: true}]}'),
      pod('{containers: [{name: a, image: x}, {name: b, image: new, tty: true}]}'),
    ],
    [
      'merges every container',
      'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, tty: true})}}',
      pod('{containers: [{name: a}, {name: b}]}'),
      pod('{containers: [{name: a, tty: true}, {name: b, tty: true}]}'),
    ],
    [
      'adds a container after those there are',
      'Object{spec: Object.spec{containers: [Object.spec.containers{name: "c"}]}}',
      pod('{containers: [{name: a}, {name: b}]}'),
      pod('{containers: [{name: a}, {name: b}, {name: c}]}'),
    ],
    [
      'merges ports by number and protocol',
      'Object{spec: Object.spec{containers: [Object.spec.containers{name: "a", ports: [Object.spec.containers.ports{containerPort: 80, name: "http"}]}]}}',
      pod('{containers: [{name: a, ports: [{containerPort: 80, protocol: UDP}, {containerPort: 80}]}]}'),
      pod(
        '{containers: [{name: a, ports: [{containerPort: 80, protocol: UDP}, {containerPort: 80, name: http}]}]}',
      ),
    ],
    [
      'orders shared items as it says',
      'Object{spec: Object.spec{volumes: [Object.spec.volumes{name: "b"}, Object.spec.volumes{name: "a"}]}}',
      pod('{volumes: [{name: a}, {name: x}, {name: b}]}'),
      pod('{volumes: [{name: x}, {name: b}, {name: a}]}'),
    ],
    [
      'adds to a set',
      'Object{metadata: Object.metadata{finalizers: ["b", "a"]}}',
      pod('{}', '{name: web, finalizers: [a]}'),
      pod('{}', '{name: web, finalizers: [b, a]}'),
    ],
    [
      'leaves out what is none',
      'Object{metadata: Object.metadata{?labels: optional.none()}}',
      pod('{}'),
      pod('{}'),
    ],
    [
      'takes a kind that nobody described as it comes',
      'Object{spec: Object.spec{size: 3}}',
      object('{apiVersion: example.dev/v1, kind: Widget, spec: {colour: red}}'),
      object('{apiVersion: example.dev/v1, kind: Widget, spec: {colour: red, size: 3}}'),
    ],
  ])('%s', (_, expression, before, after) => {
    const mutated = mutate(mutating(apply(expression)), before);
    expect(mutated.violations).toEqual([]);
    expect(mutated.object).toEqual(after);
  });

  test.each<[string, string, string]>([
    [
      'an atomic list',
      'Object{spec: Object.spec{containers: [Object.spec.containers{name: "a", args: ["x"]}]}}',
      'spec.containers.args',
    ],
    [
      'an atomic structure',
      'Object{spec: Object.spec{podSelector: Object.spec.podSelector{}}}',
      'there is no such field',
    ],
    [
      'an atomic map',
      'Object{spec: Object.spec{nodeSelector: {"a": "b"}}}',
      'may not mutate atomic arrays, maps or structs: spec.nodeSelector',
    ],
    [
      'a field that does not exist',
      'Object{spec: Object.spec{hostnet: true}}',
      'spec.hostnet: there is no such field',
    ],
    ['a type in the wrong place', 'Object{spec: Object.status{}}', 'stands where Object.spec{…} belongs'],
    [
      'an item without its key',
      'Object{spec: Object.spec{containers: [Object.spec.containers{image: "x"}]}}',
      'lacks name',
    ],
    [
      'the same item twice',
      'Object{spec: Object.spec{volumes: [Object.spec.volumes{name: "a"}, Object.spec.volumes{name: "a"}]}}',
      'two items with the same name',
    ],
    ['a failed expression', 'Object{spec: Object.spec{hostNetwork: object.nothing}}', 'no such key'],
  ])('refuses %s', (_, expression, message) => {
    const { violations, patch: operations } = mutate(mutating(apply(expression)), pod('{}'));
    expect(operations).toEqual([]);
    expect(violations).toEqual([
      expect.objectContaining({
        code: 'policy.error',
        action: 'Deny',
        message: expect.stringContaining(message),
      }),
    ]);
  });
});

describe('a JSONPatch', () => {
  const labelled = pod('{}', '{name: web, labels: {a: b}}');
  const listed = pod('{volumes: []}', '{name: web, labels: {a: b}}');
  const labels = (text: string): JsonObject => pod('{}', `{name: web, labels: ${text}}`);
  test.each<[string, string, JsonObject]>([
    [
      'adds',
      '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("x/y"), value: "z"}]',
      labels('{a: b, x/y: z}'),
    ],
    ['replaces', '[JSONPatch{op: "replace", path: "/metadata/labels/a", value: "z"}]', labels('{a: z}')],
    [
      'replaces what is absent',
      '[JSONPatch{op: "replace", path: "/metadata/labels/m", value: "z"}]',
      labels('{a: b, m: z}'),
    ],
    ['removes', '[JSONPatch{op: "remove", path: "/metadata/labels/a"}]', labels('{}')],
    [
      'copies',
      '[JSONPatch{op: "copy", from: "/metadata/labels/a", path: "/metadata/labels/c"}]',
      labels('{a: b, c: b}'),
    ],
    [
      'moves',
      '[JSONPatch{op: "move", from: "/metadata/labels/a", path: "/metadata/labels/c"}]',
      labels('{c: b}'),
    ],
    [
      'goes on after a test that holds',
      '[JSONPatch{op: "test", path: "/metadata/labels/a", value: "b"}, JSONPatch{op: "remove", path: "/metadata/labels/a"}]',
      labels('{}'),
    ],
    [
      'changes nothing after a test that does not',
      '[JSONPatch{op: "remove", path: "/metadata/labels/a"}, JSONPatch{op: "test", path: "/metadata/name", value: "b"}]',
      labels('{a: b}'),
    ],
    [
      'writes structures',
      '[JSONPatch{op: "add", path: "/spec", value: Object.spec{hostNetwork: false}}]',
      pod('{hostNetwork: false}', '{name: web, labels: {a: b}}'),
    ],
  ])('%s', (_, expression, after) => {
    const mutated = mutate(mutating(patch(expression)), labelled);
    expect(mutated.violations).toEqual([]);
    expect(mutated.object).toEqual(after);
  });

  test.each([
    ['a missing parent', '[JSONPatch{op: "add", path: "/metadata/annotations/a", value: "b"}]'],
    ['a missing field', '[JSONPatch{op: "remove", path: "/metadata/labels/n"}]'],
    ['an index beyond a list', '[JSONPatch{op: "replace", path: "/spec/volumes/0", value: {"name": "a"}}]'],
    ['an unknown operation', '[JSONPatch{op: "ad", path: "/metadata/labels/n"}]'],
  ])('refuses %s', (_, expression) => {
    const { violations } = mutate(mutating(patch(expression)), listed);
    expect(violations).toEqual([expect.objectContaining({ code: 'policy.error', action: 'Deny' })]);
  });
});

describe('mutations', () => {
  const count = apply(
    'Object{metadata: Object.metadata{labels: {"n": string(size(object.metadata.?labels.orValue({})))}}}',
  );
  const mark = (key: string): string => apply(`Object{metadata: Object.metadata{labels: {"${key}": "1"}}}`);
  test('see what those before them made, within a policy and across policies', () => {
    const { object: made } = mutate(
      `${mutating(`${mark('a')}\n${mark('b')}`, 'one')}---${mutating(count, 'two')}`,
      pod('{}'),
    );
    expect(made['metadata']).toEqual({ name: 'web', labels: { a: '1', b: '1', n: '2' } });
  });
  test('run again after others where that is asked', () => {
    const text = `${mutating(count, 'one', 'reinvocationPolicy: IfNeeded\n')}---${mutating(mark('a'), 'two')}`;
    expect(mutate(text, pod('{}')).object['metadata']).toEqual({ name: 'web', labels: { a: '1', n: '2' } });
  });
  test('do not run again on what their selectors no longer select', () => {
    const unmarked = 'objectSelector: {matchExpressions: [{key: a, operator: DoesNotExist}]}';
    const one = mutating(count, 'one', 'reinvocationPolicy: IfNeeded\n');
    const text = `${one.replace('matchConstraints:', `matchConstraints:\n    ${unmarked}`)}---${mutating(mark('a'), 'two')}`;
    expect(mutate(text, pod('{}')).object['metadata']).toEqual({ name: 'web', labels: { a: '1', n: '0' } });
  });
  test('of one policy go on where another fails under Ignore', () => {
    const text = `${mutating(apply('Object{spec: object.nothing}'), 'one', 'failurePolicy: Ignore\n')}---${mutating(mark('a'), 'two')}`;
    const { object: made, violations } = mutate(text, pod('{}'));
    expect(made['metadata']).toEqual({ name: 'web', labels: { a: '1' } });
    expect(violations.map(({ action }) => action)).toEqual(['Audit']);
  });
  test('are left out where a match condition is false', () => {
    const text = mutating(mark('a'), 'one', 'matchConditions: [{name: x, expression: "false"}]\n');
    expect(mutate(text, pod('{}')).patch).toEqual([]);
  });
});

test('the difference of two objects makes the one from the other', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(value, value, (before, after) => {
      const applied = applyPatch({ value: before }, difference({ value: before }, { value: after }));
      expect(applied).toEqual({ ok: true, value: { value: after } });
    }),
  );
});
