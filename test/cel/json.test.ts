// Values as people see them, and numbers that keep their digits.
import { describe, expect, test } from '@jest/globals';
import { parseExactly } from '../../src/cel/exactJson.ts';
import { explain } from '../../src/cel/explain.ts';
import { typeOfKind, typeOfSchema } from '../../src/cel/openapi/schema.ts';
import { warnings } from '../../src/cel/compile.ts';
import { withVariables } from '../../src/cel/environment.ts';
import { describeType } from '../../src/cel/typing/type.ts';
import { admission, run } from './running.ts';

test.each([
  ['9223372036854775807', '9223372036854775807'],
  ['18446744073709551615u', '18446744073709551615'],
  ['9007199254740991', 9_007_199_254_740_991],
  ['5u', 5],
  ['1.0', 1],
  ['1.0 / 0.0', 'Infinity'],
  ['0.0 / 0.0', 'NaN'],
  ['b"hi"', 'aGk='],
  ['duration("1h")', '3600s'],
  ['duration("-1.5s")', '-1.5s'],
  ['timestamp("2026-01-01T00:00:00.5Z")', '2026-01-01T00:00:00.5Z'],
  ['optional.of(1)', 1],
  ['optional.none()', null],
  ['{dyn(1): "a", dyn(true): "b"}', { 1: 'a', true: 'b' }],
  ['int', 'int'],
  ['quantity("1500m")', '1500m'],
  ['ip("2001:DB8::1")', '2001:db8::1'],
  ['cidr("10.0.0.0/8")', '10.0.0.0/8'],
  ['url("https://a/b")', 'https://a/b'],
  ['semver("1.2.3")', '1.2.3'],
  ['[dyn(null), dyn({"a": [b"x"]})]', [null, { a: ['eA=='] }]],
])('%s is shown', (source, shown) => {
  expect(run(source)).toEqual(shown);
});

describe('JSON read exactly', () => {
  test('keeps what fits 64 bits', () => {
    expect(
      parseExactly('[9007199254740993, -9223372036854775808, 9223372036854775808, 1.5, 3, 1e20]'),
    ).toEqual([9007199254740993n, -9223372036854775808n, 9_223_372_036_854_775_808, 1.5, 3, 1e20]);
  });

  test('refuses what is no JSON', () => {
    expect(() => parseExactly('{')).toThrow(SyntaxError);
  });
});

test('every part of an expression can be told', () => {
  const parts = explain('object.a == 1 && object.l.all(x, x > object.b)', admission, {
    variables: { object: { a: 1, l: [2], b: 3 } },
  });
  expect(parts.map(({ source, depth, outcome }) => [depth, source, outcome.ok && outcome.value])).toEqual([
    [0, 'object.a == 1 && object.l.all(x, x > object.b)', false],
    [1, 'object.a == 1', true],
    [2, 'object.a', 1],
    [1, 'object.l.all(x, x > object.b)', false],
    [2, 'object.l', [2]],
  ]);
});

describe('types of schemas', () => {
  test.each([
    ['v1', 'Pod', 'object.spec.containers[0].resources.limits["cpu"].startsWith(1)', 1],
    ['v1', 'Pod', 'object.metadata.creationTimestamp == ""', 0],
    ['v1', 'Namespace', 'object.metadata.labels["a"] == "b" && object.status.phase == "Active"', 0],
    ['v1', 'Namespace', 'object.spec.nope == 1', 1],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'object.spec.ingress.all(i, i.from.size() > 0)', 0],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'object.spec.ingress.all(i, i.form.size() > 0)', 1],
    [
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'object.spec.ingress[0].ports.all(p, p.port == 80 || p.port == "http")',
      0,
    ],
  ])('%s %s: %s', (apiVersion, kind, source, count) => {
    const type = typeOfKind(apiVersion, kind);
    if (type === undefined) throw new Error('unknown kind');
    expect(warnings(source, withVariables(admission, { object: type }))).toHaveLength(count);
  });

  test('are unknown for other kinds', () => {
    expect(typeOfKind('apps/v1', 'Deployment')).toBeUndefined();
    expect(typeOfKind('v1', 'constructor')).toBeUndefined();
  });

  test('come from a CRD too', () => {
    const type = typeOfSchema(
      {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            properties: {
              size: { type: 'integer' },
              port: { 'x-kubernetes-int-or-string': true },
              names: { type: 'array', items: { type: 'string' } },
              labels: { type: 'object', additionalProperties: { type: 'string' } },
              free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
      'Widget',
    );
    const environment = withVariables(admission, { object: type });
    const told = (source: string): readonly string[] =>
      warnings(source, environment).map(({ message }) => message);
    expect(describeType(type)).toBe('Widget');
    expect(told('object.spec.size > 1 && object.spec.port == 1 && object.spec.free.x.y == 2')).toEqual([]);
    expect(told('object.spec.sise > 1')).toEqual(['Widget.spec has no field sise; did you mean size?']);
    expect(told('object.spec.names.all(n, n > 1)')).toEqual([
      expect.stringContaining('there is no string > int'),
    ]);
    expect(told('object.spec.labels["a"] == 1')).toEqual([
      expect.stringContaining('there is no string == int'),
    ]);
  });
});
