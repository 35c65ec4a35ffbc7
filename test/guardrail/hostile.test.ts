/** Whatever object is sent, nothing crashes, and an error under Fail never becomes an allow. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/k8s/json.ts';
import { isObject } from '../../src/k8s/json.ts';
import { judgeGuardrails } from '../../src/guardrail/judge.ts';
import { mutateByGuardrails } from '../../src/guardrail/mutate.ts';
import { guardrails, policy, request, surroundings } from './scenario.ts';

const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'metadata',
    'labels',
    'spec',
    'containers',
    'name',
    '',
  ),
  fc.string(),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 2 ** 63, 2 ** 53 + 2, 1e300, -0, 0.5, '', '\ud800', 'x'.repeat(1_000)),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const hostile = fc
  .array(fc.tuple(key, tree), { maxLength: 6 })
  .map((entries): JsonObject => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as JsonObject);

const never = guardrails(
  policy(`
matchConditions: [{name: a, expression: "!has(object.metadata.labels.skip) || true"}]
variables: [{name: all, expression: "object.spec.containers.map(c, c.name)"}]
validations:
- {expression: 'variables.all.all(n, n.startsWith("x")) && object.metadata.labels["__proto__"] == "y" && false', messageExpression: 'object.metadata.name + "!"'}
auditAnnotations: [{key: k, valueExpression: "string(object.spec)"}]`),
);
const mutations = guardrails(
  policy(`
mutations:
- {patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {"__proto__": "a"}}, spec: Object.spec{containers: [Object.spec.containers{name: "x", tty: true}]}}'}}
- {patchType: JSONPatch, jsonPatch: {expression: '[JSONPatch{op: "add", path: "/metadata/labels/constructor", value: object.spec}]'}}`),
);

describe('whatever is sent', () => {
  test('a validation that is never true denies', () => {
    fc.assert(
      fc.property(hostile, hostile, (object, oldObject) => {
        const { violations } = judgeGuardrails(request({ object, oldObject }), never, surroundings);
        expect(violations.some(({ action }) => action === 'Deny')).toBe(true);
      }),
    );
  });

  test('a mutation makes an object or refuses, and leaves what was sent and every prototype alone', () => {
    fc.assert(
      fc.property(hostile, (object) => {
        const before = JSON.stringify(object);
        const mutated = mutateByGuardrails(request({ object }), mutations, surroundings);
        expect(isObject(mutated?.object)).toBe(true);
        expect(JSON.stringify(object)).toBe(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });

  test('an object nested a hundred thousand levels deep denies or is refused', () => {
    let nested: JsonObject = {};
    for (let level = 0; level < 100_000; level += 1) nested = { spec: nested };
    const deep = { spec: nested, metadata: { name: 'deep' } };
    const { violations } = judgeGuardrails(
      request({ object: deep, oldObject: { ...deep } }),
      never,
      surroundings,
    );
    expect(violations.some(({ action }) => action === 'Deny')).toBe(true);
    expect(() => mutateByGuardrails(request({ object: deep }), mutations, surroundings)).not.toThrow();
  });
});

/** What objects may hold that nobody would write: each with a rule that is true of it where it is read correctly, else an error. */
describe('an object that holds', () => {
  const thousands = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
  const parsed = (text: string): JsonObject => JSON.parse(text) as JsonObject;
  const trulyDenied = ['Deny policy rule: failed expression: !(EXPRESSION)'];
  const error = [expect.stringMatching(/^Deny policy\.error rule: /)];
  test.each<[string, JsonObject, string, 'correct' | 'error']>([
    [
      'a key __proto__',
      parsed('{"spec": {"__proto__": {"admin": true}}}'),
      'has(object.spec.__proto__) && !has(object.spec.admin)',
      'correct',
    ],
    [
      'a key constructor',
      parsed('{"spec": {"constructor": "x"}}'),
      'object.spec.constructor == "x"',
      'correct',
    ],
    [
      'no key constructor',
      parsed('{"spec": {}}'),
      '!has(object.spec.constructor) && !("toString" in object.spec) && object.spec.?__proto__ == optional.none()',
      'correct',
    ],
    [
      'a list of keys __proto__',
      parsed('{"spec": {"__proto__": 1, "a": 2}}'),
      'object.spec.map(k, k) == ["__proto__", "a"] && object.spec.size() == 2',
      'correct',
    ],
    [
      'a hundred thousand keys',
      { spec: thousands },
      'object.spec.size() == 100000 && object.spec.k99999 == 99999 && !("k100000" in object.spec)',
      'correct',
    ],
    [
      'a lone surrogate',
      parsed(String.raw`{"spec": {"a": "\ud800x"}}`),
      'object.spec.a.size() == 2 && object.spec.a.endsWith("x")',
      'correct',
    ],
    [
      'a character of two units',
      parsed('{"spec": {"a": "\u{1f600}b"}}'),
      'object.spec.a.size() == 2 && object.spec.a.charAt(1) == "b" && object.spec.a.indexOf("b") == 1',
      'correct',
    ],
    ['2^63', parsed('{"spec": {"a": 9223372036854775808}}'), 'object.spec.a > 0', 'error'],
    [
      '2^63 - 1, which JSON reading rounds',
      parsed('{"spec": {"a": 9223372036854775807}}'),
      'object.spec.a == 9223372036854775807',
      'error',
    ],
    [
      '2^53 + 1, which JSON reading rounds',
      parsed('{"spec": {"a": 9007199254740993}}'),
      'object.spec.a == 9007199254740992',
      'error',
    ],
    ['1e400, which no double holds', parsed('{"spec": {"a": 1e400}}'), 'object.spec.a > 1.0e308', 'correct'],
    ['a negative zero', parsed('{"spec": {"a": -0.0}}'), 'object.spec.a == 0', 'correct'],
    [
      'a text of 3 MB',
      { spec: { a: 'x'.repeat(3_000_000) } },
      'object.spec.a.size() == 3000000 && object.spec.a.startsWith("xx")',
      'correct',
    ],
    [
      'a null where a list is expected',
      parsed('{"spec": {"containers": null}}'),
      'object.spec.containers.all(c, c.image != "")',
      'error',
    ],
    [
      'a text where a list is expected',
      parsed('{"spec": {"containers": "abc"}}'),
      'object.spec.containers.all(c, true)',
      'error',
    ],
    [
      'an object where a text is expected',
      parsed('{"metadata": {"name": {}}}'),
      'object.metadata.name.startsWith("a")',
      'error',
    ],
    ['nothing at all', {}, '!has(object.metadata) && !has(object.spec)', 'correct'],
  ])('%s', (_, object, expression, outcome) => {
    const holds = guardrails(policy(stringify({ validations: [{ expression }] })));
    const denies = guardrails(policy(stringify({ validations: [{ expression: `!(${expression})` }] })));
    const told = (inForce: typeof holds): readonly string[] =>
      judgeGuardrails(request({ object }), inForce, surroundings).violations.map(
        ({ action, code, rule, message }) => `${action} ${code} ${rule}: ${message}`,
      );
    const expected =
      outcome === 'error' ? error : trulyDenied.map((text) => text.replace('EXPRESSION', expression));
    expect(told(holds)).toEqual(outcome === 'error' ? error : []);
    expect(told(denies)).toEqual(expected);
  });
});
