// Without Bulkhead the API server refuses what it guards, lets everything else through, and obeys again once it is back.
import { expect, test } from '@jest/globals';
import { ownAt } from '../../src/k8s/json.ts';
import { expectDenied, pod, podsIn, policy, policiesIn, tenant, withSpine } from './spine.ts';

const home = 'outage-payments';
const spine = withSpine(async (cluster) => {
  await cluster.createNamespace(home, { [tenant]: 'payments' });
  await cluster.createNamespace('outage-unguarded');
  const body = pod('there', { finalizers: ['spine.example/kept'] });
  const { status } = await cluster.call('dev-payments', podsIn(home), { method: 'POST', body });
  expect(status).toBe(201);
});
const { cluster, apply, stored } = spine;
const open = (name: string): object => policy(name, { podSelector: {}, ingress: [{}] });
const shut = (name: string): object => policy(name, { podSelector: {} });
const refused = (entry: string): RegExp =>
  new RegExp(
    `failed calling webhook "${entry}\\.bulkhead\\.dev": failed to call webhook: .*connection refused`,
  );

test('a stopped webhook refuses what is guarded and nothing else, until it is back', async () => {
  const stopping = spine.product().stop();
  // It drains: what comes while it stops is answered, by meaning.
  expectDenied(await apply('dev-payments', home, open('while-it-stops')), 'boundary "tenants"');
  await stopping;

  // Also what it would admit.
  for (const [who, object, entry] of [
    ['dev-payments', open('open'), 'tenants\\.boundaries'],
    ['admin', shut('shut'), 'tenants\\.boundaries'],
    ['dev-payments', pod('new'), 'tenants\\.boundaries'],
    ['admin', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'outage-new' } }, 'namespaces'],
  ] as const) {
    const answer = await apply(who, home, object);
    expect(answer).toMatchObject({ code: 1, stdout: '' });
    expect(answer.stderr).toMatch(refused(entry));
  }
  const floor = await apply('dev-payments', 'outage-unguarded', shut('bulkhead-floor'));
  expect(floor.stderr).toMatch(refused('elsewhere'));
  expect(ownAt(await stored(policiesIn(home)), 'items')).toEqual([]);
  expect(await stored(`${podsIn(home)}/new`)).toBeUndefined();

  // What needs no judgement does not wait for it.
  expect(await apply('dev-payments', 'outage-unguarded', open('open'))).toMatchObject({ code: 0 });
  expect(await apply('dev-payments', 'outage-unguarded', pod('plain'))).toMatchObject({ code: 0 });
  const there = `${podsIn(home)}/there`;
  for (const [path, body] of [
    [`${there}/status`, { status: { phase: 'Running' } }],
    [there, { metadata: { finalizers: null } }],
  ] as const)
    expect((await cluster.call('dev-payments', path, { method: 'PATCH', body })).status).toBe(200);
  const deleted = await cluster.kubectl('dev-payments', ['delete', 'namespace', 'outage-unguarded']);
  expect(deleted).toMatchObject({ code: 0 });

  await spine.restart();
  expect(await apply('dev-payments', home, shut('shut'))).toMatchObject({ code: 0, stderr: '' });
  expectDenied(await apply('dev-payments', home, open('open')), 'boundary "tenants"');
});
