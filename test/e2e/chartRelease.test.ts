// The chart, whole, against a real API server: two replicas as its own ServiceAccount register themselves, guard, and can do nothing more; the hooks do the rest.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { install } from './installed.ts';
import type { Installed } from './installed.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { at, listAt, only } from '../chart/helm.ts';
import { pod, pods, policies, policy } from '../chart/objects.ts';
import { main, writeAccountKubeconfig } from '../chart/release.ts';
import type { Release } from '../chart/release.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { blocksOf } from '../docs/markdown.ts';
import { otherPolicyKinds } from '../../src/boundary/invariants/policies/otherPolicyKinds.ts';

const cluster = connect(readConnection(process.env));
const home = 'chart-home';
const name = 'walls-run';
const tenant = 'chart-run';
const kinds = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] as const;
const values = {
  boundaries: {
    tenants: {
      namespaceSelector: { matchLabels: { 'run.example/tenant': 'a' } },
      floor: { mode: 'Create' },
      ingress: [{ from: [{ sameLabels: ['run.example/tenant'] }] }],
    },
  },
};

withHelm('the chart, run', (helm) => {
  let installed: Installed;
  let folder: string;
  const replicas: Release[] = [];

  beforeAll(async () => {
    await installKinds(cluster);
    await cluster.createNamespace(home);
    await cluster.createNamespace(tenant, { 'run.example/tenant': 'a' });
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-hooks-'));
    installed = await install(cluster, helm, name, home, values);
    replicas.push(await installed.another());
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await installed.remove();
    await removeRules(cluster);
    await rm(folder, { recursive: true });
  });

  const stored = async (kind: (typeof kinds)[number]): Promise<unknown> => {
    const { status, body } = await cluster.call(
      'admin',
      `/apis/admissionregistration.k8s.io/v1/${kind}/${name}`,
    );
    return status === 200 ? body : undefined;
  };
  const create = async (namespace: string, ingress: readonly object[]) => {
    const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress };
    const path = `${policies(namespace)}?dryRun=All`;
    return cluster.call('dev-payments', path, { method: 'POST', body: { ...policy('one'), spec } });
  };

  test('nothing is registered, and nothing refused, before somebody answers at the address', async () => {
    const [leader] = replicas;
    await eventually('the leader says why not', () =>
      Promise.resolve(leader?.output().includes(`not registered yet: ${installed.url} does not answer`)),
    );
    for (const kind of kinds) expect(await stored(kind)).toBeUndefined();
    expect(await create(tenant, [{}])).toMatchObject({ status: 201 });
    replicas.push(await installed.first());
  });

  test('both replicas have the rendered Boundaries in force, and one of them leads', async () => {
    for (const replica of replicas) expect(replica.output()).toContain('boundaries in force: tenants');
    await eventually('somebody leads', () =>
      Promise.resolve(replicas.some((replica) => /^leading: /m.test(replica.output()))),
    );
    expect(replicas.filter((replica) => /^leading: /m.test(replica.output()))).toHaveLength(1);
  });

  test('the leader registers both, as its ServiceAccount, for the Boundaries of the chart', async () => {
    for (const kind of kinds) {
      const object = await eventually(`the ${kind} are there`, () => stored(kind));
      expect(listAt(object, 'metadata', 'managedFields').map((one) => at(one, 'manager'))).toEqual([
        'bulkhead',
      ]);
      const entries = listAt(object, 'webhooks').filter(
        (one) => at(one, 'name') !== 'workloads.bulkhead.dev',
      );
      expect(new Set(entries.map((one) => at(one, 'failurePolicy')))).toEqual(new Set(['Fail']));
      expect(entries.map((one) => at(one, 'name'))).toContain('tenants.boundaries.bulkhead.dev');
    }
  });

  test('what gets out is refused at kubectl apply, what stays inside is not', async () => {
    await eventually('the API server asks', async () => (await create(tenant, [{}])).status === 403);
    expect(await create(tenant, [])).toMatchObject({ status: 201 });
    expect(await create(home, [{}])).toMatchObject({ status: 201 });
  });

  test('leads, records the name, writes the floor', async () => {
    await eventually(
      'the floor stands',
      async () => (await cluster.call('admin', `${policies(tenant)}/bulkhead-floor`)).status === 200,
    );
    const record = await cluster.call('admin', `/apis/bulkhead.dev/v1alpha1/namespacerecords/${tenant}`);
    expect(at(record.body, 'spec', 'labels')).toEqual({ 'run.example/tenant': 'a' });
  });

  /** What a ServiceAccount of the release may do and not anybody. */
  const rightsOf = async (account: string): Promise<readonly string[]> => {
    const list = async (user: string): Promise<readonly string[]> => {
      const groups = ['--as-group', 'system:serviceaccounts', '--as-group', 'system:authenticated'];
      const who = ['--namespace', home, '--as', user, ...groups];
      const printed = await cluster.kubectl('admin', ['auth', 'can-i', '--list', '--no-headers', ...who]);
      const lines = printed.stdout.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
      return lines.filter((line) => line !== '').sort();
    };
    const anybody = new Set(await list(`system:serviceaccount:${home}:default`));
    return (await list(`system:serviceaccount:${home}:${account}`)).filter((line) => !anybody.has(line));
  };

  test('its ServiceAccount may do what it needs, and nothing more than anybody may', async () => {
    const rights = await rightsOf(name);
    // Of other policy kinds it may read what is stored, for a scan; they come from the list that is registered.
    const others = otherPolicyKinds.map(({ group, resource }) => `${resource}.${group} [] [] [list]`);
    expect(rights.filter((line) => others.includes(line))).toEqual([...others].sort());
    expect(rights.filter((line) => !others.includes(line))).toEqual([
      'boundaries.bulkhead.dev [] [] [list watch]',
      'boundaries.bulkhead.dev/status [] [] [patch]',
      'daemonsets.apps [] [] [list]',
      'guardrailexceptions.bulkhead.dev [] [] [list watch]',
      'guardrailexceptions.bulkhead.dev/status [] [] [patch]',
      'guardrailpolicies.bulkhead.dev [] [] [list watch]',
      'guardrailpolicies.bulkhead.dev/status [] [] [patch]',
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

  /** Runs the arguments of a hook's container as `node src/main.ts`, with the Service and the mounted authority replaced. */
  const runHook = async (pod: unknown, more: readonly string[] = []) => {
    const authority = join(folder, 'ca.crt');
    await writeFile(authority, installed.pair.authority);
    const args = listAt(pod, 'spec', 'containers', 0, 'args').map((arg) =>
      String(arg)
        .replace(/^--service=.*/, `--url=${installed.url}`)
        .replace('/etc/bulkhead-ca/ca.crt', authority),
    );
    return promisify(execFile)(process.execPath, [main, ...args, ...more]);
  };

  test('helm test: its pod finds the release ready, refusing and letting through', async () => {
    const { stdout } = await runHook(only(installed.hook('test'), 'Pod'));
    expect(stdout.split('\n')).toEqual([
      `${installed.url}: ready`,
      'a NetworkPolicy named bulkhead-floor in namespace default, by a stranger: refused with 403',
      'an object of a kind that there is not: allowed',
      '',
    ]);
  });

  test('nothing was forbidden to them, they leave with 0, and the registration stays', async () => {
    for (const replica of replicas) expect(replica.output()).not.toMatch(/forbidden/i);
    expect(await Promise.all(replicas.splice(0).map((replica) => replica.stop()))).toEqual([0, 0]);
    for (const kind of kinds) expect(await stored(kind)).toBeDefined();
    await expect(runHook(only(installed.hook('test'), 'Pod'))).rejects.toMatchObject({ code: 3 });
  });

  test('helm uninstall: its Job removes the registration, with a ServiceAccount that may do nothing else', async () => {
    const items = installed.hook('post-delete').filter(({ kind }) => kind !== 'Job');
    expect(items.map(({ kind }) => kind).sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'ServiceAccount',
    ]);
    const list = { apiVersion: 'v1', kind: 'List', items };
    expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: list })).toMatchObject({ code: 0 });
    const account = only(items, 'ServiceAccount').metadata;
    // Nothing more than anybody's as long as RBAC does not know them; all at once, for one role gives them.
    const rights = await eventually('RBAC knows them', async () => {
      const found = await rightsOf(account.name);
      return found.length > 0 && found;
    });
    expect(rights).toEqual(
      [...kinds].reverse().map((kind) => `${kind}.admissionregistration.k8s.io [] [walls-run] [delete]`),
    );
    const kubeconfig = join(folder, 'kubeconfig');
    await writeAccountKubeconfig(cluster, kubeconfig, account);
    const job = at(only(installed.hook('post-delete'), 'Job'), 'spec', 'template');
    const { stdout } = await runHook(job, ['--kubeconfig', kubeconfig]);
    expect(stdout).toBe(
      `ValidatingWebhookConfiguration ${name}: deleted\nMutatingWebhookConfiguration ${name}: deleted\n`,
    );
    for (const kind of kinds) expect(await stored(kind)).toBeUndefined();
    await cluster.kubectl('admin', ['delete', '-f', '-'], { stdin: list });
  });

  test('what is left behind goes by the commands of docs/bootstrap.md, and nothing else goes', async () => {
    const gates = ['example.com/other', 'bulkhead.dev/floor'].map((gate) => ({ name: gate }));
    const waiting = {
      ...pod('waiting'),
      spec: { ...(Object(at(pod('waiting'), 'spec')) as object), schedulingGates: gates },
    };
    const held = [
      { path: pods(tenant), body: waiting },
      { path: policies(tenant), body: policy('own') },
    ];
    // In the copy of the API server the registration may be there still, and nobody answers any more.
    for (const { path, body } of held)
      await eventually('the API server asks nobody', async () => {
        const { status } = await cluster.call('admin', `${path}?dryRun=All`, { method: 'POST', body });
        return status === 201;
      });
    for (const { path, body } of held)
      expect((await cluster.call('admin', path, { method: 'POST', body })).status).toBe(201);
    const page = join(import.meta.dirname, '../../docs/bootstrap.md');
    const blocks = blocksOf((await readFile(page, 'utf8')).split(/^## Uninstall$/m)[1] ?? '', page);
    const removing = blocks.filter(({ code }) => /^# the (floors|gate)/.test(code));
    expect(removing).toHaveLength(2);
    await symlink(cluster.connection.kubectl, join(folder, 'kubectl'));
    for (const { code } of removing)
      await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', code], {
        env: {
          PATH: `${folder}:${process.env['PATH'] ?? ''}`,
          KUBECONFIG: cluster.kubeconfig('admin'),
          HOME: folder,
        },
      });
    const left = await cluster.call('admin', `${pods(tenant)}/waiting`);
    expect(at(left.body, 'spec', 'schedulingGates')).toEqual([{ name: 'example.com/other' }]);
    const names = listAt((await cluster.call('admin', policies(tenant))).body, 'items');
    expect(names.map((one) => at(one, 'metadata', 'name'))).toEqual(['own']);
  });
});
