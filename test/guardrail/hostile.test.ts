/** Whatever object is sent, nothing crashes, and an error under Fail never becomes an allow. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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
