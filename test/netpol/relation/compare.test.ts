// compare() against the concrete evaluator: what it calls equal or within must be so for every concrete flow, and its witnesses must be real.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAddress } from '../../../src/k8s/cidr.ts';
import { decodeNetworkPolicy } from '../../../src/k8s/networkPolicyDecode.ts';
import type { NetworkPolicy } from '../../../src/k8s/networkPolicy.ts';
import type { Endpoint, Witness } from '../../../src/k8s/witness.ts';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import type { ConcreteEndpoint, ConcretePod, Connection } from '../../../src/netpol/concrete/world.ts';
import { compare } from '../../../src/netpol/relation/compare.ts';
import type { Comparison } from '../../../src/netpol/relation/compare.ts';
import { exampleOf } from '../../../src/netpol/relation/example.ts';

const runs = { full: 100_000, ci: 3_000 }[process.env['BULKHEAD_DEEP'] ?? ''] ?? 150;

function policy(spec: object, namespace = 'a', name = 'p'): NetworkPolicy {
  const read = decodeNetworkPolicy({ metadata: { name, namespace }, spec }, { strict: true });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

const setOf = (...policies: readonly NetworkPolicy[]) => ({
  policies,
  namespaces: new Map<string, Map<string, string>>(),
});

function relate(a: readonly NetworkPolicy[], b: readonly NetworkPolicy[]): Comparison {
  const compared = compare(setOf(...a), setOf(...b));
  if (compared === 'tooComplex') throw new Error('too complex');
  return compared;
}

const egress = (...rules: readonly object[]): NetworkPolicy =>
  policy({ podSelector: {}, policyTypes: ['Egress'], egress: rules });
const to = (cidr: string, ...ports: readonly object[]): object => ({
  to: [{ ipBlock: { cidr } }],
  ...(ports.length === 0 ? {} : { ports }),
});

describe('rewrites are equivalent', () => {
  test.each([
    ['a range split in two', [egress(to('0.0.0.0/0'))], [egress(to('0.0.0.0/1'), to('128.0.0.0/1'))]],
    [
      'rules in another order',
      [egress(to('10.0.0.0/8'), to('11.0.0.0/8'))],
      [egress(to('11.0.0.0/8'), to('10.0.0.0/8'))],
    ],
    ['a rule said twice', [egress(to('10.0.0.0/8'))], [egress(to('10.0.0.0/8'), to('10.0.0.0/8'))]],
    [
      'adjacent ports and a range',
      [egress(to('10.0.0.0/8', { port: 80, endPort: 82 }))],
      [egress(to('10.0.0.0/8', { port: 80 }, { port: 81 }, { port: 82 }))],
    ],
    [
      'one In and several peers',
      [
        egress({
          to: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['x', 'y'] }] } }],
        }),
      ],
      [
        egress({
          to: [
            { podSelector: { matchLabels: { app: 'y' } } },
            { podSelector: { matchLabels: { app: 'x' } } },
          ],
        }),
      ],
    ],
    [
      'own namespace by selector and by name',
      [egress({ to: [{ podSelector: {} }] })],
      [egress({ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'a' } } }] })],
    ],
    [
      'one policy and the same in two',
      [egress(to('10.0.0.0/8'), to('11.0.0.0/8'))],
      [egress(to('10.0.0.0/8')), egress(to('11.0.0.0/8'))],
    ],
    [
      'a block whose exceptions cover it, and no rule',
      [egress({ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/9', '10.128.0.0/9'] } }] })],
      [egress()],
    ],
  ])('%s', (_, a, b) => {
    expect(relate(a, b)).toEqual({ relation: 'equivalent', onlyInA: undefined, onlyInB: undefined });
  });
});

describe('differences are told by their direction', () => {
  test.each([
    ['no policy allows more than any', [], [egress(to('10.0.0.0/8'))], 'b-within-a'],
    [
      'a port less is within',
      [egress(to('10.0.0.0/8', { port: 80 }))],
      [egress(to('10.0.0.0/8'))],
      'a-within-b',
    ],
    [
      'ports: TCP is less than every protocol',
      [egress(to('10.0.0.0/8', {}))],
      [egress(to('10.0.0.0/8'))],
      'a-within-b',
    ],
    ['each has something of its own', [egress(to('10.0.0.0/8'))], [egress(to('11.0.0.0/8'))], 'incomparable'],
    [
      'NotIn also selects pods without the label',
      [
        egress({
          to: [
            {
              podSelector: {
                matchExpressions: [
                  { key: 'k', operator: 'Exists' },
                  { key: 'k', operator: 'NotIn', values: ['x'] },
                ],
              },
            },
          ],
        }),
      ],
      [
        egress({
          to: [{ podSelector: { matchExpressions: [{ key: 'k', operator: 'NotIn', values: ['x'] }] } }],
        }),
      ],
      'a-within-b',
    ],
    [
      'policyTypes without Egress does not isolate egress',
      [policy({ podSelector: {}, policyTypes: ['Ingress'] })],
      [policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })],
      'b-within-a',
    ],
  ])('%s', (_, a, b, relation) => {
    expect(relate(a, b).relation).toBe(relation);
  });

  test('labels that are given make a selector and a name the same namespace, but not every other one', () => {
    const namespaces = new Map([['shop', new Map([['team', 'x']])]]);
    const byLabel = {
      policies: [egress({ to: [{ namespaceSelector: { matchLabels: { team: 'x' } } }] })],
      namespaces,
    };
    const byName = {
      policies: [
        egress({ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }] }),
      ],
      namespaces,
    };
    expect(compare(byName, byLabel)).toMatchObject({ relation: 'a-within-b' });
  });
});

const labels = fc
  .subarray(['x', 'y'], { maxLength: 1 })
  .map(([value]) => (value === undefined ? {} : { k: value }));
const requirement = fc.oneof(
  fc.record({
    key: fc.constant('k'),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.subarray(['x', 'y'], { minLength: 1 }),
  }),
  fc.record({ key: fc.constant('k'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
const selector = fc.oneof(
  labels.map((matchLabels) => ({ matchLabels })),
  requirement.map((one) => ({ matchExpressions: [one] })),
);
const byName = fc
  .constantFrom('a', 'b', 'c')
  .map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } }));
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: fc.oneof(byName, selector) }),
  fc.record({ namespaceSelector: fc.oneof(byName, selector), podSelector: selector }),
  fc
    .constantFrom('0.0.0.0/0', '10.0.0.0/31', '10.0.0.0/32', '0.0.0.0/1', '::/0')
    .map((cidr) => ({ ipBlock: { cidr } })),
  fc.constant({ ipBlock: { cidr: '10.0.0.0/30', except: ['10.0.0.0/31'] } }),
);
const port = fc.oneof(
  fc.constantFrom(
    {},
    { port: 1 },
    { port: 2 },
    { port: 1, endPort: 2 },
    { protocol: 'UDP' },
    { port: 'web' },
  ),
  fc.constant({ port: 1, endPort: 65535 }),
);
const rules = (key: string) =>
  fc.array(fc.record({ [key]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) }), {
    maxLength: 2,
  });
const policies = fc.array(
  fc
    .record({
      namespace: fc.constantFrom('a', 'b'),
      spec: fc.record({
        podSelector: selector,
        policyTypes: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
        ingress: rules('from'),
        egress: rules('to'),
      }),
    })
    .map(({ namespace, spec }) => policy(spec, namespace)),
  { maxLength: 3 },
);

const named = [
  [],
  [{ name: 'web', protocol: 'TCP' as const, number: 1 }],
  [{ name: 'web', protocol: 'TCP' as const, number: 2 }],
];
const pods: readonly ConcretePod[] = ['a', 'b', 'c', 'd'].flatMap((namespace) =>
  [{}, { k: 'x' }, { k: 'z' }].flatMap((own, at) =>
    [new Map<string, string>(), new Map([['k', 'y']])].flatMap((outer, index) =>
      named.map((ports, number): ConcretePod => ({
        kind: 'pod',
        namespace: { name: namespace, labels: outer },
        name: `pod-${at}-${index}-${number}`,
        labels: new Map(Object.entries(own)),
        ips: [],
        hostNetwork: false,
        ports,
      })),
    ),
  ),
);
const addresses: readonly ConcreteEndpoint[] = ['10.0.0.0', '10.0.0.2', '200.0.0.1', 'fd00::1'].flatMap(
  (text) => {
    const parsed = parseAddress(text);
    return parsed === undefined
      ? []
      : [{ kind: 'address', address: { family: parsed.family, value: parsed.value } }];
  },
);
const connections: readonly Connection[] = [
  { protocol: 'TCP', port: 1 },
  { protocol: 'TCP', port: 2 },
  { protocol: 'TCP', port: 3 },
  { protocol: 'UDP', port: 1 },
  { protocol: 'OTHER' },
];

/** Go's net package does not find an IPv4 address in an IPv6 block that is wider than ::ffff:0:0/96. */
const plain = { ...documented, foldMapped: false };

const allows = (
  set: readonly NetworkPolicy[],
  source: ConcreteEndpoint,
  destination: ConcreteEndpoint,
  connection: Connection,
): boolean => flowAllowed({ policies: set }, { source, destination, connection }, plain).allowed;

const concreteEnd = (end: Endpoint, name: string, ports: ConcretePod['ports']): ConcreteEndpoint => {
  if ('ip' in end) {
    const parsed = parseAddress(end.ip);
    if (parsed === undefined) throw new Error(end.ip);
    return { kind: 'address', address: { family: parsed.family, value: parsed.value } };
  }
  const namespace = { name: end.namespace, labels: new Map(Object.entries(end.namespaceLabels)) };
  return {
    kind: 'pod',
    namespace,
    name,
    labels: new Map(Object.entries(end.podLabels)),
    ips: [],
    hostNetwork: false,
    ports,
  };
};

describe('compare agrees with the concrete evaluator', () => {
  test('every witness is allowed by one set and not by the other', () => {
    const replayed = (
      witness: Witness,
      names: readonly string[],
      one: readonly NetworkPolicy[],
      other: readonly NetworkPolicy[],
    ): boolean => {
      const port = typeof witness.port === 'number' ? witness.port : 0;
      const ports = names.map((name) => ({ name, protocol: 'TCP' as const, number: port }));
      const source = concreteEnd(witness.source, 'source', []);
      const destination = concreteEnd(witness.destination, 'destination', ports);
      const connection: Connection =
        witness.protocol === 'OTHER' ? { protocol: 'OTHER' } : { protocol: witness.protocol, port };
      return allows(one, source, destination, connection) && !allows(other, source, destination, connection);
    };
    fc.assert(
      fc.property(policies, policies, (a, b) => {
        const { onlyInA, onlyInB } = relate(a, b);
        for (const [found, one, other] of [
          [onlyInA, a, b],
          [onlyInB, b, a],
        ] as const) {
          if (found === undefined) continue;
          const names = [...found.box.portNames].flatMap(([key, set]) =>
            set.absent ? [] : [key.slice('TCP/'.length)],
          );
          expect(replayed(exampleOf(found, new Map(), 'other'), names, one, other)).toBe(true);
        }
      }),
      { numRuns: runs * 4 },
    );
  });

  test('no concrete flow contradicts the relation', () => {
    const ends: readonly ConcreteEndpoint[] = [...pods, ...addresses];
    const flow = fc.record({
      source: fc.constantFrom(...ends),
      destination: fc.constantFrom(...ends),
      connection: fc.constantFrom(...connections),
    });
    fc.assert(
      fc.property(policies, policies, fc.array(flow, { minLength: 60, maxLength: 60 }), (a, b, flows) => {
        const { onlyInA, onlyInB } = relate(a, b);
        for (const { source, destination, connection } of flows) {
          if (source.kind === 'address' && destination.kind === 'address') continue;
          const [inA, inB] = [
            allows(a, source, destination, connection),
            allows(b, source, destination, connection),
          ];
          if (inA && !inB && source !== destination) expect(onlyInA).toBeDefined();
          if (inB && !inA && source !== destination) expect(onlyInB).toBeDefined();
        }
      }),
      { numRuns: runs * 2 },
    );
  });
});
