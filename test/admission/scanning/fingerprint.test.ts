/** A finding is recognised again: not by where it stands, but by what it is. */
import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../src/admission/scanning/finding.ts';
import { baselineOf, compareWith, readBaseline } from '../../../src/admission/scanning/baseline.ts';
import { documents, namespaces, tenants } from '../scenario.ts';
import { floor, scanned } from './scanned.ts';

const floors = `${floor('payments')}${floor('orders')}`;

const policy = (spec: string, name = 'out'): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: payments}
spec: ${spec}
`;

const pod = (name: string, owner: string, extra = ''): string => `
---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: payments
  labels: {pod-template-hash: 7d4b9c}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: ${owner}, controller: true, uid: u}]
spec: {${extra} containers: [{name: c, image: i, securityContext: {capabilities: {drop: [ALL]}}}]}
`;

const prints = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ fingerprint }) => fingerprint).sort();

const found = (objects: string, inventory = namespaces): readonly string[] =>
  prints(scanned(`${floors}${objects}`, { namespaces: inventory }));

const open = '{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}';
const inside = '{to: [{podSelector: {}}]}';
const base = found(policy(`{podSelector: {}, egress: [${open}]}`));

test('a fingerprint is 32 hexadecimal digits', () => {
  expect(base).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

describe('the same fault', () => {
  test.each([
    ['after another rule came before it', policy(`{podSelector: {}, egress: [${inside}, ${open}]}`)],
    [
      'written in another order',
      policy(`{egress: [{ports: [{port: 443}], to: [{ipBlock: {cidr: 10.0.0.0/8}}]}], podSelector: {}}`),
    ],
    [
      'beside a peer that is fine',
      policy(
        `{podSelector: {}, egress: [{to: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}]}`,
      ),
    ],
  ])('is recognised %s', (_sentence, object) => {
    expect(found(object)).toEqual(base);
  });

  test('is recognised though another namespace makes a better witness', () => {
    const ingress = policy(
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}',
    );
    const more = `${namespaces}---\n{apiVersion: v1, kind: Namespace, metadata: {name: another, labels: {team: a}}}`;
    expect(found(ingress, more)).toEqual(found(ingress));
  });

  test('is recognised in the pod that replaces one, and in a new generation of its workload', () => {
    const first = found(pod('web-7d4b9c-x1', 'web-7d4b9c', 'hostPID: true,'));
    expect(first).toHaveLength(1);
    expect(found(pod('web-7d4b9c-z9', 'web-7d4b9c', 'hostPID: true,'))).toEqual(first);
    const next = pod('web-aaaaaa-x1', 'web-aaaaaa', 'hostPID: true,').replace('hash: 7d4b9c', 'hash: aaaaaa');
    expect(found(next)).toEqual(first);
  });
});

describe('another fault', () => {
  test.each([
    ['in another policy', policy(`{podSelector: {}, egress: [${open}]}`, 'other')],
    ['for more ports', policy('{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}')],
    [
      'for other addresses',
      policy('{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 11.0.0.0/8}}], ports: [{port: 443}]}]}'),
    ],
    ['for other pods', policy(`{podSelector: {matchLabels: {a: b}}, egress: [${open}]}`)],
  ])('is new: %s', (_sentence, object) => {
    const now = found(object);
    expect(now).toHaveLength(1);
    expect(now).not.toEqual(base);
  });

  test('is new: of another workload, of another setting', () => {
    const first = found(pod('web-7d4b9c-x1', 'web-7d4b9c', 'hostPID: true,'));
    expect(found(pod('api-7d4b9c-x1', 'api-7d4b9c', 'hostPID: true,'))).not.toEqual(first);
    expect(found(pod('web-7d4b9c-x1', 'web-7d4b9c', 'hostIPC: true,'))).not.toEqual(first);
  });
});

describe('a baseline', () => {
  const findings = scanned(`${floors}${policy(`{podSelector: {}, egress: [${open}], ingress: [{}]}`)}`);

  test('knows what it was made of, read back from its file', () => {
    const [document] = documents(JSON.stringify(baselineOf(findings)));
    const read = document === undefined ? undefined : readBaseline(document);
    if (read?.ok !== true) throw new Error(JSON.stringify(read));
    const comparison = compareWith(read.value, findings);
    expect(findings).toHaveLength(2);
    expect(findings.every(comparison.isKnown)).toBe(true);
    expect(comparison.gone).toBe(0);
  });

  test('does not know what came later, and counts what is gone', () => {
    const comparison = compareWith(baselineOf(findings.slice(0, 1)), findings.slice(1));
    expect(comparison.isKnown(findings[1] ?? raise())).toBe(false);
    expect(comparison.gone).toBe(1);
  });

  test('is written in the same order whatever the order of findings', () => {
    expect(baselineOf([...findings].reverse())).toEqual(baselineOf(findings));
  });

  test('holds no audited findings: they fail nothing', () => {
    const audited = scanned('', { rules: tenants.replace('mode: Create', 'mode: Audit') });
    expect(audited).toHaveLength(2);
    expect(baselineOf(audited).findings).toEqual([]);
  });

  test.each([
    ['another kind of file', '{apiVersion: v1, kind: List}', 'schema'],
    [
      'a fingerprint that is none',
      '{apiVersion: bulkhead.dev/v1alpha1, kind: ScanBaseline, findings: [{fingerprint: x, code: c, rule: r, resource: o, field: ""}]}',
      'schema',
    ],
  ])('refuses %s, with its place', (_sentence, text, code) => {
    const [document] = documents(text);
    const read = document === undefined ? undefined : readBaseline(document);
    expect(read).toMatchObject({ ok: false });
    if (read?.ok === false)
      expect(read.issues[0]).toMatchObject({ code: expect.stringContaining(code), line: 1 });
  });
});

function raise(): never {
  throw new Error('there is no such finding');
}
