/** `bulkhead diff` tells what a change opens and closes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { capture } from './capturedTerminal.ts';
import { policies, shop } from './shopManifests.ts';

const root = await mkdtemp(join(tmpdir(), 'bulkhead-diff-'));
afterAll(() => rm(root, { recursive: true }));
const before = join(root, 'before.yaml');
await writeFile(before, shop + policies);

const after =
  shop +
  policies
    .replace('203.0.113.0/24', '203.0.112.0/23')
    .replace('{port: 6000, endPort: 6010}', '{port: 53}')
    .replace('{port: 5432}]\n  - to', '{protocol: TCP}]\n  - to');
const diff = (stdin: string, ...argv: readonly string[]): ReturnType<typeof capture> =>
  capture(['diff', before, '-', ...argv], { stdin });

describe('bulkhead diff', () => {
  test('tells what is opened and closed', async () => {
    const { code, stdout, stderr } = await diff(after);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'opened',
        '  + shop/web  -> shop/db                 TCP 53',
        '  + shop/web  -> outside 203.0.112.0/24  TCP 443',
        '',
      ].join('\n'),
    );
    const back = await capture(['diff', '-', before], { stdin: after });
    expect(back.stdout).toContain('closed\n  - shop/web  -> shop/db                 TCP 53\n');
  });

  test('has the same in JSON and as a table', async () => {
    expect(JSON.parse((await diff(after, '-o', 'json')).stdout)).toEqual({
      opened: [
        {
          source: { namespace: 'shop', pod: 'web' },
          destination: { namespace: 'shop', pod: 'db' },
          allowed: [{ protocol: 'TCP', ports: '53' }],
        },
        {
          source: { namespace: 'shop', pod: 'web' },
          destination: { cidr: '203.0.112.0/24' },
          allowed: [{ protocol: 'TCP', ports: '443' }],
        },
      ],
      closed: [],
      added: [],
      removed: [],
    });
    expect((await diff(after, '-o', 'table')).stdout).toMatch(
      /^CHANGE +SOURCE +DESTINATION +CONNECTIONS\nopened +shop\/web +shop\/db +TCP 53\n/,
    );
  });

  test('says so where nothing changes, and names new pods', async () => {
    expect((await diff(shop + policies)).stdout).toBe('no connection is opened or closed\n');
    const more = `${shop}${policies}---\napiVersion: v1\nkind: Pod\nmetadata: {name: more, namespace: shop}\nspec: {}`;
    expect((await diff(more)).stdout).toBe('no connection is opened or closed\nnew pods: shop/more\n');
  });

  test('colours for people only', async () => {
    const { stdout } = await capture(['diff', before, '-'], { stdin: after, isTerminal: true });
    expect(stdout).toContain('\u001b[31m  + shop/web');
  });
});
