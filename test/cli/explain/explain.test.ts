/** `bulkhead explain` names the rule on each side, or the side that lacks one. */
import { describe, expect, test } from '@jest/globals';
import { capture } from '../capturedTerminal.ts';
import { policies, shop } from '../shopManifests.ts';

const stdin = shop + policies;
const explain = (from: string, to: string, ...more: readonly string[]): ReturnType<typeof capture> =>
  capture(['explain', '-', '--from', from, '--to', to, ...more], { stdin });

/** Line and column of the first place after a text. */
const after = (text: string): string => {
  const lines = stdin.slice(0, stdin.indexOf(text) + text.length).split('\n');
  return `-:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
};

describe('bulkhead explain', () => {
  test('names the rule on each side, with its place', async () => {
    const { code, stdout, stderr } = await explain('shop/web', 'shop/db', '--port', '5432');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first, egress, ingress, rest] = stdout.split('\n');
    expect(first).toBe('shop/web -> shop/db on TCP 5432: allowed');
    const place = after('egress:\n  - to:\n    - ');
    expect(egress).toBe(`  egress   allowed by shop/web /spec/egress/0/to/0 (TCP 5432) at ${place}`);
    expect(ingress).toMatch(
      /^ {2}ingress {2}allowed by shop\/db \/spec\/ingress\/0\/from\/0 \(TCP 5432,6000-6010\) at -:\d+:\d+$/,
    );
    expect(rest).toBe('');
  });

  test('says which side lacks a rule', async () => {
    const { code, stdout } = await explain('shop/db', 'shop/web', '--port', 'http');
    expect({ code, lines: stdout.split('\n') }).toEqual({
      code: 0,
      lines: [
        'shop/db -> shop/web on TCP 8080: denied',
        '  egress   denied: shop/floor isolates shop/db, and no rule allows to shop/web on TCP 8080',
        '  ingress  denied: shop/floor, shop/web isolate shop/web, and no rule allows from shop/db on TCP 8080',
        '',
      ],
    });
  });

  test('without a port tells all that can be opened', async () => {
    const { stdout } = await explain('bank/teller', 'shop/web');
    expect(stdout).toMatch(
      /^bank\/teller -> shop\/web: allowed\n {2}can open TCP 8080\n {2}egress {3}allowed: no policy isolates bank\/teller for egress\n {2}ingress {2}allowed by shop\/web \/spec\/ingress\/0\/from\/0 \(TCP 8080\) at /,
    );
  });

  test('knows addresses, and pods by theirs', async () => {
    expect((await explain('shop/web', '203.0.113.9', '--port', '443')).stdout).toMatch(/: allowed\n/);
    expect((await explain('shop/web', '203.0.114.9', '--port', '443')).stdout).toMatch(/: denied\n/);
    expect((await explain('203.0.113.9', 'shop/web', '--port', '8080')).stdout).toContain(
      '  egress   203.0.113.9 is outside the cluster; no policy binds it\n',
    );
    expect((await explain('shop/web', '10.244.0.7', '--port', '5432')).stdout).toMatch(
      /^shop\/web -> shop\/db on TCP 5432: allowed\n/,
    );
  });

  test('takes two pods of one workload for two', async () => {
    expect((await explain('shop/web', 'shop/web', '--port', '8080')).stdout).toMatch(
      /^shop\/web -> shop\/web \(another\) on TCP 8080: denied\n/,
    );
    expect((await explain('shop/db', 'shop/db', '--port', '8080')).stdout).toMatch(
      /: allowed\n {2}egress {3}a pod always reaches itself\n/,
    );
  });

  test('has the same in JSON', async () => {
    const { stdout } = await explain('shop/web', 'shop/db', '--port', '6005', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      source: { namespace: 'shop', pod: 'web' },
      destination: { namespace: 'shop', pod: 'db' },
      protocol: 'TCP',
      port: 6005,
      allowed: false,
      connections: [{ protocol: 'TCP', ports: '5432' }],
      egress: { allowed: false, reason: 'noRule', policies: ['shop/floor', 'shop/web'], rules: [] },
      ingress: {
        allowed: true,
        reason: 'rule',
        policies: ['shop/floor', 'shop/db'],
        rules: [
          {
            policy: 'shop/db',
            field: '/spec/ingress/0/from/0',
            file: '-',
            allowed: [{ protocol: 'TCP', ports: '5432,6000-6010' }],
          },
        ],
      },
    });
  });

  test.each([
    ['allowed', '5432', 0],
    ['denied', '5432', 1],
    ['allowed', '80', 1],
    ['denied', '80', 0],
  ])('--expect %s on port %s ends with %d', async (expected, port, code) => {
    expect((await explain('shop/web', 'shop/db', '--port', port, '--expect', expected)).code).toBe(code);
  });

  test.each([
    [['shop/wbe', 'shop/db'], '--from shop/wbe is no pod of the manifests; did you mean shop/web?'],
    [
      ['shop/web', 'nowhere/at-all-here'],
      '--to nowhere/at-all-here is no pod of the manifests; the manifests have',
    ],
    [['web', 'shop/db'], '--from "web" is neither NAMESPACE/POD nor an IP address'],
    [['1.1.1.1', '2.2.2.2'], 'one end has to be a pod'],
    [['shop/web', 'shop/db', '--port', '70000'], '--port 70000 must be between 0 and 65535'],
    [
      ['shop/web', 'shop/db', '--port', 'http'],
      '--port http is neither a number nor the name of a TCP container port',
    ],
    [['shop/web', 'shop/db', '--protocol', 'UDP'], '--protocol UDP needs a --port'],
    [
      ['shop/web', 'shop/db', '--protocol', 'OTHER', '--port', '1'],
      '--port means nothing with --protocol OTHER',
    ],
  ] as const)('refuses %j', async ([from, to, ...more], message) => {
    const { code, stdout, stderr } = await explain(from, to, ...more);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
