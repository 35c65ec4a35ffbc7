/** Limits as admission policies: they refuse nothing that Bulkhead allows, and all that it refuses where they say so. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/k8s/json.ts';
import { object, request } from '../admission/scenario.ts';
import { lawCases } from '../netpol/laws.ts';
import { pairOf } from './backstop.ts';

const namespaces = `
{apiVersion: v1, kind: Namespace, metadata: {name: a-dev, labels: {tenant: a, env: dev}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: a-prod, labels: {tenant: a, env: prod}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: b-dev, labels: {tenant: b, env: dev}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: half, labels: {tenant: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: free}}
`;

const boundary = (spec: string, name = 'limit'): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: ${name}}
spec:
  namespaceSelector: {matchExpressions: [{key: tenant, operator: Exists}]}
  floor: {mode: Create, allowDNS: false}
${spec}
`;

const policy = (spec: unknown, namespace = 'a-dev'): JsonObject =>
  object(
    stringify({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p', namespace },
      spec,
    }),
  );

const sameTenant = '{sameLabels: [tenant]}';

/** Limits of every simple form. */
const limits: readonly (readonly [string, string])[] = [
  ['nothing at all', '  ingress: []\n  egress: []'],
  ['the own tenant', `  ingress: [{from: [${sameTenant}]}]\n  egress: [{to: [${sameTenant}]}]`],
  [
    'the own tenant and environment, others on some ports',
    `  ingress:
  - from: [{sameLabels: [tenant, env]}]
  - from: [{namespaceSelector: {matchLabels: {tenant: b}}}]
    ports: [{port: 80, endPort: 90}, {protocol: UDP, port: 53}]
  - from: [{namespaceSelector: {matchLabels: {tenant: b}}, podSelector: {matchLabels: {app: x}}}]
    ports: [{port: 91, endPort: 100}, {port: web}]
  egress:
  - to: [{podSelector: {}}]
    ports: [{protocol: TCP}]
  - to: [{ipBlock: {cidr: 10.0.0.0/9}}]
    ports: [{port: 443}]
  - to: [{ipBlock: {cidr: 10.128.0.0/9}}]
    ports: [{port: 443}]
  - to: [{ipBlock: {cidr: 192.168.0.0/16, except: [192.168.8.0/24]}}]
    ports: [{port: 443}, {port: 8000, endPort: 9000}]
  never: {egress: [{to: [{ipBlock: {cidr: 10.1.2.3/32}}, {ipBlock: {cidr: 169.254.0.0/16}}]}]}`,
  ],
  [
    'more for some pods, everything for others',
    `  ingress:
  - from: [{podSelector: {matchLabels: {app: x}}}]
    appliesTo: {matchLabels: {tier: db}}
  - appliesTo: {matchLabels: {tier: web}}
  - ports: [{port: 1, endPort: 1000}]
  egress: [{}]
  never:
    egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}], ports: [{port: 80}]}]
    ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]`,
  ],
];

const labels = fc.oneof(
  fc.constant({}),
  fc.record({ app: fc.constantFrom('x', 'u') }),
  fc.record({ tier: fc.constantFrom('db', 'web', 'z') }),
);
const expression = fc.oneof(
  fc.record({ key: fc.constantFrom('app', 'role'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  fc.record({ key: fc.constant('role'), operator: fc.constant('NotIn'), values: fc.constant(['q', 'r']) }),
  fc.record({ key: fc.constant('role'), operator: fc.constant('In'), values: fc.constant(['q']) }),
);
/** A selector that asks each label once. */
const plainPods = fc.oneof(
  labels.map((matchLabels) => ({ matchLabels })),
  expression.map((one) => ({ matchExpressions: [one] })),
);
const plainSpaces = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.record({ tenant: fc.constantFrom('a', 'b') }) }),
  fc.record({
    matchLabels: fc.record({ tenant: fc.constantFrom('a', 'b'), env: fc.constantFrom('dev', 'prod') }),
  }),
  fc.record({
    matchExpressions: fc.tuple(
      fc.record({ key: fc.constant('tenant'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    ),
  }),
  fc.record({
    matchExpressions: fc.tuple(
      fc.record({
        key: fc.constant('tenant'),
        operator: fc.constant('In'),
        values: fc.constantFrom(['a'], ['b']),
      }),
    ),
  }),
);
/** None holds addresses of pods: what such a block means is for Bulkhead to say. */
const blocks = [
  '128.0.0.0/1',
  '0.0.0.0/5',
  '11.0.0.0/8',
  '10.0.0.0/9',
  '10.1.0.0/16',
  '10.1.2.3/32',
  '10.200.0.0/16',
  '192.168.4.0/22',
  '192.168.8.0/24',
  '192.168.0.0/16',
  '169.254.169.254/32',
  '198.51.100.7/32',
  '8.8.8.8/32',
  '2001:db8::/32',
];
const plainPeer = fc.oneof(
  plainPods.map((podSelector) => ({ podSelector })),
  plainSpaces.map((namespaceSelector) => ({ namespaceSelector })),
  fc.record({ namespaceSelector: plainSpaces, podSelector: plainPods }),
  fc.constantFrom(...blocks).map((cidr) => ({ ipBlock: { cidr } })),
);
const port = fc.oneof(
  fc.constant({}),
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP', 'SCTP') }),
  fc.record({ port: fc.constantFrom(53, 80, 85, 90, 91, 100, 443, 8500) }),
  fc.record({ protocol: fc.constant('UDP'), port: fc.constantFrom(53, 80) }),
  fc.constantFrom(
    { port: 80, endPort: 90 },
    { port: 80, endPort: 100 },
    { port: 1, endPort: 65535 },
    { port: 85, endPort: 95 },
  ),
  fc.constantFrom({ port: 'web' }, { port: 'other' }),
);
const rules = (peers: string, peer: fc.Arbitrary<object>): fc.Arbitrary<object[]> =>
  fc.array(
    fc.record(
      {
        [peers]: fc.array(peer, { minLength: 1, maxLength: 2 }),
        ports: fc.array(port, { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 2 },
  );
const specOf = (peer: fc.Arbitrary<object>, pods: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc.record(
    {
      podSelector: pods,
      policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
      ingress: rules('from', peer),
      egress: rules('to', peer),
    },
    { requiredKeys: ['podSelector'] },
  );
const plainSpec = specOf(plainPeer, plainPods);

/** Everything that is not covered too: names, contradictions, several values, exceptions, unusual spellings. */
const oddSelector = fc.oneof(
  plainSpaces,
  fc
    .constantFrom('a-dev', 'a-prod', 'b-dev', 'gone')
    .map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
  fc.constant({
    matchLabels: { tenant: 'a' },
    matchExpressions: [{ key: 'tenant', operator: 'NotIn', values: ['a'] }],
  }),
  fc.constant({ matchExpressions: [{ key: 'tenant', operator: 'In', values: ['a', 'b'] }] }),
  fc.constant({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'DoesNotExist' }] }),
  fc.constant({
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['a-dev', 'half'] }],
  }),
);
const oddBlock = fc.oneof(
  fc.constantFrom(
    { cidr: '0.0.0.0/0', except: ['169.254.0.0/16', '10.1.2.3/32', '198.51.100.0/24'] },
    { cidr: '10.0.0.0/8', except: ['10.0.0.0/9', '10.128.0.0/9'] },
    { cidr: '10.1.0.0/16', except: ['10.1.2.3/32'] },
    { cidr: '10.1.2.0/30', except: ['10.1.2.0/31', '10.1.2.2/32', '10.1.2.3/32'] },
    { cidr: '169.254.0.0/16', except: ['169.254.169.254/32'] },
    { cidr: '010.0.0.0/9' },
    { cidr: '10.1.2.3/9' },
    { cidr: '::ffff:10.0.0.0/105' },
    { cidr: '::ffff:0:0/96' },
    { cidr: '64:ff9b::/96' },
    { cidr: '::/0' },
    { cidr: '10.244.0.0/16' },
    { cidr: '0.0.0.0/0' },
    { cidr: '10.0.0.0/8' },
  ),
);
const oddPods = fc.oneof(
  plainPods,
  fc.constant({ matchLabels: { app: 'x' }, matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }),
  fc.constant({ matchExpressions: [{ key: 'tier', operator: 'In', values: ['db', 'web'] }] }),
);
const oddSpec = specOf(
  fc.oneof(
    plainPeer,
    oddSelector.map((namespaceSelector) => ({ namespaceSelector })),
    fc.record({ namespaceSelector: oddSelector, podSelector: oddPods }),
    oddBlock.map((ipBlock) => ({ ipBlock })),
  ),
  oddPods,
);

const where = fc.constantFrom('a-dev', 'b-dev', 'half', 'free');
const cluster = { cluster: { podCIDRs: ['10.244.0.0/16'] } };
const about = (codes: readonly string[]): boolean => codes.some((code) => code.startsWith('boundary.'));

describe.each(limits)('a limit of %s', (_name, spec) => {
  const pair = pairOf(boundary(spec), namespaces, cluster);

  test('is converted', () => {
    expect(pair.converted.left.map(({ what }) => what)).toEqual(['Boundary "limit", pods and otherPolicies']);
  });

  test('gives the same verdict on plain policies', () => {
    fc.assert(
      fc.property(plainSpec, where, (written, namespace) => {
        const sent = request(policy(written, namespace));
        const backstop = pair.backstop(sent);
        expect(backstop.filter((one) => one.includes('could not be evaluated'))).toEqual([]);
        expect({ refused: backstop.length > 0, written }).toEqual({
          refused: about(pair.refusals(sent)),
          written,
        });
      }),
      lawCases(),
    );
  });

  test('refuses nothing that Bulkhead allows, whatever the policy', () => {
    fc.assert(
      fc.property(oddSpec, where, (written, namespace) => {
        const sent = request(policy(written, namespace));
        const backstop = pair.backstop(sent);
        expect(backstop.filter((one) => one.includes('could not be evaluated'))).toEqual([]);
        if (backstop.length > 0)
          expect(about(pair.refusals(sent)) || pair.refusals(sent).includes('object.unreadable')).toBe(true);
      }),
      lawCases(),
    );
  });

  test('refuses no update that Bulkhead allows', () => {
    fc.assert(
      fc.property(oddSpec, oddSpec, (before, after) => {
        const sent = request(policy(after), { old: policy(before) });
        if (pair.backstop(sent).length > 0) expect(pair.refusals(sent)).not.toEqual([]);
      }),
      lawCases(),
    );
  });

  test('gives the same verdict on updates of policies that were inside', () => {
    const inside = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    fc.assert(
      fc.property(plainSpec, (after) => {
        const sent = request(policy(after), { old: inside });
        expect(pair.backstop(sent).length > 0).toBe(about(pair.refusals(sent)));
      }),
      lawCases(0.5),
    );
  });
});

describe('what cannot be converted exactly is named and left out', () => {
  const leftOf = (rules: string, settings: object = cluster): readonly string[] =>
    pairOf(rules, namespaces, settings)
      .converted.left.filter(({ what }) => !what.endsWith('pods and otherPolicies'))
      .map(({ what, reason }) => `${what}: ${reason}`);

  test.each([
    [
      'a selector that asks more',
      '  ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: tenant, operator: NotIn, values: [b]}]}}]}]',
      'ingress: /spec/ingress/0/from/0/namespaceSelector asks more of label tenant',
    ],
    [
      'touching blocks on different ports',
      '  egress: [{to: [{ipBlock: {cidr: 11.0.0.0/9}}], ports: [{port: 1}]}, {to: [{ipBlock: {cidr: 11.128.0.0/9}}], ports: [{port: 1}, {port: 2}]}]',
      'touch each other',
    ],
    ['onExcess that refuses nothing', '  onExcess: Audit\n  ingress: []', 'refuses nothing'],
    [
      'a prohibition of pods',
      '  ingress: [{}]\n  never: {ingress: [{from: [{sameLabels: [env]}]}]}',
      'about pods',
    ],
    [
      'a prohibition of pod addresses',
      '  egress: [{}]\n  never: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}',
      'addresses of pods',
    ],
    [
      'a prohibition for some pods',
      '  egress: [{}]\n  never: {egress: [{to: [{ipBlock: {cidr: 1.0.0.0/8}}], appliesTo: {matchLabels: {a: b}}}]}',
      'some pods only',
    ],
  ])('%s', (_name, spec, expected) => {
    expect(leftOf(boundary(spec))).toEqual([expect.stringContaining(expected)]);
  });

  test('limits beside a Boundary that narrows the same namespaces', () => {
    const both = `${boundary('  ingress: []')}---${boundary('  onExcess: Narrow\n  ingress: []', 'narrowing')}`;
    expect(leftOf(both)).toEqual([
      expect.stringContaining('narrows policies'),
      expect.stringContaining('onExcess: Narrow'),
    ]);
  });

  test('egress where another Boundary decides on DNS', () => {
    const lax = boundary('  egress: []').replace('allowDNS: false', 'allowDNS: true');
    const both = `${lax}---${boundary('  egress: []', 'strict')}`;
    expect(leftOf(both)).toEqual([expect.stringContaining('whether DNS is in the limit')]);
  });
});
