/**
 * Expressions that would run for seconds, or take all memory, without a budget. Run as a program, this file prints how each ends and the
 * processor time that it takes: in a process of its own, because the test runner makes code several times slower.
 */
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/k8s/json.ts';
import { judgeGuardrails } from '../../src/guardrail/judge.ts';
import { guardrails, pod, policy, request, surroundings, told } from './scenario.ts';

const items = Array.from({ length: 1_000 }, (_, index) => index);
const texts = items.map((index) => `${'a'.repeat(1_000)}${index}`);
const long = 'a'.repeat(3_000_000);
export const object: JsonObject = {
  ...pod,
  spec: {
    items,
    texts,
    long,
    nested: items.map(() => items),
    map: Object.fromEntries(items.map((i) => [`k${i}`, items])),
  },
};

/** Every one would run for seconds, or take all memory, without a budget. */
export const runaways: readonly (readonly [string, string])[] = [
  [
    'three loops over a thousand items',
    'object.spec.items.all(a, object.spec.items.all(b, object.spec.items.all(c, a + b + c >= 0)))',
  ],
  [
    'loops whose errors are absorbed',
    'object.spec.items.exists(a, object.spec.items.exists(b, object.spec.items.exists(c, c.x == 1))) || true',
  ],
  [
    'loops behind a ||',
    'object.spec.items.all(a, object.spec.items.all(b, object.spec.items.all(c, a != -1))) || true',
  ],
  [
    'a pattern that backtracks elsewhere, again and again',
    "object.spec.items.all(i, !(object.spec.long + '!').matches('(a+)+$'))",
  ],
  [
    'alternatives in a pattern on a long text',
    "object.spec.items.all(i, !object.spec.long.matches('(a|aa|aaa|a*b)*c'))",
  ],
  ['all matches of a long text', "object.spec.items.all(i, object.spec.long.findAll('a?a?a?b').size() == 0)"],
  [
    'a text that doubles',
    `['${'x'.repeat(100)}'].map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a).map(a, a + a + a + a + a + a + a + a)[0] != ''`,
  ],
  [
    'a text that is replaced by longer ones',
    "object.spec.items.all(i, object.spec.long.replace('a', 'bbbbbbbbbb').replace('b', 'cccccccccc') != '')",
  ],
  ['texts that are joined', "object.spec.items.all(i, object.spec.texts.join(object.spec.long) != '')"],
  ['a text that is split into letters', "object.spec.items.all(i, object.spec.long.split('').size() > 0)"],
  [
    'a format of long texts',
    "object.spec.items.all(i, '%s%s%s%s'.format([object.spec.long, object.spec.long, object.spec.long, object.spec.long]) != '')",
  ],
  [
    'lists that are built in loops',
    'object.spec.items.map(a, object.spec.items.map(b, object.spec.items.map(c, [a, b, c]))).size() > 0',
  ],
  [
    'a list that grows by itself',
    `[object.spec.items].map(l, l + l + l + l).map(l, l + l + l + l).map(l, l + l + l + l).map(l, l + l + l + l).map(l, l + l + l + l).map(l, l + l + l + l).map(l, l + l + l + l).map(l, l + l + l + l)[0].size() > 0`,
  ],
  ['a huge range', 'lists.range(2000000000).size() > 0'],
  ['a huge range in a loop', 'object.spec.items.all(i, lists.range(1000000).size() > 0)'],
  [
    'comparisons of deep values',
    'object.spec.items.all(a, object.spec.nested.map(x, x) == object.spec.nested && object.spec.map.transformMap(k, v, v) == object.spec.map)',
  ],
  ['sorting again and again', 'object.spec.items.all(a, object.spec.texts.sort().size() > 0)'],
  [
    'distinct elements of lists',
    'object.spec.nested.all(l, (object.spec.nested + object.spec.nested).distinct().size() > 0)',
  ],
  ['sets that are compared', 'object.spec.items.all(i, sets.contains(object.spec.texts, object.spec.texts))'],
  ['a search in long texts', "object.spec.items.all(i, !object.spec.long.contains('aaaaaaaaaaaaaaaaaaaab'))"],
  [
    'a pattern whose repetitions make it long',
    "object.spec.items.all(i, !object.spec.long.substring(0, 1000).matches('(a?){500}[xy]'))",
  ],
  [
    'a pattern as long as the budget lets through once',
    "object.spec.items.all(i, !object.spec.long.substring(0, 1000).matches('(a?){410}[xy]'))",
  ],
  ['long texts that may be URLs', 'object.spec.items.all(i, isURL(object.spec.long))'],
  ['quantities of long texts', 'object.spec.items.all(i, !isQuantity(object.spec.long))'],
  ['a variable that runs away', 'variables.heavy'],
];
export const heavy =
  'object.spec.items.all(a, object.spec.items.all(b, object.spec.items.all(c, a + b + c >= 0)))';

export const rule = (expression: string, rest: object = {}): string =>
  policy(
    stringify({ variables: [{ name: 'heavy', expression: heavy }], validations: [{ expression }], ...rest }),
  );

/** Milliseconds of processor time that an evaluation may take before it has to stop. */
export const mostMillis = 60;

/** What is told of one runaway under each failurePolicy, and the milliseconds of processor time that it takes at least. */
export interface Ended {
  readonly name: string;
  readonly fail: readonly string[];
  readonly ignore: readonly string[];
  readonly millis: number;
}

/** How often each is tried, and how often more, a second apart, where that took too long: some machines are slow for some seconds. */
const tries = 5;
const moreTries = 15;

const pause = (millis: number): unknown =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

function ended([name, expression]: readonly [string, string]): Ended {
  const inForce = guardrails(rule(expression));
  let fail: readonly string[] = [];
  let millis = Infinity;
  for (let tried = 0; tried < tries || (tried < tries + moreTries && millis > mostMillis); tried += 1) {
    if (tried >= tries) pause(1_000);
    const start = process.cpuUsage();
    const judged = judgeGuardrails(request({ object }), inForce, surroundings);
    const { user, system } = process.cpuUsage(start);
    fail = told(judged);
    millis = Math.min(millis, (user + system) / 1_000);
  }
  const passing = guardrails(rule(expression, { failurePolicy: 'Ignore' }));
  const ignore = told(judgeGuardrails(request({ object }), passing, surroundings));
  return { name, fail, ignore, millis };
}

if (import.meta.main) process.stdout.write(JSON.stringify(runaways.map(ended)));
