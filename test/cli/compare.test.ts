/** `bulkhead compare`: the relation of two sets of policies in words and as JSON, with a flow that shows each difference. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { capture } from './capturedTerminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-compare-'));
afterAll(() => rmSync(directory, { recursive: true }));

const policy = (egress: string): string =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress], egress: ${egress}}}\n`;

/** Compares two texts, the second from standard input. */
async function compare(a: string, b: string, ...argv: readonly string[]): ReturnType<typeof capture> {
  const file = join(directory, 'a.yaml');
  writeFileSync(file, a);
  const { code, stdout, stderr } = await capture(['compare', file, '-', ...argv], { stdin: b });
  return { code, stdout: stdout.replaceAll(file, 'a.yaml'), stderr: stderr.replaceAll(file, 'a.yaml') };
}

const block = '{ipBlock: {cidr: 10.0.0.0/8}}';
const halves = '{ipBlock: {cidr: 10.128.0.0/9}}, {ipBlock: {cidr: 10.0.0.0/9}}';

describe('bulkhead compare', () => {
  test.each([
    ['a block in halves', `[{to: [${block}]}]`, `[{to: [${halves}]}]`],
    [
      'rules in another order',
      `[{to: [${block}]}, {ports: [{port: 53}]}]`,
      `[{ports: [{port: 53}]}, {to: [${block}]}]`,
    ],
    ['a rule written twice', `[{to: [${block}]}]`, `[{to: [${block}]}, {to: [${block}]}]`],
    [
      'ports side by side',
      '[{ports: [{port: 80, endPort: 82}]}]',
      '[{ports: [{port: 81, endPort: 82}, {port: 80}]}]',
    ],
    [
      'values in one requirement or in several peers',
      '[{to: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [a, b]}]}}]}]',
      '[{to: [{podSelector: {matchLabels: {app: b}}}, {podSelector: {matchLabels: {app: a}}}]}]',
    ],
  ])('%s: equivalent', async (_, a, b) => {
    expect(await compare(policy(a), policy(b))).toEqual({
      code: 0,
      stdout: 'a.yaml and - are equivalent: they allow exactly the same, for all pods there could be\n',
      stderr: '',
    });
    const { stdout } = await compare(policy(a), policy(b), '-o', 'json');
    expect(JSON.parse(stdout)).toEqual({ relation: 'equivalent', onlyInA: null, onlyInB: null });
  });

  test('names what only one of them allows', async () => {
    const { code, stdout } = await compare(
      policy('[{ports: [{port: 80, endPort: 82}]}]'),
      policy('[{ports: [{port: 80}]}]'),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^- is within a\.yaml: a\.yaml allows more\nonly a\.yaml: .* on TCP 81 \(shop\/p \/spec\/egress\/0\)\n$/,
    );
  });

  test('keeps its JSON contract, with a witness each way', async () => {
    const { stdout } = await compare(
      policy(`[{to: [${block}]}]`),
      policy('[{ports: [{port: 80}]}]'),
      '-o',
      'json',
    );
    expect(JSON.parse(stdout)).toEqual({
      relation: 'incomparable',
      onlyInA: expect.objectContaining({
        direction: 'Egress',
        source: { namespace: 'shop', namespaceLabels: {}, pod: 'any-pod', podLabels: {} },
        destination: { ip: '10.0.0.1' },
        because: { policy: 'shop/p', field: '/spec/egress/0/to/0' },
        outside: { boundary: '-', limit: 'no egress rule of - allows it' },
        exists: false,
      }) as unknown,
      onlyInB: expect.objectContaining({
        protocol: 'TCP',
        port: 80,
        because: { policy: 'shop/p', field: '/spec/egress/0' },
      }) as unknown,
    });
  });

  test('labels that either side gives are facts for both', async () => {
    const to = (labels: string): string =>
      policy(`[{to: [{namespaceSelector: {matchLabels: {${labels}}}}]}]`);
    const [byName, byLabel] = [to('kubernetes.io/metadata.name: bank'), to('tenant: bank')];
    const bank = '---\n{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {tenant: bank}}}\n';
    const relation = async (a: string, b: string): Promise<unknown> =>
      (JSON.parse((await compare(a, b, '-o', 'json')).stdout) as { readonly relation: unknown }).relation;
    expect(await relation(byName, byLabel)).toBe('incomparable');
    expect(await relation(byName + bank, byLabel)).toBe('a-within-b');
    expect(await relation(byName, byLabel + bank)).toBe('a-within-b');
  });

  test('ends with 2 and tells the mistakes of both sides', async () => {
    const { code, stdout, stderr } = await compare(
      policy('[{to: [{ipBlock: {cidr: 10.0.0.0/40}}]}]'),
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  ingress:\n  - ports: [{port: 0}]\n',
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('a.yaml:1:');
    expect(stderr).toContain('/spec/egress/0/to/0/ipBlock/cidr: "10.0.0.0/40" is no CIDR');
    expect(stderr).toContain('-:6:20: /spec/ingress/0/ports/0/port: ');
    expect(stderr).toContain('2 mistakes');
  });
});
