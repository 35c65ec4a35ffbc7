// Certificates that Bulkhead keeps itself, on a real control plane: two replicas from nothing, leaders killed in every phase, a lost Secret, an expired authority.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installKinds, removeRules } from './ownKinds.ts';
import { bulkhead, isObeyed } from './product.ts';
import { rotating } from './rotating.ts';
import type { Rotating } from './rotating.ts';
import { fingerprints, leafOf, signerOf, trusted, written } from '../../src/controllers/certificates/held.ts';
import type { Phase } from '../../src/controllers/certificates/held.ts';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
let home: Rotating;

beforeAll(async () => {
  await installKinds(cluster);
  home = await rotating(cluster, 'bulkhead-rotating', '5s');
});
afterAll(async () => {
  await home.remove();
  await removeRules(cluster);
});

const reaches = (phase: Phase): Promise<unknown> =>
  eventually(`the phase ${phase}`, async () => (await home.held())?.phase === phase, 60_000);

test('two replicas that start from nothing serve one certificate, registered with one authority', async () => {
  await Promise.all([home.start('walls-a'), home.start('walls-b')]);
  const held = await home.held();
  expect(held).toMatchObject({ phase: 'Stable' });
  for (const replica of home.replicas) expect(await home.served(replica)).toBe(held?.serving.fingerprint);
  await eventually('the API server obeys', () => isObeyed(cluster));
  await eventually('both are registered', async () => !(await home.bundles()).includes(''));
  expect(await home.bundles()).toEqual([held === undefined ? '' : trusted(held)]);
  const leaf = held?.serving ?? { notBefore: 0, notAfter: 0 };
  expect(leaf.notAfter - leaf.notBefore).toBeLessThanOrEqual((30 * 24 + 1) * 3_600_000);
});

test('nothing secret is printed', async () => {
  for (const replica of home.replicas) expect(await replica.printed()).not.toContain('PRIVATE KEY');
});

test('a Secret that is deleted is written back as it was', async () => {
  const before = await home.held();
  await cluster.kubectl('admin', ['--namespace', 'bulkhead-system', 'delete', 'secret', home.name]);
  await eventually('it is back', async () => (await home.held()) !== undefined);
  expect(await home.held()).toEqual(before);
  expect(await isObeyed(cluster)).toBe(true);
});

test('the authority is replaced though the leader is killed in every phase', async () => {
  const before = await home.held();
  const asked = await bulkhead(cluster, 'admin', 'certs', '--rotate', `bulkhead-system/${home.name}`);
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^asked for a new authority/) });
  await reaches('Adding');
  const adding = await home.held();
  const next = adding?.phase === 'Adding' ? adding.next.fingerprint : '';
  await home.start(await home.kill(await home.leader()));
  await reaches('Switching');
  expect((await home.held())?.authority.fingerprint).toBe(next);
  await home.start(await home.kill(await home.leader()));
  await reaches('Stable');
  const held = await home.held();
  expect(held?.authority.fingerprint).toBe(next);
  expect(held?.authority.fingerprint).not.toBe(before?.authority.fingerprint);
  for (const replica of home.replicas) expect(await home.served(replica)).toBe(held?.serving.fingerprint);
  const [bundle = '', ...more] = await home.bundles();
  expect(more).toEqual([]);
  expect([...fingerprints(bundle)]).toEqual([next]);
  expect(await isObeyed(cluster)).toBe(true);
  const told = await Promise.all(home.replicas.map((replica) => replica.printed()));
  expect(told.join('')).toMatch(
    /written: certificates of Secret bulkhead-system\/bulkhead-rotating: Dropping/,
  );
});

test('an authority that expired while nobody ran is replaced at the start, and API servers are told', async () => {
  await home.stopAll();
  const then = new Date(Date.now() - 400 * 24 * 3_600_000);
  const authority = signerOf(await makeAuthority('Expired', then, 365));
  const serving = leafOf(await makeServing(authority, 'bulkhead', ['127.0.0.1'], then, 30));
  const { annotations, data } = written({ phase: 'Stable', authority, serving, request: '' });
  const path = `/api/v1/namespaces/bulkhead-system/secrets/${home.name}`;
  const body = { metadata: { annotations }, data };
  expect((await cluster.call('admin', path, { method: 'PATCH', body })).status).toBe(200);
  await home.start('walls-a');
  await eventually('it is replaced', async () => {
    const found = (await home.held())?.authority.fingerprint;
    return found !== undefined && found !== authority.fingerprint;
  });
  await eventually('the API server obeys', () => isObeyed(cluster));
});

test('a Secret that others keep is served, and followed when they replace what is in it', async () => {
  const name = 'bulkhead-kept-by-others';
  const path = '/api/v1/namespaces/bulkhead-system/secrets';
  const now = new Date();
  const authority = await makeAuthority('Others', now, 1);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const made = async (): Promise<Readonly<Record<string, string>>> => {
    const { certificate, key } = await makeServing(authority, 'others', ['127.0.0.1'], now, 1);
    const texts = { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority.certificate };
    return Object.fromEntries(Object.entries(texts).map(([at, text]) => [at, base64(text)]));
  };
  const body = { metadata: { name }, type: 'kubernetes.io/tls', data: await made() };
  expect((await cluster.call('admin', path, { method: 'POST', body })).status).toBe(201);
  const others = await rotating(
    cluster,
    'bulkhead-others',
    '5s',
    `mode: secret, secret: bulkhead-system/${name}`,
  );
  try {
    const replica = await others.start('walls-c');
    const first = await others.served(replica);
    const replaced = await cluster.call('admin', `${path}/${name}`, {
      method: 'PATCH',
      body: { data: await made() },
    });
    expect(replaced.status).toBe(200);
    await eventually('the new one is served', async () => (await others.served(replica)) !== first, 5_000);
  } finally {
    await others.remove();
    await cluster.call('admin', `${path}/${name}`, { method: 'DELETE' });
  }
});
