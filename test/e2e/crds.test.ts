// Bulkhead's own kinds on a real API server: what the schema takes, what it refuses, and how it reads.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { installKinds, removeRules } from './ownKinds.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import type { Printed } from '../cluster/kubectl.ts';

const cluster = connect(readConnection(process.env));
const root = join(import.meta.dirname, '..', '..');
const apiVersion = 'bulkhead.dev/v1alpha1';

beforeAll(() => installKinds(cluster));
afterAll(() => removeRules(cluster));

const apply = (object: object): Promise<Printed> =>
  cluster.kubectl('admin', ['--namespace', 'default', 'apply', '--dry-run=server', '-f', '-'], {
    stdin: object,
  });

const boundary = (spec: object): object => ({
  apiVersion,
  kind: 'Boundary',
  metadata: { name: 'crd-test' },
  spec: { namespaceSelector: {}, floor: { mode: 'Create' }, ...spec },
});
const guardrail = (spec: object): object => ({
  apiVersion,
  kind: 'GuardrailPolicy',
  metadata: { name: 'crd-test' },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    validations: [{ expression: 'true' }],
    ...spec,
  },
});
const exception = (spec: object): object => ({
  apiVersion,
  kind: 'GuardrailException',
  metadata: { name: 'crd-test' },
  spec: {
    target: { boundaries: ['tenants'] },
    category: 'Waiver',
    reason: 'the old billing system is moved next month',
    expiresAt: '2027-01-01T00:00:00Z',
    ...spec,
  },
});
const record = (name: string, spec: object): object => ({
  apiVersion,
  kind: 'NamespaceRecord',
  metadata: { name },
  spec: { labels: {}, attested: false, ...spec },
});

describe('what is right is taken', () => {
  test('the rules that ship', async () => {
    const applied = await cluster.kubectl('admin', [
      ...['apply', '--dry-run=server'],
      ...['boundary.yaml', 'sensitive.yaml'].flatMap((file) => [
        '-f',
        join(root, 'policies', 'tenant-isolation', file),
      ]),
    ]);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    [
      'a Boundary with every sort of peer',
      boundary({
        ingress: [
          {
            from: [{ sameLabels: ['a/b'] }, { kubeAPI: true }],
            ports: [{ port: 1, endPort: 9 }, { port: 'http' }],
          },
        ],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], appliesTo: {} }],
        never: { egress: [{ to: [{ ipBlock: { cidr: 'fd00::/8' } }] }] },
        portNames: { http: ['TCP/8080'] },
      }),
    ],
    ['a GuardrailPolicy', guardrail({ severity: 'high', validationActions: ['Deny', 'Audit'] })],
    [
      'a GuardrailException',
      exception({ allow: { egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] } }),
    ],
    ['a NamespaceRecord', record('payments', { labels: { 'bulkhead.dev/tenant': 'payments' } })],
  ])('%s', async (_, object) => {
    expect(await apply(object)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what is wrong is refused by the schema', () => {
  test.each([
    ['no floor', boundary({ floor: undefined }), 'spec.floor: Required value'],
    ['an unknown field', boundary({ ingres: [] }), 'unknown field "spec.ingres"'],
    ['a word that is none', boundary({ onExcess: 'deny' }), 'Unsupported value: "deny"'],
    ['a peer that says nobody', boundary({ ingress: [{ from: [{}] }] }), 'a peer must say who'],
    [
      'a block beside a selector',
      boundary({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] }),
      'ipBlock and kubeAPI stand alone',
    ],
    [
      'a block that is none',
      boundary({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0' } }] }] }),
      'cidr must be an address range',
    ],
    ['kubeAPI: false', boundary({ egress: [{ to: [{ kubeAPI: false }] }] }), 'Unsupported value: false'],
    [
      'a range of names',
      boundary({ ingress: [{ ports: [{ port: 'http', endPort: 9 }] }] }),
      'endPort needs a numeric port',
    ],
    [
      'a range that runs backwards',
      boundary({ ingress: [{ ports: [{ port: 10, endPort: 9 }] }] }),
      'endPort needs a numeric port',
    ],
    ['port 65536', boundary({ ingress: [{ ports: [{ port: 65_536 }] }] }), 'less than or equal to 65535'],
    [
      'a port name that is too long',
      boundary({ ingress: [{ ports: [{ port: 'a-name-that-is-too-long' }] }] }),
      'may not be more than 15',
    ],
    [
      'a floor for some pods',
      boundary({ floor: { mode: 'Create', allow: { ingress: [{ appliesTo: {} }] } } }),
      'a floor is for every pod',
    ],
    ['a port name in capitals', boundary({ portNames: { HTTP: ['TCP/80'] } }), 'a port name has at most 15'],
    [
      '257 rules',
      boundary({ ingress: Array.from({ length: 257 }, () => ({})) }),
      'must have at most 256 items',
    ],
    ['a guardrail that checks nothing', guardrail({ validations: [] }), 'it needs validations'],
    ['a guardrail that matches nothing', guardrail({ matchConstraints: {} }), 'must name at least one rule'],
    ['an exception for no reason', exception({ reason: 'because' }), 'at least 20 chars'],
    ['an exception from nothing', exception({ target: {} }), 'target must name'],
    ['an exception without an end', exception({ expiresAt: undefined }), 'spec.expiresAt: Required value'],
    ['an exception that ends some day', exception({ expiresAt: 'soon' }), 'must be of type date-time'],
    [
      'an exception that ends before it begins',
      exception({ notBefore: '2027-02-01T00:00:00Z' }),
      'expiresAt must be after notBefore',
    ],
    ['an exception of half a year', exception({ notBefore: '2026-06-01T00:00:00Z' }), 'at most 90 days'],
    ['a record of no namespace', record('a'.repeat(64), {}), 'at most 63 characters'],
    [
      'a record with a label that is none',
      record('x', { labels: { k: 'v'.repeat(64) } }),
      'Too long: may not be more than 63',
    ],
  ])('%s', async (_, object, told) => {
    const { code, stderr } = await apply(object);
    expect(stderr).toContain(told);
    expect(code).toBe(1);
  });
});

describe('how it reads', () => {
  test.each([
    ['bnd', 'The most that may be allowed into and out of the namespaces it selects.'],
    ['bnd.spec.never', 'Subtracted last: wins over everything that allows.'],
    ['bnd.status.conditions', 'Proven: nothing can get outside it'],
    ['grp.spec.validations', 'a CEL expression'],
    ['grp.spec.matchConstraints.namespaceSelector', 'matchExpressions'],
    ['gex.spec', 'expiresAt'],
    ['nsr', 'Whose the name of a namespace is.'],
  ])('kubectl explain %s', async (path, text) => {
    const { stdout } = await cluster.kubectl('admin', ['explain', path]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(text);
  });

  test('kubectl get bulkhead shows all of them', async () => {
    const made = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: boundary({}) });
    expect(made.code).toBe(0);
    const { stdout } = await cluster.kubectl('admin', ['get', 'bulkhead']);
    expect(stdout).toMatch(/NAME +NAMESPACES +FLOORS +MISSING +ACCEPTED +PROVEN +ENFORCED +AGE/);
    expect(stdout).toContain('boundary.bulkhead.dev/crd-test');
  });

  test('the status is a subresource: who writes the spec writes no status', async () => {
    await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: boundary({}) });
    const path = '/apis/bulkhead.dev/v1alpha1/boundaries/crd-test';
    const answer = await cluster.call('admin', path, {
      method: 'PATCH',
      body: { status: { namespaces: 7 } },
    });
    expect(answer).toMatchObject({ status: 200, body: { metadata: { generation: 1 } } });
    expect(answer.text).not.toContain('"namespaces":7');
  });
});
