// An etcd that was compacted while nobody watched: what a watch, or a list half read, would go on from is gone, and everything is listed anew.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apiServer } from '../../src/cluster/apiServer.ts';
import { fromKubeconfig } from '../../src/cluster/access.ts';
import { connectCluster } from '../../src/cluster/cluster.ts';
import type { ClusterEvent } from '../../src/cluster/cluster.ts';
import { listPage } from '../../src/cluster/listing.ts';
import { eventually } from '../cluster/eventually.ts';
import { startApiServerAlone } from './apiServerAlone.ts';
import type { ApiServerAlone } from './apiServerAlone.ts';
import { cuttable } from './cuttable.ts';
import { kubeconfigBy } from './kubeconfigBy.ts';

let alone: ApiServerAlone;

beforeAll(async () => {
  // Without its own memory of the past the API server has only what etcd has.
  alone = await startApiServerAlone(['--watch-cache=false']);
});
afterAll(() => alone.stop());

const write = (name: string, value: string): Promise<void> => alone.label(name, { value });

test('410 Gone to a watch that goes on: what was missed is listed, and it is ready', async () => {
  const way = await cuttable(alone.port);
  const events: ClusterEvent[] = [];
  const kubeconfig = await kubeconfigBy(alone.cluster, way.port);
  const options = { environment: {}, kubeconfig, watchSeconds: 1, staleMillis: 5_000 };
  const read = await connectCluster({ ...options, observe: (event) => events.push(event) });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  const subject = read.value;
  try {
    expect(await subject.becameReady(20_000)).toBe(true);
    const valueOf = (name: string): string | undefined => {
      const facts = subject.view().lookup(name);
      return typeof facts === 'string' ? undefined : facts.labels.get('value');
    };
    await write('compacted', 'before');
    await eventually('seen', () => Promise.resolve(valueOf('compacted') === 'before'));
    await way.close();
    for (let round = 0; round < 5; round += 1) await write('compacted', String(round));
    await alone.compact();
    await write('compacted', 'after');
    await way.restore();
    await eventually('what was missed is known', () => Promise.resolve(valueOf('compacted') === 'after'));
    expect(events).toContainEqual({
      about: 'namespaces',
      event: {
        type: 'failed',
        failure: expect.objectContaining({
          code: 'cluster.gone',
          message: expect.stringMatching(/is too old/),
        }),
      },
    });
    await eventually('it is ready', () => Promise.resolve(subject.readiness().ready));
  } finally {
    await subject.stop();
    await way.close();
  }
});

test('410 Gone to a list half read: it is a failure, never the first half', async () => {
  for (const name of ['half-a', 'half-b', 'half-c']) await write(name, 'x');
  const access = await fromKubeconfig(await kubeconfigBy(alone.cluster, alone.port));
  if (!access.ok) throw new Error(JSON.stringify(access.issues));
  const server = apiServer(access.value);
  try {
    const question = { path: '/api/v1/namespaces', deadlineMillis: 10_000, mostObjects: 1_000 };
    const first = await listPage(server, question, 2);
    if (!first.ok) throw new Error(first.failure.message);
    expect(first.page.next).not.toBe('');
    await write('half-d', 'x');
    await alone.compact();
    const second = await listPage(server, question, 2, first.page.next);
    expect(second).toMatchObject({ ok: false, failure: { code: 'cluster.gone' } });
  } finally {
    server.stop();
  }
});
