// The network plugin on a real API server: recognised from what runs there, told in the status of Boundaries and as a metric.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { boundary, condition, home, withHome } from './home.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { daemonSet } from '../controllers/network/recorded.ts';

const { cluster, replicas, apply, until } = withHome(1);

/** Stores a DaemonSet, and waits until its controller wants it on the one node. */
async function run(namespace: string, name: string, image: string): Promise<void> {
  const whole = daemonSet(namespace, name, [[name, image]]);
  const labels = { app: name };
  const spec = { containers: listAt(whole, 'spec', 'template', 'spec', 'containers') };
  const stdin = {
    ...whole,
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const server = await cluster.kubectl('admin', ['--namespace', namespace, 'apply', '-f', '-'], { stdin });
  expect(server).toMatchObject({ code: 0 });
  const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`;
  await until(
    'a node shall run it',
    path,
    (object) => ownAt(object, 'status', 'desiredNumberScheduled') === 1,
  );
}

const proof = (object: unknown): string => stringAt(condition(object, 'Proven'), 'message') ?? '';
const told = async (name: string, claim: (message: string) => boolean): Promise<string> => {
  // A change of rules has the leader look again; otherwise it does so once a minute.
  expect((await apply('admin', boundary(name, { ingress: [] }))).code).toBe(0);
  const path = `/apis/bulkhead.dev/v1alpha1/boundaries/${name}`;
  return proof(await until('the plugin is told of', path, (object) => claim(proof(object))));
};

const metrics = async (): Promise<string> =>
  ((await replicas[0]?.metrics()) ?? '')
    .split('\n')
    .find((line) => line.startsWith('bulkhead_network_policies_enforced{')) ?? '';

beforeAll(async () => {
  const stdin = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'plugin-node' } };
  expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  for (const name of ['kube-flannel-ds', 'cilium'])
    await cluster.kubectl('admin', [
      '--namespace',
      'kube-system',
      'delete',
      'daemonset',
      name,
      '--ignore-not-found',
    ]);
  await cluster.kubectl('admin', ['delete', 'node', 'plugin-node']);
});

test('none that is recognised is told so; one that a tenant runs is none', async () => {
  await cluster.createNamespace('plugin-tenant', { [home]: 'a' });
  await run('plugin-tenant', 'calico-node', 'docker.io/calico/node:v3.29.1');
  expect(
    await told('nobody', (message) => message.includes('no network plugin is recognised')),
  ).not.toContain('enforced by');
  expect(await metrics()).toMatch(/plugin="unknown".* 0$/);
});

test('one that does not enforce is named', async () => {
  await run('kube-system', 'kube-flannel-ds', 'ghcr.io/flannel-io/flannel:v0.26.1');
  await told('flannel', (message) => message.includes('Flannel does not enforce NetworkPolicies'));
  expect(await metrics()).toMatch(/plugin="Flannel".* 0$/);
});

test('one that enforces is named with how it reads corners, and lacks nothing', async () => {
  await run('kube-system', 'cilium', 'quay.io/cilium/cilium:v1.16.5');
  const message = await told('cilium', (text) => text.includes('enforced by Cilium'));
  expect(message).toContain('; enforced by Cilium, ipBlock does not match pods');
  expect(message).not.toContain('does not enforce');
  expect(await metrics()).toMatch(/plugin="Cilium",ip_block_matches_pods="false"\} 1$/);
});
