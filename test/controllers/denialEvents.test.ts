// Events on denials: few, on the rule, and without a word of the request.
import { expect, test } from '@jest/globals';
import type { Api } from '../../src/controllers/api.ts';
import { denialEvents } from '../../src/controllers/denialEvents.ts';
import type { Denial } from '../../src/controllers/denialEvents.ts';
import { stringAt } from '../../src/k8s/json.ts';
import { clock } from './clock.ts';

const denial = (rule: string, more: Partial<Denial> = {}): Denial => ({
  subject: 'Boundary',
  rule,
  action: 'Deny',
  code: 'boundary.egress',
  ...more,
});

function started() {
  const time = clock();
  const written: string[] = [];
  const failures: string[] = [];
  const api: Api = {
    ask: ({ body }) => {
      written.push(`${stringAt(body, 'involvedObject', 'name') ?? ''}: ${stringAt(body, 'message') ?? ''}`);
      return Promise.resolve({ ok: false, failure: { code: 'x', message: 'forbidden' } });
    },
  };
  const options = { api, timing: time, date: () => new Date(0), failed: (why: string) => failures.push(why) };
  return { time, written, failures, note: denialEvents(options, new AbortController().signal) };
}

test('what comes together is one Event, and the next of a rule waits a minute', async () => {
  const { time, written, failures, note } = started();
  note([denial('a'), denial('a', { code: 'boundary.never' }), denial('b')]);
  note([denial('a')]);
  await time.pass(1_000);
  expect(written.map((line) => line.split(';')[0])).toEqual([
    'a: denied: boundary.egress (2), boundary.never (1)',
    'b: denied: boundary.egress (1)',
  ]);
  note([denial('a')]);
  await time.pass(30_000);
  expect(written).toHaveLength(2);
  await time.pass(31_000);
  expect(written).toHaveLength(3);
  expect(failures).toEqual(['forbidden', 'forbidden', 'forbidden']);
});

test('warnings and settings are none, and many rules are few Events', async () => {
  const { time, written, note } = started();
  note([denial('w', { action: 'Warn' }), denial('c', { subject: 'Configuration' })]);
  for (let n = 0; n < 500; n += 1) note([denial(`r${n}`)]);
  await time.pass(1_000);
  expect(written).toHaveLength(50);
});
