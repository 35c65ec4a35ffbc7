// A cache holds an artifact whole or not at all, even when two ask for it at once and when a build fails.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { artifact } from './artifacts.ts';
import type { Artifact } from './artifacts.ts';
import { build, cached, cacheFolder } from './cache.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-cache-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('every artifact pins one version and is named after it', () => {
  expect(artifact('kubernetes').version).toBe('v1.36.3');
  expect(artifact('etcd').key).toMatch(/^etcd-v3\.6\.16-/);
  expect(artifact('helm').key).toMatch(/^helm-v4\.3\.1-/);
  expect(artifact('kubernetes').ldflags).toContain('version.gitVersion=v1.36.3');
});

test.each([
  [{ BULKHEAD_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a/bulkhead'],
  [{ XDG_CACHE_HOME: '/b' }, '/b/bulkhead'],
  [{ BULKHEAD_CACHE: '', XDG_CACHE_HOME: '/b' }, '/b/bulkhead'],
])('%j keeps binaries in %s', (environment, expected) => {
  expect(cacheFolder(environment)).toBe(expected);
});

test('half an artifact does not count', async () => {
  const kubernetes = artifact('kubernetes');
  await mkdir(join(folder, kubernetes.key));
  await writeFile(join(folder, kubernetes.key, 'kubectl'), '');
  expect(cached(kubernetes, folder)).toBeUndefined();
});

describe('build', () => {
  const artifactOf = (module: string): Artifact => {
    const commands = new Map([
      ['one', './one'],
      ['two', './two'],
    ]);
    return { name: 'etcd', module, version: 'v0', commands, ldflags: '-s -w', key: 'tiny-v0' };
  };

  /** Puts a program named `go` first on PATH for the length of one test; `$out` in it is the file to build. */
  async function withGo<T>(script: string, action: () => Promise<T>): Promise<T> {
    const path = process.env['PATH'] ?? '';
    const preamble = '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nout=$2\n';
    await writeFile(join(folder, 'go'), preamble + script, { mode: 0o755 });
    process.env['PATH'] = `${folder}:${path}`;
    try {
      return await action();
    } finally {
      process.env['PATH'] = path;
    }
  }

  test('asked for twice at once builds once, and both get the whole artifact', async () => {
    const cache = join(folder, 'cache');
    const script = `sleep 0.2; echo "$out" >>${folder}/calls; touch "$out"`;
    const tiny = artifactOf(folder);
    const answers = await withGo(script, () =>
      Promise.all([build(tiny, cache, () => undefined), build(tiny, cache, () => undefined)]),
    );
    const whole = join(cache, 'tiny-v0');
    expect(answers).toEqual([
      { built: true, folder: whole },
      { built: true, folder: whole },
    ]);
    expect((await readdir(whole)).toSorted()).toEqual(['one', 'two']);
    expect(await readdir(cache)).toEqual(['tiny-v0']);
    expect((await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  test('that fails half-way says why and leaves nothing', async () => {
    const cache = join(folder, 'cache');
    const script = 'case "$out" in */two) echo "undefined: nonsense" >&2; exit 1;; esac; touch "$out"';
    const built = await withGo(script, () => build(artifactOf(folder), cache, () => undefined));
    expect(built).toEqual({ built: false, reason: 'go build ./two: undefined: nonsense' });
    expect(await readdir(cache)).toEqual([]);
  });

  test('without Go says so', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    const built = await build(artifactOf(folder), join(folder, 'cache'), () => undefined);
    process.env['PATH'] = path;
    expect(built).toHaveProperty('reason', expect.stringContaining('go cannot be run'));
  });
});
