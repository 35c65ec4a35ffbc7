// What a policy is made of: variables that are computed once, functions from outside, mutations.
import { describe, expect, jest, test } from '@jest/globals';
import { Budget } from '../../src/cel/budget.ts';
import { compile } from '../../src/cel/compile.ts';
import { admissionEnvironment, withComposedVariable } from '../../src/cel/environment.ts';
import type { ExtensionFunction } from '../../src/cel/evaluation/frame.ts';
import { misplacedTypes, toJson } from '../../src/cel/json.ts';
import type { Program } from '../../src/cel/program.ts';
import { describeType } from '../../src/cel/typing/type.ts';
import { composed } from '../../src/cel/variables.ts';
import { program, refusal, run } from './running.ts';

describe('variables', () => {
  const declare = (definitions: Readonly<Record<string, string>>) => {
    let environment = admissionEnvironment();
    const programs = new Map<string, Program>();
    for (const [name, source] of Object.entries(definitions)) {
      const one = program(source, environment);
      programs.set(name, one);
      environment = withComposedVariable(environment, name, one.type);
    }
    return { environment, programs };
  };
  const evaluate = (definitions: Readonly<Record<string, string>>, source: string, budget = new Budget()) => {
    const { environment, programs } = declare(definitions);
    const variables = { object: { n: 5 } };
    const own = composed(programs, { variables }, budget);
    return run(source, { ...variables, variables: own }, { environment, budget });
  };

  test('may use those before them', () => {
    expect(evaluate({ a: 'object.n', b: 'variables.a + 1' }, 'variables.b == 6')).toBe(true);
  });

  test('keep their types', () => {
    const { environment } = declare({ a: '"x"', b: '[1]', c: 'object.?n' });
    expect(refusal('variables.a + 1', environment)).toEqual(['cel.noMatchingOverload']);
    expect(refusal('variables.b[0] + "x"', environment)).toEqual(['cel.noMatchingOverload']);
    expect(refusal('variables.c.anything', environment)).toEqual([]);
    expect(refusal('variables.d', environment)).toEqual(['cel.unknownField']);
  });

  test('are computed when they are read, once', () => {
    const whole = new Budget();
    evaluate({ a: 'lists.range(1000).size()' }, 'true', whole);
    const untouched = whole.remaining;
    const once = new Budget();
    evaluate({ a: 'lists.range(1000).size()' }, 'variables.a > 0', once);
    const twice = new Budget();
    evaluate({ a: 'lists.range(1000).size()' }, 'variables.a > 0 && variables.a > 1', twice);
    expect(untouched).toBeGreaterThan(once.remaining + 1000);
    expect(once.remaining - twice.remaining).toBeLessThan(10);
  });

  test('fail where they are read, with their name', () => {
    const definitions = { a: 'object.missing', b: '1' };
    expect(evaluate(definitions, 'variables.b')).toBe(1);
    expect(evaluate(definitions, 'variables.a')).toBe('cel.variableFailed');
    expect(evaluate(definitions, 'variables.a == 1 || true')).toBe(true);
  });

  test('take from the budget of the policy', () => {
    const budget = new Budget(500);
    expect(evaluate({ a: 'lists.range(1000).size()' }, 'variables.a > 0 || true', budget)).toBe(
      'cel.costExceeded',
    );
  });
});

describe('extension functions', () => {
  const environment = admissionEnvironment({
    extensions: [
      { name: 'network.isolates', signatures: ['(dyn, string): bool'], cost: 10 },
      { name: 'boundary.tenant', signatures: ['(string): string', '(string, int): string'] },
    ],
  });
  const functions = new Map<string, ExtensionFunction>([
    ['network.isolates', () => ({ ok: true, value: true }) as const],
    [
      'boundary.tenant',
      ([name]) =>
        name === 'red'
          ? ({ ok: true, value: 'tenant-red' } as const)
          : ({ ok: false, message: `this has no tenant` } as const),
    ],
  ]);
  const answer = (source: string, budget?: Budget): unknown =>
    run(source, { object: { a: 'red' } }, { environment, functions, ...(budget && { budget }) });

  test('are checked like any other', () => {
    expect(refusal('network.isolates(object)', environment)).toEqual(['cel.noMatchingOverload']);
    expect(refusal('network.isolates(object, 1)', environment)).toEqual(['cel.noMatchingOverload']);
    expect(refusal('network.isolate(object, "a")', environment)).toEqual(['cel.unknownFunction']);
    expect(refusal('boundary.tenant("a", 1)', environment)).toEqual([]);
    expect(refusal('network.isolates(object, "a")')).toEqual(['cel.unknownFunction']);
  });

  test('answer values', () => {
    expect(answer('network.isolates(object, "egress") && boundary.tenant(object.a) == "tenant-red"')).toBe(
      true,
    );
  });

  test('answer failures, which are absorbed like others', () => {
    expect(answer('boundary.tenant("blue")')).toBe('cel.extensionFailed');
    expect(answer('boundary.tenant("blue") == "x" || true')).toBe(true);
  });

  test('are not available where nobody implements them', () => {
    expect(run('boundary.tenant("red")', {}, { environment })).toBe('cel.extensionFailed');
  });

  test('cost what is declared and what they pay', () => {
    const budget = new Budget(1000);
    answer('network.isolates(object, "a")', budget);
    expect(1000 - budget.remaining).toBe(11);
    const pay = jest.fn((_values: readonly unknown[], spend: (units: number) => boolean) => {
      const left = spend(2_000_000);
      return { ok: true, value: left } as const;
    });
    const greedy = new Map([['network.isolates', pay]]);
    const spent = run(
      'network.isolates(object, "a") || true',
      { object: {} },
      { environment, functions: greedy },
    );
    expect(spent).toBe('cel.costExceeded');
  });
});

describe('mutations', () => {
  const environment = admissionEnvironment({ mutating: true });
  const made = (source: string) => {
    const outcome = program(source, environment).run(
      { variables: { object: { metadata: { name: 'web', labels: {} } } } },
      new Budget(),
    );
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.value;
  };

  test('are written as objects', () => {
    const value = made(
      'Object{metadata: Object.metadata{labels: {"a": object.metadata.name}, ?b: optional.none()}}',
    );
    expect(toJson(value)).toEqual({ ok: true, json: { metadata: { labels: { a: 'web' } } } });
    expect(misplacedTypes(value)).toEqual([]);
  });

  test('whose types do not fit their place are told', () => {
    const value = made('Object{spec: Object.status{a: [Object.spec.a{}]}}');
    expect(misplacedTypes(value)).toEqual(['Object.status{…} stands where Object.spec{…} belongs']);
  });

  test('are written as patches', () => {
    const value = made(
      '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b~"), value: {"x": [dyn(1), dyn(2.5), dyn(null)]}}]',
    );
    expect(toJson(value)).toEqual({
      ok: true,
      json: [{ op: 'add', path: '/metadata/labels/a~1b~0', value: { x: [1, 2.5, null] } }],
    });
  });

  test('have types', () => {
    const typeOf = (source: string): string => describeType(program(source, environment).type);
    expect([typeOf('Object{}'), typeOf('[JSONPatch{op: "test"}]')]).toEqual(['Object', 'list(JSONPatch)']);
  });

  test.each([
    ['quantity("1")', 'a kubernetes.Quantity has no form in JSON'],
    ['9007199254740993', 'an int beyond 2^53 cannot be written'],
    ['{1: 2}', 'an int cannot be the name of a field'],
    ['0.0 / 0.0', 'NaN is no JSON number'],
  ])('cannot hold %s', (source, message) => {
    expect(toJson(made(source))).toEqual({ ok: false, message });
  });
});

describe('results', () => {
  test.each([
    ['bool', 'object.a', false],
    ['bool', 'object.a == 1', true],
    ['bool', '1', false],
    ['string', '"a" + "b"', true],
    ['string', 'object.a', false],
    ['any', 'object.a', true],
  ] as const)('that must be %s: %s', (expected, source, sound) => {
    expect(compile(source, admissionEnvironment(), expected).ok).toBe(sound);
  });

  test('that must be a type of more than one word', () => {
    const environment = admissionEnvironment({ mutating: true });
    const { type } = program('[JSONPatch{op: "test"}]', environment);
    expect(compile('[JSONPatch{op: "add"}]', environment, type).ok).toBe(true);
    expect(compile('[1]', environment, type).ok).toBe(false);
  });
});
