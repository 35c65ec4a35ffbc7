/** The estimate of an expression's cost against what a run of it really costs, on objects of the assumed size. */
import { describe, expect, test } from '@jest/globals';
import { assumedSize, estimateOf } from '../../../src/authoring/lint/costs.ts';
import { Budget } from '../../../src/cel/budget.ts';
import { compile } from '../../../src/cel/compile.ts';
import { admissionEnvironment } from '../../../src/cel/environment.ts';

const text = 'x'.repeat(assumedSize);
const labels = Object.fromEntries(Array.from({ length: assumedSize }, (_, index) => [`key-${index}`, text]));
const ports = Array.from({ length: assumedSize }, (_, index) => ({ containerPort: index, name: text }));
const containers = Array.from({ length: assumedSize }, () => ({ name: text, image: text, ports }));
const object = { metadata: { name: text, labels }, spec: { containers, replicas: 3 } };

/** The estimate and what a run cost, in units. */
function priced(source: string): { readonly estimate: number; readonly real: number } {
  const compiled = compile(source, admissionEnvironment({ mutating: false, variables: {} }), 'any');
  if (!compiled.ok) throw new Error(compiled.issues[0]?.message);
  const limit = 10_000_000;
  const budget = new Budget(limit);
  const outcome = compiled.value.run(
    { variables: { object, oldObject: null, params: null, request: null, namespaceObject: null } },
    budget,
  );
  expect(outcome.ok).toBe(true);
  return { estimate: estimateOf(compiled.value.expression), real: limit - budget.remaining };
}

describe('the estimate is not far below the truth, and not wildly above', () => {
  test.each([
    'object.spec.replicas < 5',
    "object.metadata.name.startsWith('abc')",
    "object.metadata.name.matches('^[a-z0-9-]+$')",
    "object.spec.containers.all(c, c.image.startsWith('x'))",
    'object.spec.containers.all(c, c.ports.all(p, p.containerPort < 70000))',
    'object.spec.containers.map(c, c.name).size() == 64',
    "object.spec.containers.filter(c, !c.image.startsWith('y')).map(c, c.name).join(', ') != ''",
    "object.metadata.labels.all(k, object.metadata.labels[k] != '')",
    "has(object.spec.replicas) ? object.spec.replicas > 0 : object.metadata.name == ''",
    "object.metadata.name in ['a', 'b', 'c']",
    "'a' + object.metadata.name == 'b'",
    "object.spec.containers.exists(c, c.ports.exists(p, p.name == 'none')) == false",
  ])('%s', (source) => {
    const { estimate, real } = priced(source);
    expect(real).toBeGreaterThan(0);
    expect(estimate).toBeGreaterThanOrEqual(real * 0.5);
    expect(estimate).toBeLessThanOrEqual(real * 6 + 30);
  });

  test('loops inside each other multiply', () => {
    const loop = (depth: number): string =>
      depth === 0 ? 'true' : `object.spec.containers.all(c${depth}, ${loop(depth - 1)})`;
    const parse = (source: string): number => {
      const compiled = compile(source, admissionEnvironment({ mutating: false, variables: {} }), 'bool');
      return compiled.ok ? estimateOf(compiled.value.expression) : 0;
    };
    expect(parse(loop(3)) / parse(loop(2))).toBeGreaterThan(assumedSize * 0.8);
  });
});
