/** Expressions that run away stop within their budget, say so, follow failurePolicy, and never turn into an allow under Fail. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { judgeGuardrails } from '../../src/guardrail/judge.ts';
import { mutateByGuardrails } from '../../src/guardrail/mutate.ts';
import { type Ended, heavy, mostMillis, object, rule, runaways } from './runaways.ts';
import { guardrails, policy, request, surroundings, told } from './scenario.ts';

const program = fileURLToPath(new URL('./runaways.ts', import.meta.url));
const all = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })) as readonly Ended[];

describe('a runaway of every sort', () => {
  test('is looked at', () => {
    expect(all.map(({ name }) => name)).toEqual(runaways.map(([name]) => name));
  });
  test(`stops in ${mostMillis} milliseconds of processor time`, () => {
    expect(all.filter(({ millis }) => millis > mostMillis)).toEqual([]);
  });
  test.each(all.map(({ name, fail, ignore }) => ({ name, fail, ignore })))(
    'denies under Fail, is passed over and told under Ignore: $name',
    ({ fail, ignore }) => {
      expect(fail).toEqual([
        expect.stringMatching(
          /^Deny policy\.error rule: policy "rule" could not be evaluated: .*cost budget exceeded/,
        ),
      ]);
      expect(ignore).toEqual([expect.stringMatching(/^Audit policy\.error rule: .*cost budget exceeded/)]);
    },
  );
});

describe('a runaway', () => {
  test('in a match condition denies under Fail', () => {
    const inForce = guardrails(
      rule('true', {
        matchConditions: [{ name: 'heavy', expression: heavy }],
        validations: [{ expression: 'true' }],
      }),
    );
    expect(told(judgeGuardrails(request({ object }), inForce, surroundings))).toEqual([
      expect.stringMatching(/^Deny policy\.error .*matchConditions: cost budget exceeded/),
    ]);
  });
  test('in a message leaves the denial, with the message that is written', () => {
    const validations = [{ expression: 'false', message: 'written', messageExpression: `string(${heavy})` }];
    expect(
      told(judgeGuardrails(request({ object }), guardrails(rule('', { validations })), surroundings)),
    ).toEqual(['Deny policy rule: written']);
  });
  test('in an audit annotation denies under Fail', () => {
    const auditAnnotations = [{ key: 'heavy', valueExpression: `string(${heavy})` }];
    const found = judgeGuardrails(
      request({ object }),
      guardrails(rule('true', { auditAnnotations, validations: [{ expression: 'true' }] })),
      surroundings,
    );
    expect(told(found)).toEqual([expect.stringMatching(/^Deny policy\.error .*cost budget exceeded/)]);
  });
  test('in a mutation refuses the request', () => {
    const expression = `${heavy} ? [JSONPatch{op: "add", path: "/a", value: 1}] : []`;
    const inForce = guardrails(
      policy(stringify({ mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] })),
    );
    const mutated = mutateByGuardrails(request({ object }), inForce, surroundings);
    expect(mutated?.violations).toMatchObject([{ action: 'Deny', code: 'policy.error' }]);
    expect(mutated?.object).toEqual(object);
  });
  test('among several does not hide the denial of another', () => {
    const text = [rule(heavy), rule('1 == 2').replace('name: rule', 'name: other')].join('---');
    const lines = told(judgeGuardrails(request({ object }), guardrails(text), surroundings));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe('Deny policy other: failed expression: 1 == 2');
  });
});
