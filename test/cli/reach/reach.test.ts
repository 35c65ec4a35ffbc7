/** `bulkhead reach` in each of its forms. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { capture } from '../capturedTerminal.ts';
import { policies, shop } from '../shopManifests.ts';

const reach = (stdin: string, ...argv: readonly string[]): ReturnType<typeof capture> =>
  capture(['reach', '-', ...argv], { stdin });

describe('bulkhead reach', () => {
  test('tells people who reaches whom', async () => {
    const { code, stdout, stderr } = await reach(shop + policies);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'bank/teller',
        '  -> shop/web                 TCP 8080',
        '  -> outside 0.0.0.0/0, ::/0  everything',
        'shop/web',
        '  -> shop/db                 TCP 5432',
        '  -> outside 203.0.113.0/24  TCP 443',
        'outside 0.0.0.0/0, ::/0',
        '  -> bank/teller  everything',
        '',
      ].join('\n'),
    );
  });

  test('keeps its JSON contract', async () => {
    const { stdout } = await reach(shop + policies, '-o', 'json');
    const web = { namespace: 'shop', pod: 'web' };
    const teller = { namespace: 'bank', pod: 'teller' };
    const everything = ['TCP', 'UDP', 'SCTP', 'OTHER'].map((protocol) => ({ protocol }));
    expect(JSON.parse(stdout)).toEqual({
      connections: [
        { source: teller, destination: web, allowed: [{ protocol: 'TCP', ports: '8080' }] },
        { source: teller, destination: { cidr: '0.0.0.0/0' }, allowed: everything },
        { source: teller, destination: { cidr: '::/0' }, allowed: everything },
        {
          source: web,
          destination: { namespace: 'shop', pod: 'db' },
          allowed: [{ protocol: 'TCP', ports: '5432' }],
        },
        {
          source: web,
          destination: { cidr: '203.0.113.0/24' },
          allowed: [{ protocol: 'TCP', ports: '443' }],
        },
        { source: { cidr: '0.0.0.0/0' }, destination: teller, allowed: everything },
        { source: { cidr: '::/0' }, destination: teller, allowed: everything },
      ],
    });
  });

  test('is an empty list where nobody can talk, with a word on why', async () => {
    const { code, stdout, stderr } = await reach(
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}',
      '-o',
      'json',
    );
    expect({ code, list: JSON.parse(stdout) as unknown }).toEqual({ code: 0, list: { connections: [] } });
    expect(stderr).toContain('warning: the manifests hold no Pod and no workload');
  });

  test('prints a table and counts many blocks', async () => {
    const hole = policies.replace('cidr: 203.0.113.0/24', 'cidr: 0.0.0.0/0, except: [169.254.169.254/32]');
    const { stdout } = await reach(shop + hole, '-o', 'table');
    expect(stdout.split('\n')[0]).toMatch(/^SOURCE +DESTINATION +ALLOWED$/);
    expect(stdout).toMatch(
      /shop\/web +outside 0\.0\.0\.0\/1, 128\.0\.0\.0\/3, 160\.0\.0\.0\/5 and 29 more blocks +TCP 443\n/,
    );
  });

  test('knows plugins that do not match pods by address', async () => {
    const byAddress = `${shop}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: bank}
spec: {policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.244.0.0/16}}]}]}`;
    expect((await reach(byAddress, '-o', 'table')).stdout).toMatch(/bank\/teller +shop\/db/);
    const rows = (await reach(byAddress, '--pod-ips-unmatched', '-o', 'table')).stdout;
    expect(rows).not.toMatch(/bank\/teller +shop\/db/);
  });

  test('draws a graph in which every text is quoted', async () => {
    const odd = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\\"]; evil -> \\\\ \\n"}\nspec: {}';
    const { stdout } = await reach(shop + odd, '-o', 'dot');
    expect(stdout).toMatch(/^digraph "reach" \{\n[^]*\n\}\n$/);
    expect(stdout).toContain('label="shop";');
    expect(stdout).toContain('"shop/web" -> "shop/db" [label="everything"];');
    expect(stdout).toContain(String.raw`"default/a\"]; evil -> \\ " [label="a\"]; evil -> \\ "];`);
  });

  test('makes a page that loads nothing, runs nothing and escapes everything', async () => {
    const odd = 'apiVersion: v1\nkind: Pod\nmetadata: {name: "<script>alert(1)</script>&\'\\""}\nspec: {}';
    const { stdout } = await reach(shop + odd, '-o', 'html');
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).not.toMatch(/<script|<img|<link|src=|href=|url\(|@import|style="/);
    expect(stdout).toContain('default/&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;&quot;');
    const style = /<style>([^]*?)<\/style>/.exec(stdout)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(stdout).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
    expect(style).toContain('color-scheme:light dark');
  });

  test.each([
    ['a broken document', 'a: [', /^error: -:1:\d+: .*\(document\.syntax\)\n$/],
    [
      'a policy of another kind',
      'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy',
      /^error: -:2:7: .*\(inventory\.otherPolicy\)\n$/,
    ],
  ])('ends with 2 on %s, with its place', async (_, stdin, message) => {
    const { code, stdout, stderr } = await reach(stdin);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('wants to know where', async () => {
    expect((await capture(['reach'])).code).toBe(2);
    expect(await capture(['reach', 'no-such-file.yaml'])).toMatchObject({ code: 2, stdout: '' });
  });
});
