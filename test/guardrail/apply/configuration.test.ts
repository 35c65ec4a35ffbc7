/** ApplyConfigurations at their edges, as kube-apiserver 1.36 takes and refuses them; the end-to-end suite asks the API server itself. */
import { describe, expect, test } from '@jest/globals';
import { mutateByGuardrails } from '../../../src/guardrail/mutate.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { judge, guardrails, pod, policy, request, surroundings } from '../scenario.ts';

const applied = (expression: string, object: JsonObject = pod) => {
  const text = policy(
    `mutations:\n- {patchType: ApplyConfiguration, applyConfiguration: {expression: ${JSON.stringify(expression)}}}`,
  );
  return mutateByGuardrails(request({ object }), guardrails(text), surroundings);
};

describe('an ApplyConfiguration', () => {
  test.each([
    ['a uint', 'Object{spec: Object.spec{priority: 5u}}', 'uint'],
    ['null', 'Object{spec: Object.spec{hostname: null}}', 'null cannot be applied'],
    ['a number for a text', 'Object{spec: Object.spec{hostname: 5}}', 'spec.hostname must be a string'],
    ['a fraction', 'Object{spec: Object.spec{priority: 5.5}}', 'spec.priority must be an int'],
  ])('may not hold %s', (_, expression, told) => {
    const made = applied(expression);
    expect(made?.object).toEqual(pod);
    expect(made?.violations.map(({ action, message }) => [action, message.includes(told)])).toEqual([
      ['Deny', true],
    ]);
  });

  test('is of the kind of the object, whatever it says', () => {
    expect(applied('Object{kind: "Other", apiVersion: "v9"}')?.object).toEqual(pod);
  });

  test('finds thousands of items by their keys before the test would end', () => {
    const names = Array.from({ length: 12_000 }, (_, index) => `c${index}`);
    const object = { ...pod, spec: { containers: names.map((name) => ({ name })) } };
    const expression =
      'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, image: "x"})}}';
    expect(applied(expression, object)?.object).toEqual({
      ...pod,
      spec: { containers: names.map((name) => ({ name, image: 'x' })) },
    });
  });
});

test('an annotation is cut off after 10 KiB', () => {
  const text = policy(
    `auditAnnotations:\n- {key: long, valueExpression: 'lists.range(1100).map(i, "0123456789").join("")'}`,
  );
  expect(judge(text).annotations.get('rule/long')).toHaveLength(10_240);
});
