// A set of binaries counts only when it is whole and of the right version, wherever it lies.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findAssets, findHelm } from './assets.ts';

const whole = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-assets-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Programs that only tell a version. */
async function install(commands: readonly string[], version: string): Promise<void> {
  for (const command of commands) {
    const line = command === 'etcd' ? 'etcd Version: 3.6.16' : version;
    const file = join(folder, command);
    await writeFile(file, `#!/bin/sh\necho '${line}'\n`);
    await chmod(file, 0o755);
  }
}

/** An environment in which only the named variables lead anywhere. */
const environment = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  PATH: '/nonexistent',
  BULKHEAD_CACHE: join(folder, 'cache'),
  ...variables,
});

describe('findAssets', () => {
  test.each([
    ['KUBEBUILDER_ASSETS', 'KUBEBUILDER_ASSETS'],
    ['PATH', 'PATH'],
  ])('takes a whole 1.36 set from %s', async (variable, source) => {
    await install(whole, 'Kubernetes v1.36.3');
    const assets = await findAssets(environment({ [variable]: folder }));
    if (!assets.found) throw new Error(assets.reason);
    expect(assets.source).toContain(source);
    expect(assets.binaries.kubectl).toBe(join(folder, 'kubectl'));
  });

  test('does not count a lone kubectl, and names what is missing', async () => {
    await install(['kubectl'], 'Client Version: v1.36.3');
    const assets = await findAssets(environment({ PATH: folder }));
    expect(assets).toMatchObject({ found: false });
    expect(assets).toHaveProperty(
      'reason',
      expect.stringContaining('PATH lacks etcd, kube-apiserver, kube-controller-manager;'),
    );
  });

  test('does not count another minor version, and names the offender', async () => {
    await install(whole, 'Kubernetes v1.32.4');
    const assets = await findAssets(environment({ PATH: folder }));
    expect(assets).toHaveProperty('reason', expect.stringContaining('is not v1.36.x: Kubernetes v1.32.4'));
  });

  test('does not count a set with a program that cannot run', async () => {
    await install(whole, 'Kubernetes v1.36.3');
    await chmod(join(folder, 'kube-apiserver'), 0o644);
    expect(await findAssets(environment({ KUBEBUILDER_ASSETS: folder }))).toMatchObject({ found: false });
  });

  test('says which places were searched', async () => {
    const assets = await findAssets(environment({ KUBEBUILDER_ASSETS: '/nonexistent/assets' }));
    expect(assets).toHaveProperty(
      'reason',
      expect.stringMatching(/KUBEBUILDER_ASSETS .* lacks .*; PATH lacks .*; the cache .* lacks /),
    );
  });
});

describe('findHelm', () => {
  test.each([
    ['v4.3.1', true],
    ['v3.19.0', false],
  ])('of version %s on PATH counts: %s', async (version, counts) => {
    await install(['helm'], `${version}+g1234567`);
    const expected = counts ? join(folder, 'helm') : undefined;
    expect(await findHelm(environment({ PATH: folder }))).toBe(expected);
  });
});
