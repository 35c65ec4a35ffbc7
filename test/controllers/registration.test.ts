/** The registration of the webhooks: nothing is written before Bulkhead answers, what differs is applied, what others added is replaced. */
import { expect, test } from '@jest/globals';
import { readEndpoint } from '../../src/admission/registration/endpoint.ts';
import type { Api } from '../../src/controllers/api.ts';
import { pace } from '../../src/controllers/pace.ts';
import { registration } from '../../src/controllers/registration.ts';
import { unsound } from '../../src/config/issue.ts';
import { isObject, listAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { clock } from './clock.ts';
import { worldOf } from '../admission/scenario.ts';

const caBundle = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const kind = 'ValidatingWebhookConfiguration';
const { rules } = worldOf();

/** An API server that stores what is applied, with `foreign` entries that apply leaves alone. */
function served(options: { readonly foreign?: readonly object[]; readonly listed?: boolean } = {}) {
  const { foreign = [], listed = true } = options;
  const stored = new Map<string, JsonObject>();
  const written: string[] = [];
  let silence: string | undefined;
  let readable = true;
  let age = 0;
  const api: Api = {
    ask: ({ method = 'GET', path, body }) => {
      written.push(`${method} ${path.split('?')[0]?.split('/').slice(-2).join('/') ?? ''}`);
      if (!isObject(body)) throw new Error('an object is written');
      const extra = method === 'PATCH' ? foreign : [];
      const whole = { ...body, webhooks: [...listAt(body, 'webhooks'), ...extra] };
      stored.set(kind, whole);
      return Promise.resolve({ ok: true, body: whole });
    },
  };
  const copy = (of: string) => ({
    get: () => stored.get(of),
    keys: () => stored.keys(),
    listed: () => listed,
    age: () => (listed ? age : undefined),
    served: () => true,
  });
  const time = clock();
  const made = registration({
    api,
    pace: pace(time, { perSecond: 1, burst: 10 }),
    name: 'walls',
    rules: () => rules,
    endpoint: () =>
      Promise.resolve(
        readable
          ? readEndpoint({ url: 'https://127.0.0.1:8443', caBundle })
          : unsound([{ code: 'webhooks.authority', message: 'no file' }]),
      ),
    answering: () => Promise.resolve(silence),
    stored: {
      ValidatingWebhookConfiguration: copy(kind),
      MutatingWebhookConfiguration: copy('MutatingWebhookConfiguration'),
    },
  });
  return {
    made,
    written,
    stored,
    look: (signal = new AbortController().signal) => made.reconcile(kind, signal),
    falls: (why: string | undefined) => (silence = why),
    loses: () => (readable = false),
    ages: (millis: number) => (age = millis),
  };
}

test('writes nothing before it answers, then applies once', async () => {
  const { look, written, falls, made } = served();
  falls('nobody answers');
  expect(await look()).toEqual({ outcome: 'failed', message: 'not registered yet: nobody answers' });
  expect(written).toEqual([]);
  expect(made.lacking()).toContain('the ValidatingWebhookConfiguration walls is not registered');
  falls(undefined);
  expect(await look()).toMatchObject({ outcome: 'written' });
  expect(await look()).toEqual({ outcome: 'right' });
  expect(written).toEqual(['PATCH validatingwebhookconfigurations/walls']);
});

test('replaces what apply leaves of others', async () => {
  const { look, written, stored } = served({ foreign: [{ name: 'others.example.com' }] });
  expect(await look()).toMatchObject({ outcome: 'written' });
  expect(written.map((one) => one.split(' ')[0])).toEqual(['PATCH', 'PUT']);
  expect(JSON.stringify(stored.get(kind))).not.toContain('others.example.com');
});

test('changes nothing while it does not answer, though something differs', async () => {
  const { look, written, stored, falls } = served();
  await look();
  stored.set(kind, { ...stored.get(kind), webhooks: [] });
  falls('nobody answers');
  expect(await look()).toMatchObject({ outcome: 'failed' });
  expect(written).toHaveLength(1);
});

test('writes nothing without an authority, before the copy is listed, or once it leads no more', async () => {
  const without = served();
  without.loses();
  expect(await without.look()).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('no file'),
  });
  const early = served({ listed: false });
  expect(await early.look()).toMatchObject({ outcome: 'again' });
  const late = served();
  expect(await late.look(AbortSignal.abort())).toEqual({ outcome: 'right' });
  for (const { written } of [without, early, late]) expect(written).toEqual([]);
});

test('claims nothing of a configuration that was last seen long ago', async () => {
  const { made, look, ages } = served();
  await look();
  const unknown = `whether the ${kind} walls is as the rules want it is not known: it was last heard of too long ago`;
  expect(made.lacking()).not.toContain(unknown);
  ages(60_000);
  expect(made.lacking()).not.toContain(unknown);
  ages(60_001);
  expect(made.lacking()).toContain(unknown);
});
