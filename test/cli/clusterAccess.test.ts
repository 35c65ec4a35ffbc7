/** Which cluster a command is about, and what each command says where there is none. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { namedCluster, usualCluster } from '../../src/cli/clusterAccess.ts';
import { capture } from './capturedTerminal.ts';

let home: string;
/** The kubeconfig of a cluster, with one more context. */
const kubeconfig = (name: string): Promise<string> => {
  const file = join(home, name);
  const cluster = (host: string) => ({ name: host, cluster: { server: `https://${host}.example` } });
  const context = (host: string) => ({ name: host, context: { cluster: host, user: 'u' } });
  const config = {
    clusters: [cluster(name), cluster('other')],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [context(name), context('other')],
    'current-context': name,
  };
  return writeFile(file, JSON.stringify(config)).then(() => file);
};
let first: string;
let second: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'bulkhead-home-'));
  [first, second] = [await kubeconfig('first'), await kubeconfig('second')];
});
afterAll(() => rm(home, { recursive: true }));

type Find = typeof usualCluster | typeof namedCluster;
/** The server that is found, or the code of what is wrong. */
async function found(find: Find, named: object, environment: Record<string, string>): Promise<unknown> {
  const access = await find(named, { environment });
  return access?.ok === true ? access.value.server : access?.issues.map(({ code }) => code).join();
}

describe("kubectl's cluster", () => {
  test('is the one that is named, before all others', async () =>
    expect(await found(usualCluster, { kubeconfig: first }, { KUBECONFIG: second })).toBe(
      'https://first.example',
    ));
  test('is that of KUBECONFIG; of several files the first that exists', async () => {
    const KUBECONFIG = ['', join(home, 'nowhere'), second, first].join(delimiter);
    expect(await found(usualCluster, {}, { KUBECONFIG, HOME: home })).toBe('https://second.example');
  });
  test('is that of the context that is named', async () =>
    expect(await found(usualCluster, { context: 'other' }, { KUBECONFIG: first })).toBe(
      'https://other.example',
    ));
  test('is missing where KUBECONFIG names only files that are not there', async () =>
    expect(await found(usualCluster, {}, { KUBECONFIG: join(home, 'nowhere') })).toBe('path.missing'));
  test("is in a pod without a kubeconfig the pod's own", async () => {
    const environment = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', HOME: home };
    const access = await usualCluster({}, { environment });
    // No ServiceAccount is mounted here, and that is what it says.
    expect(access).toMatchObject({ ok: false, issues: [{ message: expect.stringContaining('token') }] });
  });
});

describe('a cluster for commands that fall upon none', () => {
  test('is not the one that kubectl last spoke to', async () =>
    expect(await found(namedCluster, {}, { KUBECONFIG: first })).toBeUndefined());
  test("is with --context alone a context of kubectl's kubeconfig", async () =>
    expect(await found(namedCluster, { context: 'other' }, { KUBECONFIG: first })).toBe(
      'https://other.example',
    ));
});

describe('without any cluster', () => {
  const none = 'error: no cluster is named';
  const usual = (): string =>
    `${none}: there is neither KUBECONFIG nor ${join(home, '.kube', 'config')}; give --kubeconfig FILE (cluster.absent)\n`;
  test.each([
    ['adopt', ['adopt', 'shop'], usual],
    ['exception list', ['exception', 'list'], usual],
    ['webhooks --delete', ['webhooks', '--delete'], () => `${none}; say which with --kubeconfig FILE\n`],
    [
      'scan',
      ['scan'],
      () =>
        'error: nothing to scan; name files or directories, or a cluster with --kubeconfig FILE or --context NAME (scan.nothing)\n',
    ],
  ])('%s says what it lacks', async (_, argv, stderr) => {
    expect(await capture(argv, { environment: { HOME: home } })).toEqual({
      code: 2,
      stdout: '',
      stderr: stderr(),
    });
  });
});
