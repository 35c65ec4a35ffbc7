// A scan of a real control plane with 2,000 policies: every planted violation is found, and no other, in less than twenty seconds.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Type from 'typebox';
import Value from 'typebox/value';
import { eventually } from '../cluster/eventually.ts';
import { startApiServerAlone } from './apiServerAlone.ts';
import type { ApiServerAlone } from './apiServerAlone.ts';
import * as planted from './scanCases.ts';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'src', 'main.ts');
const crds = join(root, 'charts', 'bulkhead', 'crds');

let alone: ApiServerAlone;
let folder: string;

beforeAll(async () => {
  alone = await startApiServerAlone();
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-scan-'));
  await writeFile(join(folder, 'rules.yaml'), planted.rules);
  await create(planted.kinds);
  await eventually('the new kinds are served', async () => {
    const paths = ['/apis/cilium.io/v2', '/apis/mesh.example/v1'];
    const answers = await Promise.all(paths.map((path) => alone.cluster.call('admin', path)));
    return answers.every(({ status }) => status === 200);
  });
  await create(planted.namespaces);
  await create(planted.accounts);
  await create(planted.objects);
  for (const name of planted.leaving)
    await alone.cluster.call('admin', `/api/v1/namespaces/${name}`, { method: 'DELETE' });
}, 300_000);

afterAll(async () => {
  await alone.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Creates objects as the administrator, sixteen at a time over connections that stay open. */
async function create(objects: readonly planted.Planted[]): Promise<void> {
  const { server, authority, tokens } = alone.cluster.connection;
  const agent = new Agent({ keepAlive: true, ca: authority, maxSockets: 16 });
  const headers = { authorization: `Bearer ${tokens['admin'] ?? ''}`, 'content-type': 'application/json' };
  const one = ({ path, object }: planted.Planted): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = request(server + path, { method: 'POST', headers, agent });
      call.once('error', reject);
      call.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          if (response.statusCode === 201) resolve();
          else reject(new Error(`${path}: ${Buffer.concat(chunks).toString().slice(0, 500)}`));
        });
      });
      call.end(JSON.stringify(object));
    });
  const queue = objects.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const object of queue) await one(object);
    }),
  );
  agent.destroy();
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs the command as a process of its own, the start included in its time. */
const scan = (...args: readonly string[]): Promise<Ended> =>
  run('--rules', join(folder, 'rules.yaml'), ...args);

function run(...args: readonly string[]): Promise<Ended> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, 'scan', ...args],
      { env: { PATH: process.env['PATH'] }, maxBuffer: 64_000_000 },
      (_error, stdout, stderr) => {
        const seconds = (performance.now() - begun) / 1000;
        resolve({ code: child.exitCode ?? -1, stdout, stderr, seconds });
      },
    );
  });
}

const asAdmin = (): readonly string[] => ['--kubeconfig', alone.cluster.kubeconfig('admin')];

const report = Type.Object({
  complete: Type.Boolean(),
  summary: Type.Object({ objects: Type.Number(), denied: Type.Number(), warned: Type.Number() }),
  tenants: Type.Array(
    Type.Object({ tenant: Type.Union([Type.String(), Type.Null()]), violations: Type.Number() }),
  ),
  findings: Type.Array(
    Type.Object({
      fingerprint: Type.String(),
      known: Type.Boolean(),
      tenant: Type.Union([Type.String(), Type.Null()]),
      code: Type.String(),
      action: Type.String(),
      resource: Type.Object({ kind: Type.String(), namespace: Type.String(), name: Type.String() }),
      witness: Type.Optional(Type.Unknown()),
    }),
  ),
});

const parsed = ({ stdout }: Ended): Type.Static<typeof report> => Value.Parse(report, JSON.parse(stdout));

const shown = (ended: Ended): readonly string[] =>
  parsed(ended)
    .findings.map(
      ({ tenant, code, action, resource: { kind, namespace, name } }) =>
        `${tenant ?? '-'} ${kind} ${namespace}/${name} ${code} ${action}`,
    )
    .sort();

describe('a scan of 2,000 policies', () => {
  let first: Ended;
  beforeAll(async () => {
    expect(planted.policies).toBeGreaterThanOrEqual(2_000);
    first = await scan(...asAdmin(), '-o', 'json');
  });

  test('finds every planted violation and no other', () => {
    expect(first.stderr).toBe('');
    expect(shown(first)).toEqual([...planted.expected].sort());
    expect(first.code).toBe(1);
    expect(parsed(first).complete).toBe(true);
    expect(parsed(first).summary.objects).toBeGreaterThan(planted.policies);
  });

  test('takes less than twenty seconds, the start of the process included', () => {
    process.stderr.write(`scan of ${planted.policies} policies: ${first.seconds.toFixed(2)} s\n`);
    expect(first.seconds).toBeLessThan(20);
  });

  test('shows a packet for each policy outside its boundary', () => {
    const outside = parsed(first).findings.filter(({ code }) => code.startsWith('boundary.'));
    expect(outside.length).toBeGreaterThan(2);
    for (const { witness } of outside)
      expect(witness).toMatchObject({ direction: expect.anything(), protocol: expect.anything() });
  });

  test('counts violations by tenant', () => {
    const tenants = new Map(parsed(first).tenants.map(({ tenant, violations }) => [tenant, violations]));
    expect(tenants.get('tenant-3')).toBe(2);
    expect(tenants.get('tenant-0')).toBe(0);
    expect(tenants.get(null)).toBe(1);
  });
});

describe('with a baseline', () => {
  test('only what is new fails', async () => {
    const known = join(folder, 'known.json');
    const written = await scan(...asAdmin(), '--baseline', known, '--write-baseline');
    expect(written).toMatchObject({ code: 0, stderr: expect.stringContaining('findings are known in') });
    expect(JSON.parse(await readFile(known, 'utf8'))).toMatchObject({ kind: 'ScanBaseline' });
    expect((await scan(...asAdmin(), '--baseline', known)).code).toBe(0);
    await create([planted.oneMore]);
    const again = await scan(...asAdmin(), '--baseline', known, '-o', 'json');
    expect(again.code).toBe(1);
    const fresh = parsed(again).findings.filter((finding) => !finding.known);
    expect(fresh.map(({ resource }) => resource.name)).toEqual(['one-more']);
  });
});

test('without --rules it judges by the Boundaries that the cluster stores', async () => {
  const { cluster } = alone;
  const applied = await cluster.kubectl('admin', ['apply', '-f', crds]);
  expect(applied.code).toBe(0);
  const boundary = join(root, 'policies', 'tenant-isolation', 'boundary.yaml');
  await eventually('the Boundary is stored', async () => {
    const { code } = await cluster.kubectl('admin', ['apply', '-f', boundary]);
    return code === 0;
  });
  const ended = await run(...asAdmin(), '-o', 'json');
  expect(ended).toMatchObject({ code: 1, stderr: '' });
  const byCode = (wanted: string): number =>
    parsed(ended).findings.filter(({ code }) => code === wanted).length;
  expect([byCode('boundary.never'), byCode('floor.missing'), byCode('policy')]).toEqual([1, 1, 0]);
});

describe('what cannot be scanned is no success', () => {
  test('a cluster that does not answer: 3', async () => {
    const file = join(folder, 'nobody.kubeconfig');
    const text = await readFile(alone.cluster.kubeconfig('admin'), 'utf8');
    await writeFile(file, text.replaceAll(`127.0.0.1:${alone.port}`, '127.0.0.1:1'), { mode: 0o600 });
    const ended = await scan('--kubeconfig', file);
    expect(ended).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('cluster.unreachable'),
    });
  });

  test('lists that may not be read: 2, and what to do about it', async () => {
    const ended = await scan('--kubeconfig', alone.cluster.kubeconfig('outsider'));
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('cluster.forbidden') });
  });

  test('a context that there is not: 2', async () => {
    const ended = await scan(...asAdmin(), '--context', 'elsewhere');
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('no context of that name'),
    });
  });
});
