// The product, run as the chart would run it against a real API server: its own ServiceAccount is enough, and can do nothing more.
import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, only } from '../chart/helm.ts';
import type { Manifest } from '../chart/helm.ts';
import { policy } from '../chart/objects.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { startRelease } from '../chart/release.ts';
import type { Release } from '../chart/release.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
const home = 'chart-home';
const values = {
  fullnameOverride: 'walls-run',
  webhooks: { registeredBy: 'Bulkhead' },
  boundaries: {
    tenants: {
      namespaceSelector: { matchLabels: { 'run.example/tenant': 'a' } },
      floor: { mode: 'Create' },
      ingress: [{ from: [{ sameLabels: ['run.example/tenant'] }] }],
    },
  },
};

withHelm('the chart, run', (helm) => {
  let rendered: readonly Manifest[];
  let release: Release;

  beforeAll(async () => {
    await installKinds(cluster);
    await cluster.createNamespace(home);
    await cluster.createNamespace('chart-run', { 'run.example/tenant': 'a' });
    const all = await helm.render(values, home);
    rendered = all.filter(({ metadata }) => !metadata.name.endsWith('-uninstall'));
    const items = rendered.filter(({ kind }) =>
      ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'].includes(kind),
    );
    const stdin = { apiVersion: 'v1', kind: 'List', items };
    const applied = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    release = await startRelease(cluster, rendered);
  });
  afterAll(async () => {
    await release.stop();
    await cluster.kubectl('admin', ['delete', 'clusterrole,clusterrolebinding', 'walls-run']);
    await removeRules(cluster);
  });

  /** Status and JSON body, over TLS for the Service's name that the rendered caBundle vouches for. */
  const ask = (path: string, body?: object): Promise<readonly [number, unknown]> =>
    new Promise((resolve, reject) => {
      const call = request({
        ...{ host: '127.0.0.1', port: release.port, path, agent: false },
        servername: `walls-run.${home}.svc`,
        ca: Buffer.from(String(at(only(rendered, 'Secret'), 'data', 'ca.crt')), 'base64'),
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      });
      call.once('error', reject);
      call.once('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.once('end', () => {
          resolve([response.statusCode ?? 0, text.startsWith('{') ? JSON.parse(text) : text]);
        });
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });

  const review = (namespace: string, spec: object): object => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'b0a8e9b2-6f0f-4ad9-8f3c-2f6d8f8f8a10',
      kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      operation: 'CREATE',
      namespace,
      name: 'one',
      userInfo: { username: 'dev-payments', groups: ['team-payments'] },
      oldObject: null,
      options: null,
      object: { ...policy('one'), metadata: { name: 'one', namespace }, spec },
    },
  });

  test('is ready over TLS, under the name of its Service', async () => {
    expect((await ask('/readyz'))[0]).toBe(200);
  });

  test('has the rendered Boundaries in force', () => {
    expect(release.output()).toContain('boundaries in force: tenants');
  });

  test.each([
    ['allows what stays inside', 'chart-run', [], true],
    ['denies what gets out', 'chart-run', [{}], false],
    ['allows anything in its own namespace, which is exempt', home, [{}], true],
  ])(
    '%s, by the labels of a namespace that it sees in the cluster',
    async (_what, namespace, ingress, allowed) => {
      const [status, body] = await ask(
        '/validate',
        review(namespace, { podSelector: {}, policyTypes: ['Ingress'], ingress }),
      );
      expect([status, at(body, 'response', 'allowed')]).toEqual([200, allowed]);
    },
  );

  test('leads, records the name, writes the floor', async () => {
    const floor = '/apis/networking.k8s.io/v1/namespaces/chart-run/networkpolicies/bulkhead-floor';
    await eventually('the floor stands', async () => (await cluster.call('admin', floor)).status === 200);
    const record = await cluster.call('admin', '/apis/bulkhead.dev/v1alpha1/namespacerecords/chart-run');
    expect(at(record.body, 'spec', 'labels')).toEqual({ 'run.example/tenant': 'a' });
  });

  test('its ServiceAccount may do what it needs, and nothing more than anybody may', async () => {
    const list = async (user: string): Promise<readonly string[]> => {
      const who = [
        ...['--namespace', home],
        '--as',
        user,
        '--as-group',
        'system:serviceaccounts',
        '--as-group',
        'system:authenticated',
      ];
      const printed = await cluster.kubectl('admin', ['auth', 'can-i', '--list', '--no-headers', ...who]);
      const lines = printed.stdout.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
      return lines.filter((line) => line !== '').sort();
    };
    const anybody = new Set(await list(`system:serviceaccount:${home}:default`));
    const own = (await list(`system:serviceaccount:${home}:walls-run`)).filter((line) => !anybody.has(line));
    expect(own).toEqual([
      'boundaries.bulkhead.dev [] [] [list watch]',
      'boundaries.bulkhead.dev/status [] [] [patch]',
      'daemonsets.apps [] [] [list]',
      'guardrailexceptions.bulkhead.dev [] [] [list watch]',
      'guardrailexceptions.bulkhead.dev/status [] [] [patch]',
      'guardrailpolicies.bulkhead.dev [] [] [list watch]',
      'leases.coordination.k8s.io [] [] [create delete list patch watch]',
      'leases.coordination.k8s.io [] [bulkhead] [get update]',
      'mutatingwebhookconfigurations.admissionregistration.k8s.io [] [walls-run] [create list patch update watch]',
      'namespacerecords.bulkhead.dev [] [] [create get list patch watch]',
      'namespaces [] [] [get list watch]',
      'networkpolicies.networking.k8s.io [] [] [list patch watch]',
      'networkpolicies.networking.k8s.io [] [bulkhead-floor] [create get]',
      'pods [] [] [list patch watch]',
      'validatingwebhookconfigurations.admissionregistration.k8s.io [] [walls-run] [create list patch update watch]',
    ]);
  });

  test('nothing was forbidden to it, and it leaves with 0', async () => {
    expect(release.output()).not.toMatch(/forbidden/i);
    expect(await release.stop()).toBe(0);
  });
});
