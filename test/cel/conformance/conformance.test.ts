// The official CEL conformance data: what applies to Kubernetes' dialect passes, the rest is listed with the reason and is seen to differ.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Budget } from '../../../src/cel/budget.ts';
import { compile } from '../../../src/cel/compile.ts';
import { plainEnvironment } from '../../../src/cel/environment.ts';
import { encode } from '../encode.ts';
import { type Case, conformanceCases } from './cases.ts';

const cases = conformanceCases();
const fit = cases.filter((one) => one.unfit === undefined);

/** Names of cases that Kubernetes' dialect decides otherwise, by reason. */
const skipped = new Map(
  Object.entries(
    JSON.parse(readFileSync(new URL('./skipped.json', import.meta.url), 'utf8')) as Record<string, string[]>,
  ).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);

/** What Bulkhead makes of a case: a typed value, or the word `error`. */
function outcome({ expression, variables, bindings }: Case): unknown {
  const compiled = compile(expression, plainEnvironment(variables), 'any');
  if (!compiled.ok) return 'error';
  const run = compiled.value.run({ variables: bindings }, new Budget());
  return run.ok ? { value: encode(run.value) } : 'error';
}

function wanted({ expected }: Case): unknown {
  switch (expected.kind) {
    case 'value':
      return { value: encode(expected.value) };
    case 'error':
      return 'error';
    case 'anything':
      return expect.objectContaining({});
  }
}

describe('CEL conformance', () => {
  test('the data is there, and most of what is fit for the dialect is asked', () => {
    expect(cases.length).toBeGreaterThan(2300);
    expect(fit.length - skipped.size).toBeGreaterThan(1200);
  });

  const suites = Map.groupBy(
    fit.filter(({ name }) => !skipped.has(name)),
    ({ name }) => name.split('/').slice(0, 2).join('/'),
  );
  test.each([...suites])('%s', (_suite, members) => {
    const answers = members.map((one) => [one.name, one.expression, outcome(one)]);
    expect(answers).toEqual(members.map((one) => [one.name, one.expression, wanted(one)]));
  });

  test('every skipped case exists and does differ', () => {
    const known = new Map(fit.map((one) => [one.name, one]));
    const stale = [...skipped.keys()].filter((name) => {
      const one = known.get(name);
      return one === undefined || JSON.stringify(outcome(one)) === JSON.stringify(wanted(one));
    });
    expect(stale).toEqual([]);
  });
});
