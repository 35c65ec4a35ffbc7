/** Files, directories and standard input are found as a person would expect. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describe as print } from '../../src/config/issue.ts';
import { readPaths } from '../../src/config/paths.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bulkhead-paths-'));
});
afterEach(() => rm(root, { recursive: true }));

const stdin = (): Readable => Readable.from([Buffer.from('from: stdin\n')]);

/** What was read: `file: value`, or the issues; the directory of the test is left out. */
async function read(...paths: string[]): Promise<string[]> {
  const answer = await readPaths(
    paths.map((path) => (path === '-' ? path : join(root, path))),
    { stdin },
  );
  const lines = answer.ok
    ? answer.value.map(({ file, value }) => `${file} ${JSON.stringify(value)}`)
    : answer.issues.map(print);
  return lines.map((line) => line.replaceAll(`${root}/`, ''));
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), text);
}

describe('paths', () => {
  test('a directory gives its manifests in the order of their names, those below it included', async () => {
    await write('d/b.yaml', 'b: 1');
    await write('d/a.yml', 'a: 1');
    await write('d/c.json', '{"c": 1}');
    await write('d/a/z.yaml', 'z: 1');
    await write('d/README.md', '# not: [a manifest');
    await write('d/.hidden.yaml', 'hidden: 1');
    expect(await read('d')).toEqual([
      'd/a/z.yaml {"z":1}',
      'd/a.yml {"a":1}',
      'd/b.yaml {"b":1}',
      'd/c.json {"c":1}',
    ]);
  });

  test('a file that is named is read whatever its name', async () => {
    await write('manifest', 'a: 1');
    expect(await read('manifest')).toEqual(['manifest {"a":1}']);
  });

  test('paths keep the order given, and - is standard input', async () => {
    await write('b.yaml', 'b: 1');
    await write('a.yaml', 'a: 1');
    expect(await read('b.yaml', '-', 'a.yaml')).toEqual([
      'b.yaml {"b":1}',
      '- {"from":"stdin"}',
      'a.yaml {"a":1}',
    ]);
  });

  test('a mounted ConfigMap gives each of its files once', async () => {
    await write('m/..2026_11_21/rules.yaml', 'a: 1');
    await symlink('..2026_11_21', join(root, 'm/..data'));
    await symlink('..data/rules.yaml', join(root, 'm/rules.yaml'));
    expect(await read('m')).toEqual(['m/rules.yaml {"a":1}']);
  });

  test('a link to a directory above ends the walk', async () => {
    await write('d/a.yaml', 'a: 1');
    await symlink('..', join(root, 'd/loop'));
    expect(await read('d')).toEqual(['d/a.yaml {"a":1}']);
  });

  test('every mistake of every path is told at once', async () => {
    await write('broken.yaml', 'a: [');
    await write('twice.json', '{"a": 1, "a": 2}');
    await mkdir(join(root, 'empty'));
    await symlink('nowhere.yaml', join(root, 'empty/gone.yaml'));
    await mkdir(join(root, 'void'));
    expect(await read('missing.yaml', 'broken.yaml', 'twice.json', 'void', 'empty')).toEqual([
      'missing.yaml: there is no such file or directory; check the path (path.missing)',
      expect.stringContaining('broken.yaml:1:5: not valid YAML'),
      'twice.json:1:10: key "a" is written twice; keep one (document.duplicateKey)',
      'void: this directory holds no *.yaml, *.yml or *.json (path.empty)',
      'empty/gone.yaml: there is no such file or directory; check the path (path.missing)',
    ]);
  });

  test('a file that may not be read is an issue', async () => {
    await write('secret.yaml', 'a: 1');
    await chmod(join(root, 'secret.yaml'), 0);
    const readable = process.getuid?.() === 0;
    expect(await read('secret.yaml')).toEqual([
      readable
        ? 'secret.yaml {"a":1}'
        : 'secret.yaml: may not be read by this user; check its permissions (path.unreadable)',
    ]);
  });
});
