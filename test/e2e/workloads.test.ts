// Workloads on a real API server: kubectl shows what their pods would be refused for, and stores them all the same.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { boundary, home, withHome } from './home.ts';
import { eventually } from '../cluster/eventually.ts';

const { cluster, apply, tried, stored } = withHome(1);
const namespace = 'workloads-home';
const labels = { app: 'shop' };
const image = 'registry.example/app:1';
const template = (spec: object): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image }], ...spec },
});
const selector = { matchLabels: labels };
const once = { restartPolicy: 'Never' };

/** One of each kind around a pod spec, and where it is stored. */
const workload: Readonly<Record<string, readonly [string, (pod: object) => object]>> = {
  Deployment: ['apps/v1', (pod) => ({ selector, template: template(pod) })],
  ReplicaSet: ['apps/v1', (pod) => ({ selector, template: template(pod) })],
  StatefulSet: ['apps/v1', (pod) => ({ selector, serviceName: 'shop', template: template(pod) })],
  DaemonSet: ['apps/v1', (pod) => ({ selector, template: template(pod) })],
  Job: ['batch/v1', (pod) => ({ template: template({ ...once, ...pod }) })],
  CronJob: [
    'batch/v1',
    (pod) => ({
      schedule: '@daily',
      suspend: true,
      jobTemplate: { spec: { template: template({ ...once, ...pod }) } },
    }),
  ],
  ReplicationController: ['v1', (pod) => ({ selector: labels, replicas: 0, template: template(pod) })],
};
const object = (kind: string, name: string, pod: object): object => {
  const [apiVersion = '', spec] = workload[kind] ?? [];
  return { apiVersion, kind, metadata: { name }, spec: spec?.(pod) };
};
const path = (kind: string, name: string): string => {
  const [apiVersion = ''] = workload[kind] ?? [];
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${group}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
};

describe('a workload whose pods would be refused', () => {
  beforeAll(async () => {
    await cluster.createNamespace(namespace, { [home]: 'a' });
    expect((await apply('admin', boundary('workloads', { ingress: [] }))).code).toBe(0);
    // The registration of these tests was made for the Boundary of the files, which judges pods as strictly.
    await eventually('the entry is in force', async () => {
      const probe = await tried('admin', object('Deployment', 'probe', { hostNetwork: true }), namespace);
      return probe.stderr.includes('pods would be denied');
    });
  });

  test.each(Object.keys(workload))('a %s is stored, with a warning', async (kind) => {
    const name = `bad-${kind.toLowerCase()}`;
    const { code, stderr } = await apply('admin', object(kind, name, { hostNetwork: true }), namespace);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(
        'Warning: pods would be denied: the pod uses the network of its node, where NetworkPolicies do not hold',
      ),
    });
    expect(await stored(path(kind, name))).toBeDefined();
  });

  test.each(Object.keys(workload))('a %s that is fine is stored without a word', async (kind) => {
    const name = `good-${kind.toLowerCase()}`;
    expect(await apply('admin', object(kind, name, {}), namespace)).toMatchObject({ code: 0, stderr: '' });
  });

  test('is warned of when it changes, not when it is scaled by its subresource', async () => {
    const args = ['--namespace', namespace, 'scale', 'deployment', 'bad-deployment', '--replicas=0'];
    expect((await cluster.kubectl('admin', args)).stderr).toBe('');
    const wide = { hostNetwork: true, hostPID: true };
    const { stderr } = await apply('admin', object('Deployment', 'bad-deployment', wide), namespace);
    expect(stderr.match(/Warning: pods would be denied/g)).toHaveLength(2);
  });
});
