/** How `bulkhead review` ends: 0 allowed, 1 denied, 2 something could not be read, with file, line and column. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { capture } from '../cli/capturedTerminal.ts';
import type { Captured } from '../cli/capturedTerminal.ts';

const example = ['--rules', 'policies/tenant-isolation', '--inventory', 'examples/inventory'];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-review-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Reviews a text; `FILE` in what was written stands for the file it was in. */
async function review(text: string, ...options: readonly string[]): Promise<Captured> {
  const file = join(directory, 'manifest.yaml');
  writeFileSync(file, text);
  const { code, stdout, stderr } = await capture(['review', file, ...example, ...options]);
  return { code, stdout: stdout.replaceAll(file, 'FILE'), stderr: stderr.replaceAll(file, 'FILE') };
}

const manifest = (apiVersion: string, kind: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a, namespace: payments-prod}\nspec: {podSelector: {}}\n`;

describe('what cannot be read ends with 2 and the place', () => {
  test.each<[string, string, string]>([
    ['broken YAML', 'kind: [Pod\nmetadata: {}\n', 'error: FILE:2:'],
    ['no mapping', '- 1\n', 'error: FILE:1:1: a manifest must be an object with apiVersion and kind'],
    ['no kind', 'apiVersion: v1\n', 'error: FILE:1:1: kind is missing'],
    [
      'a wrong version of networking.k8s.io',
      manifest('networking.k8s.io/v1beta1', 'NetworkPolicy'),
      'error: FILE:1:13: /apiVersion: "networking.k8s.io/v1beta1" is not known; write networking.k8s.io/v1',
    ],
    [
      'a group that NetworkPolicies left',
      manifest('extensions/v1beta1', 'NetworkPolicy'),
      'error: FILE:1:13: /apiVersion: NetworkPolicy is not of extensions/v1beta1; write networking.k8s.io/v1',
    ],
    [
      'a wrong version of the core group',
      manifest('v2', 'Pod'),
      'error: FILE:1:13: /apiVersion: "v2" is not known; write v1',
    ],
    [
      'a kind of another group in core',
      manifest('v1', 'NetworkPolicy'),
      'error: FILE:2:7: /kind: "NetworkPolicy" is no kind of v1; NetworkPolicy is of networking.k8s.io/v1',
    ],
    [
      'an unknown kind in core',
      manifest('v1', 'Pood'),
      'error: FILE:2:7: /kind: "Pood" is no kind of v1; known: Pod,',
    ],
    [
      'an unknown kind in networking.k8s.io',
      manifest('networking.k8s.io/v1', 'NetworkPolice'),
      'error: FILE:2:7: /kind: "NetworkPolice" is no kind of networking.k8s.io/v1; known: NetworkPolicy,',
    ],
    [
      'an unknown kind in bulkhead.dev',
      manifest('bulkhead.dev/v1alpha1', 'Bounday'),
      'error: FILE:2:7: /kind: "Bounday" is no kind of bulkhead.dev/v1alpha1; known: ',
    ],
    [
      'a NetworkPolicy that no API server takes in',
      manifest('networking.k8s.io/v1', 'NetworkPolicy').replace(
        '{podSelector: {}}',
        '{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/33}}]}]}',
      ),
      'error: FILE:4:',
    ],
  ])('%s', async (_, text, error) => {
    const { code, stderr } = await review(text);
    expect(stderr).toContain(error);
    expect(stderr).toMatch(/FILE:\d+:\d+: /);
    expect(code).toBe(2);
  });

  test('a missing file', async () => {
    const { code, stdout, stderr } = await capture(['review', 'examples/nowhere.yaml', ...example]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'error: examples/nowhere.yaml: there is no such file or directory; check the path (path.missing)\n',
    );
  });

  test('and what can be read beside it is decided all the same', async () => {
    const { code, stdout } = await review(`${manifest('v1', 'Pood')}---\n${manifest('v1', 'ConfigMap')}`);
    expect({ code, first: stdout.split('\n')[0] }).toEqual({
      code: 2,
      first: 'allowed  FILE:6 ConfigMap payments-prod/a: no rule applies',
    });
  });
});

describe('what can be read', () => {
  test.each([
    'cilium.io/v2 CiliumNetworkPolicy',
    'projectcalico.org/v3 NetworkPolicy',
    'k8s.ovn.org/v1 EgressFirewall',
  ])('%s, another policy kind in a guarded namespace, is denied', async (both) => {
    const [apiVersion = '', kind = ''] = both.split(' ');
    const { code, stdout } = await review(manifest(apiVersion, kind), '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      allowed: false,
      violations: [{ code: 'otherPolicies.kind', rule: 'tenants', action: 'Deny' }],
    });
  });

  test('a policy kind for the whole cluster is denied too', async () => {
    const { code } = await review(manifest('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'));
    expect(code).toBe(1);
  });

  test.each([
    'apps/v1 Deployment',
    'example.org/v1 NetworkPolicy',
    'v1 Service',
    'networking.k8s.io/v1 Ingress',
  ])('%s is allowed: no rule applies', async (both) => {
    const [apiVersion = '', kind = ''] = both.split(' ');
    const { code, stdout, stderr } = await review(manifest(apiVersion, kind));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${kind} payments-prod/a: no rule applies\n`);
    expect(stdout).toContain('0 denied, 0 allowed, 1 without a rule');
  });

  test('a policy in a namespace that nobody has heard of is denied, not passed over', async () => {
    const text = manifest('networking.k8s.io/v1', 'NetworkPolicy').replace('payments-prod', 'nowhere');
    const { code, stdout } = await review(text);
    expect(code).toBe(1);
    expect(stdout).toContain('namespace "nowhere" does not exist; create it first');
  });
});

describe('the examples', () => {
  test('that are good end with 0', async () => {
    expect(await capture(['review', 'examples/good', ...example])).toMatchObject({ code: 0, stderr: '' });
  });

  test('that are bad end with 1', async () => {
    expect(await capture(['review', 'examples/bad', ...example])).toMatchObject({ code: 1, stderr: '' });
  });
});

describe('without rules', () => {
  test('nothing is decided: that would allow everything', async () => {
    const { code, stdout, stderr } = await capture(['review', 'examples/good']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      "error: required option '--rules <path>' not specified\nTry: bulkhead review --help\n",
    );
  });

  test('where no Boundary is among them, that is told', async () => {
    const rules = ['--rules', 'examples/inventory', '--inventory', 'policies/tenant-isolation'];
    const { stderr } = await capture(['review', 'examples/good', ...rules]);
    expect(stderr).toBe('warning: no Boundary is among the rules, so no network limit is in force\n');
  });
});

describe('--narrow', () => {
  test('prints the part of a policy that is allowed, and ends with 0', async () => {
    const file = 'examples/bad/08-port-range.yaml';
    const { code, stdout } = await capture(['review', file, ...example, '--narrow']);
    expect({ code, ports: [...stdout.matchAll(/port: (\d+)/g)].map(([, port]) => port) }).toEqual({
      code: 0,
      ports: ['443', '5432'],
    });
  });

  test('what it prints is allowed, and stays as it is', async () => {
    const narrowed = await capture(['review', 'examples/bad', ...example, '--narrow']);
    const again = await capture(['review', '-', ...example, '--narrow'], { stdin: narrowed.stdout });
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
    expect(again.stdout).toBe(narrowed.stdout);
  });

  test('has nothing to print of a Pod, and says so', async () => {
    const { code, stdout, stderr } = await capture([
      'review',
      'examples/bad/16-host-network.yaml',
      ...example,
      '--narrow',
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'Pod payments-prod/host-network is denied and no NetworkPolicy; leave --narrow out to see why\n',
    );
  });
});
