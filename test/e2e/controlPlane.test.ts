// The control plane that the other end-to-end tests stand on is real, complete, and leaves nothing behind.
import { existsSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { applied, constraintsOf } from './storedPolicies.ts';
import type { ApiAnswer } from '../cluster/apiCall.ts';
import { findAssets } from '../cluster/assets.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { startControlPlane } from '../cluster/controlPlane.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));

const pod = (name: string): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
});

/** A policy that refuses with the text of its parameter. */
const policyThatTells = (told: string): readonly object[] => {
  const metadata = { name: 'parameters' };
  const version = 'admissionregistration.k8s.io/v1';
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, namespace: 'parameters' },
      data: { told },
    },
    {
      apiVersion: version,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: constraintsOf('parameters'),
        validations: [{ expression: 'false', messageExpression: `params.data.told + ' says no'` }],
      },
    },
    {
      apiVersion: version,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: {
        policyName: 'parameters',
        paramRef: { ...metadata, namespace: 'parameters', parameterNotFoundAction: 'Deny' },
        validationActions: ['Deny'],
      },
    },
  ];
};

describe('the running control plane', () => {
  test('is Kubernetes 1.36 and ready', async () => {
    const version = await cluster.call('admin', '/version');
    expect(version.body).toMatchObject({ major: '1', minor: '36' });
    const ready = await cluster.call('admin', '/readyz?verbose');
    expect(ready.text).toContain('readyz check passed');
  });

  test('runs controllers: a Deployment gets its pods, and a deleted namespace goes', async () => {
    await cluster.createNamespace('controllers-run');
    const args = [
      '--namespace=controllers-run',
      'create',
      'deployment',
      'app',
      '--image=registry.example/app:1',
    ];
    expect(await cluster.kubectl('dev-payments', args)).toMatchObject({ code: 0 });
    await eventually('a pod of the Deployment', async () => {
      const pods = await cluster.kubectl('admin', [
        '--namespace=controllers-run',
        'get',
        'pods',
        '-o',
        'name',
      ]);
      return pods.stdout.startsWith('pod/app-');
    });
    const gone = await cluster.kubectl('admin', ['delete', 'namespace', 'controllers-run']);
    expect(gone).toMatchObject({ code: 0 });
  });

  test.each([
    ['POST', '/api/v1/namespaces', 201],
    ['PATCH', '/api/v1/namespaces/reach', 200],
    ['PATCH', '/api/v1/namespaces/reach/status', 200],
  ] as const)('lets a developer %s %s, so that a denial is never RBAC’s', async (method, path, status) => {
    const metadata = { name: 'reach', labels: { seen: 'yes' } };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata };
    const answer = await cluster.call('dev-orders', path, { method, body });
    expect(answer.status).toBe(status);
  });

  test('finds parameters of policies also after the last policy with such parameters was deleted', async () => {
    await cluster.createNamespace('parameters');
    const path = '/api/v1/namespaces/parameters/configmaps?dryRun=All';
    const asked = (): Promise<ApiAnswer> =>
      cluster.call('admin', path, {
        method: 'POST',
        body: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'asked', labels: { case: 'parameters' } },
        },
      });
    for (const told of ['the first', 'the second']) {
      await applied(cluster, ...policyThatTells(told));
      await eventually(`${told} is told`, async () => (await asked()).text.includes(`${told} says no`));
      const rules = 'validatingadmissionpolicybinding,validatingadmissionpolicy';
      await cluster.kubectl('admin', ['delete', rules, 'parameters']);
      await eventually('nothing is refused', async () => (await asked()).status === 201);
    }
  });

  test('refuses a developer what RBAC does not give', async () => {
    const answer = await cluster.call('dev-payments', '/api/v1/namespaces/default/secrets');
    expect(answer.status).toBe(403);
  });

  test('audits writes with the user and the object', async () => {
    await cluster.createNamespace('audited');
    const path = '/api/v1/namespaces/audited/pods';
    const answer = await cluster.call('dev-payments', path, { method: 'POST', body: pod('seen') });
    const event = await cluster.auditOf(answer);
    expect(event.user.username).toBe('dev-payments');
    expect(event.objectRef).toMatchObject({ resource: 'pods', namespace: 'audited', name: 'seen' });
    expect(event.responseStatus?.code).toBe(201);
  });

  test('hands kubectl text on standard input', async () => {
    await cluster.createNamespace('piped');
    const applied = await cluster.kubectl('dev-payments', ['--namespace=piped', 'apply', '-f', '-'], {
      stdin: pod('from-stdin'),
    });
    expect(applied.stdout).toBe('pod/from-stdin created\n');
  });
});

/** Does anything listen on that port? */
function listens(port: number): Promise<boolean> {
  const socket = dial(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

test('a control plane stops without leaving processes, ports or files', async () => {
  const assets = await findAssets(process.env);
  if (!assets.found) throw new Error(assets.reason);
  const second = await startControlPlane(assets.binaries);
  const { server, folder } = second.cluster.connection;
  const port = Number(new URL(server).port);
  expect(await listens(port)).toBe(true);
  await second.stop();
  expect(second.daemons.map((daemon) => daemon.ended())).toEqual([true, true, true]);
  expect(await listens(port)).toBe(false);
  expect(existsSync(folder)).toBe(false);
  await second.stop();
});
