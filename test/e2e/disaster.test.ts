// All replicas gone, on a real API server: what is refused and what goes on, the glass broken with the commands of docs/disaster.md, and the way back.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { install } from './installed.ts';
import type { Installed } from './installed.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { applied } from './storedPolicies.ts';
import { pod, pods, policies, policy } from '../chart/objects.ts';
import type { Release } from '../chart/release.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { blocksOf } from '../docs/markdown.ts';

const page = join(import.meta.dirname, '../../docs/disaster.md');
const cluster = connect(readConnection(process.env));
const home = 'disaster-home';
const name = 'walls-gone';
const tenant = 'disaster-tenant';
const boundary = {
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'Boundary',
  metadata: { name: 'tenants' },
  spec: {
    namespaceSelector: { matchLabels: { 'disaster.example/tenant': 'a' } },
    floor: { mode: 'Create' },
    ingress: [{ from: [{ sameLabels: ['disaster.example/tenant'] }] }],
  },
};

withHelm('all replicas are gone', (helm) => {
  let installed: Installed;
  let folder: string;
  const replicas: Release[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  };

  const open = (named: string): object => ({
    ...policy(named),
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] },
  });
  const send = (method: 'POST' | 'DELETE', path: string, body?: unknown) =>
    cluster.call('dev-payments', path, body === undefined ? { method } : { method, body });
  const probe = () => send('POST', `${policies(tenant)}?dryRun=All`, open('probe'));
  const refusedByRule = async (): Promise<boolean> => {
    const { status, text } = await probe();
    return status === 403 && text.includes('boundary \\"tenants\\"');
  };
  const registered = async (): Promise<readonly boolean[]> =>
    Promise.all(
      ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'].map(async (kind) => {
        const path = `/apis/admissionregistration.k8s.io/v1/${kind}/${name}`;
        return (await cluster.call('admin', path)).status === 200;
      }),
    );

  /** The kubectl lines of a section's blocks, in order; there are no nodes, so nothing ever rolls out. */
  const commandsOf = async (heading: string): Promise<readonly (readonly string[])[]> => {
    const section = (await readFile(page, 'utf8')).split(/^## /m).find((one) => one.startsWith(heading));
    const named = (code: string): string =>
      code
        .replaceAll('bulkhead-system', home)
        .replaceAll(/(deployment[ /]|webhookconfiguration )bulkhead\b/g, `$1${name}`);
    return blocksOf(section ?? '', page)
      .filter(({ language }) => language === 'sh')
      .map(({ code }) =>
        named(code)
          .split('\n')
          .filter((line) => line.startsWith('kubectl ') && !line.includes('rollout status')),
      )
      .filter((lines) => lines.length > 0);
  };
  /** Runs command lines as an administrator types them. */
  const type = async (lines: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('bash', ['-euc', lines.join('\n')], {
      env: {
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        KUBECONFIG: cluster.kubeconfig('admin'),
        HOME: folder,
      },
    });
    return stdout;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-disaster-'));
    await symlink(cluster.connection.kubectl, join(folder, 'kubectl'));
    await installKinds(cluster);
    await applied(cluster, boundary);
    await cluster.createNamespace(home);
    await cluster.createNamespace(tenant, { 'disaster.example/tenant': 'a' });
    installed = await install(cluster, helm, name, home, {});
    replicas.push(await installed.first());
    replicas.push(await installed.another());
    await eventually('what gets out is refused', refusedByRule);
    await eventually('the floor stands', async () => {
      const { status } = await cluster.call('admin', `${policies(tenant)}/bulkhead-floor`);
      return status === 200;
    });
    expect((await send('POST', policies(tenant), policy('stored'))).status).toBe(201);
    await stopAll();
  });
  afterAll(async () => {
    await stopAll();
    await installed.remove();
    await removeRules(cluster);
    await rm(folder, { recursive: true });
  });

  describe('while no replica answers', () => {
    test.each<[string, 'POST' | 'DELETE', string, object | undefined]>([
      ['a pod of a tenant', 'POST', pods(tenant), pod('new')],
      ['a policy of a tenant, however harmless', 'POST', policies(tenant), policy('harmless')],
      ["a floor's deletion", 'DELETE', `${policies(tenant)}/bulkhead-floor`, undefined],
      ['a new namespace', 'POST', '/api/v1/namespaces', { metadata: { name: 'disaster-new' } }],
      [
        'a rule',
        'POST',
        '/apis/bulkhead.dev/v1alpha1/boundaries',
        {
          apiVersion: 'bulkhead.dev/v1alpha1',
          kind: 'Boundary',
          metadata: { name: 'disaster' },
          spec: { namespaceSelector: { matchLabels: { a: 'b' } }, floor: { mode: 'Audit' } },
        },
      ],
    ])('%s is refused, to administrators too', async (_what, method, path, body) => {
      const asked = body === undefined ? { method } : { method, body };
      const byAdministrator = await cluster.call('admin', path, asked);
      expect(byAdministrator.status).toBe(500);
      expect(byAdministrator.text).toContain('failed calling webhook');
      expect((await cluster.call('dev-payments', path, asked)).status).toBeGreaterThanOrEqual(400);
    });

    test.each<[string, 'POST' | 'DELETE', string, object | undefined]>([
      [
        'a ConfigMap of a tenant',
        'POST',
        `/api/v1/namespaces/${tenant}/configmaps`,
        { metadata: { name: 'settings' } },
      ],
      ["a policy's deletion", 'DELETE', `${policies(tenant)}/stored`, undefined],
      ['a pod of its own namespace', 'POST', pods(home), pod('replacement')],
      [
        'a Deployment of a tenant',
        'POST',
        `/apis/apps/v1/namespaces/${tenant}/deployments`,
        {
          metadata: { name: 'shop' },
          spec: {
            replicas: 0,
            selector: { matchLabels: { app: 'shop' } },
            template: {
              metadata: { labels: { app: 'shop' } },
              spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
            },
          },
        },
      ],
    ])('%s goes on', async (_what, method, path, body) => {
      expect([200, 201]).toContain((await send(method, path, body)).status);
    });
  });

  test('the commands under "Break glass" end the guarding, and later bring it back whole', async () => {
    const [breaking = [], returning = [], looking = []] = await commandsOf('Break glass');
    expect(await type(breaking)).toContain(
      `validatingwebhookconfiguration.admissionregistration.k8s.io "${name}" deleted`,
    );
    expect(await registered()).toEqual([false, false]);
    await eventually('nothing is judged', async () => (await probe()).status === 201);
    expect((await send('POST', policies(tenant), open('emergency'))).status).toBe(201);
    expect((await send('POST', pods(tenant), pod('emergency'))).status).toBe(201);
    // Who writes rules is the API server's own business too.
    const rule = { ...boundary, metadata: { name: 'looser' }, spec: { ...boundary.spec, ingress: [{}] } };
    const path = '/apis/bulkhead.dev/v1alpha1/boundaries?dryRun=All';
    const byDeveloper = await send('POST', path, rule);
    expect(byDeveloper.status).toBe(403);
    expect(byDeveloper.text).toContain('only administrators (tenancy.roles.ruleWriters) may write rules');
    expect((await cluster.call('admin', path, { method: 'POST', body: rule })).status).toBe(201);

    replicas.push(await installed.first());
    const begun = performance.now();
    await eventually('it is registered again', async () => (await registered()).every(Boolean));
    process.stderr.write(`registered again ${Math.round(performance.now() - begun)} ms after it listened\n`);
    expect(await type(returning)).toContain(name);
    await eventually('what gets out is refused again', refusedByRule);
    expect(await type(looking)).toMatch(/^tenants /m);
  });

  test('the commands under "All replicas are gone" are understood', async () => {
    const [lines = []] = await commandsOf('All replicas are gone');
    expect(lines).toHaveLength(3);
    // Without a node there is nothing to read a log from.
    const told = await type(lines.filter((line) => !line.includes(' logs ')));
    expect(told).toContain(`deployment.apps/${name} restarted`);
  });
});
