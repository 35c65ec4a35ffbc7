/** Which network plugin runs and what that means: recognised from DaemonSets, believed only where tenants cannot put them. */
import { describe, expect, test } from '@jest/globals';
import type { Api } from '../../../src/controllers/api.ts';
import { lackingOf, network, networkOf, toldOf } from '../../../src/controllers/network/network.ts';
import { recognise } from '../../../src/controllers/network/recognition.ts';
import { tenants, worldOf } from '../../admission/scenario.ts';
import { daemonSet, recorded } from './recorded.ts';

const calico = (namespace: string): object =>
  daemonSet(namespace, 'calico-node', [['calico-node', 'docker.io/calico/node:v3.29.1']]);

describe('recognised from what runs', () => {
  test.each(recorded)('%s', (_cluster, daemonSets, plugins, enforced, ipBlockMatchesPods) => {
    const found = networkOf(daemonSets.map(recognise).filter((plugin) => plugin !== undefined));
    expect(found).toMatchObject({ plugins, enforced });
    expect(found.ipBlockMatchesPods).toBe(ipBlockMatchesPods);
    expect(lackingOf(found).length).toBe(enforced === 'yes' ? 0 : 1);
    expect(toldOf(found) === undefined).toBe(enforced !== 'yes');
  });

  test.each([
    [null],
    [{}],
    [{ metadata: { name: 'calico-node' } }],
    [{ status: { desiredNumberScheduled: 'x' } }],
  ])('not from %j', (value) => {
    expect(recognise(value)).toBeUndefined();
  });
});

test('says who enforces and how corners are read', () => {
  const cilium = networkOf([
    { name: 'Cilium', enforces: 'yes', ipBlockMatchesPods: false, corners: ['a corner'] },
  ]);
  expect(toldOf(cilium)).toBe('enforced by Cilium, ipBlock does not match pods, a corner');
  expect(lackingOf(undefined)).toEqual(['not known yet whether a network plugin enforces']);
  expect(lackingOf(networkOf([]))).toEqual([
    'no network plugin is recognised, so nobody is known to enforce',
  ]);
});

describe('looks now and then', () => {
  const namespaces = `
{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {bulkhead.dev/tenant: payments}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: calico-system}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: weave, labels: {bulkhead.dev/tenant: weave}}}
`;
  const world = worldOf(tenants, namespaces);
  const watching = (answers: readonly (readonly object[] | 'fails')[]) => {
    let turn = 0;
    let changes = 0;
    const api: Api = {
      ask: () => {
        const items = answers[Math.min(turn, answers.length - 1)] ?? 'fails';
        turn += 1;
        return Promise.resolve(
          items === 'fails'
            ? { ok: false, failure: { code: 'cluster.timeout', message: 'no answer' } }
            : { ok: true, body: { items } },
        );
      },
    };
    const watch = network({
      api,
      around: {
        rules: () => world.rules,
        namespaces: () => ({ lookup: world.lookup, known: world.known }),
      },
      changed: () => (changes += 1),
    });
    const look = () => watch.reconcile('plugins', new AbortController().signal);
    return { watch, look, changes: () => changes };
  };

  test.each([
    ['kube-system, which is exempt', 'kube-system', true],
    ['calico-system, which nothing guards', 'calico-system', true],
    ['the namespace of a tenant', 'payments', false],
    ["a namespace of a plugin's name that a tenant has", 'weave', false],
    ['a namespace that is not known', 'cilium', false],
  ])('and believes what runs in %s: %s %s', async (_sentence, namespace, believed) => {
    const { watch, look } = watching([[calico(namespace)]]);
    await look();
    expect(watch.lacking().length === 0).toBe(believed);
  });

  test('and tells when something changed, not each time', async () => {
    const { watch, look, changes } = watching([[calico('kube-system')], [calico('kube-system')], []]);
    expect(watch.known()).toBeUndefined();
    await look();
    await look();
    expect(changes()).toBe(1);
    await look();
    expect(changes()).toBe(2);
    expect(watch.lacking()).toEqual(['no network plugin is recognised, so nobody is known to enforce']);
  });

  test('and keeps what it knows where it cannot ask', async () => {
    const { watch, look } = watching([[calico('kube-system')], 'fails']);
    await look();
    expect(await look()).toMatchObject({ outcome: 'failed', message: 'no answer' });
    expect(watch.told()).toBe('enforced by Calico, ipBlock matches pods');
  });
});
