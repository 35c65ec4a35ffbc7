/** The floor that is wanted: it isolates what is limited, holds what is allowed and nothing that is not. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileRules } from '../../../src/admission/rules.ts';
import { wantedFloor, writesFloor } from '../../../src/boundary/floor/floorPolicy.ts';
import { standsAsFloor } from '../../../src/boundary/floor/standingFloor.ts';
import type { PolicyWorld } from '../../../src/boundary/judge.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { assemble } from '../../../src/config/load.ts';
import { ownAt } from '../../../src/k8s/json.ts';
import type { NamespaceFacts } from '../../../src/k8s/namespaceFacts.ts';

const shop: NamespaceFacts = { name: 'shop', labels: new Map([['t', 'a']]), terminating: false };
const dns = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

function worldOf(...specs: readonly string[]): PolicyWorld {
  const config = assemble(undefined, {
    environment: { BULKHEAD_CLUSTER_API_SERVER_CIDRS: '[192.0.2.1/32]' },
  });
  const text = specs
    .map(
      (spec, index) =>
        `{apiVersion: bulkhead.dev/v1alpha1, kind: Boundary, metadata: {name: b${index}}, spec: {namespaceSelector: {matchExpressions: [{key: t, operator: Exists}]}, ${spec}}}`,
    )
    .join('\n---\n');
  const documents = readDocuments(text, 'test.yaml');
  if (!config.ok || !documents.ok) throw new Error(JSON.stringify([config, documents]));
  const rules = compileRules(documents.value, config.value.config);
  if (!rules.ok) throw new Error(JSON.stringify(rules.issues));
  return { ruleSet: rules.value.ruleSet, lookup: () => 'unknown', known: () => [shop] };
}
const specOf = (world: PolicyWorld, namespace = shop): unknown =>
  ownAt(wantedFloor(namespace, world)?.policy, 'spec');
const create = 'floor: {mode: Create}';

describe('the floor', () => {
  test.each<[string, readonly string[], object]>([
    [
      'isolates a direction with a limit',
      [`${create}, ingress: []`],
      { policyTypes: ['Ingress'], ingress: [], egress: [] },
    ],
    [
      'allows DNS where it isolates egress',
      [`${create}, egress: []`],
      { policyTypes: ['Egress'], egress: [dns] },
    ],
    [
      'isolates for a prohibition alone',
      [`${create}, never: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}`],
      { policyTypes: ['Egress'], egress: [dns] },
    ],
    [
      'allows no DNS where one Boundary does not',
      [`${create}, egress: []`, 'floor: {mode: Audit, allowDNS: false}, egress: []'],
      { egress: [] },
    ],
    [
      'means the namespace’s own values by sameLabels, and addresses by kubeAPI',
      [
        'floor: {mode: Create, allowDNS: false, allow: {egress: [{to: [{sameLabels: [t]}, {kubeAPI: true}]}]}}, egress: [{to: [{sameLabels: [t]}, {kubeAPI: true}]}]',
      ],
      {
        egress: [
          {
            to: [{ namespaceSelector: { matchExpressions: [{ key: 't', operator: 'In', values: ['a'] }] } }],
          },
          { to: [{ ipBlock: { cidr: '192.0.2.1/32' } }], ports: [{ protocol: 'TCP', port: 6443 }] },
        ],
      },
    ],
    [
      'is cut to what every Boundary allows',
      [
        'floor: {mode: Create, allow: {ingress: [{from: [{sameLabels: [t]}], ports: [{port: 80, endPort: 90}]}]}}, ingress: [{from: [{sameLabels: [t]}]}]',
        `${create}, ingress: [{ports: [{port: 85, endPort: 99}]}]`,
      ],
      {
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { t: 'a' } } }],
            ports: [{ protocol: 'TCP', port: 85, endPort: 90 }],
          },
        ],
      },
    ],
  ])('%s', (_, specs, spec) => {
    expect(specOf(worldOf(...specs))).toMatchObject({ podSelector: {}, ...spec });
  });

  test('is none where nothing is limited or selected', () => {
    expect(wantedFloor(shop, worldOf(create))).toBeUndefined();
    expect(wantedFloor({ ...shop, labels: new Map() }, worldOf(`${create}, ingress: []`))).toBeUndefined();
  });

  test('is written where one Boundary says so', () => {
    const written = (...specs: readonly string[]): boolean =>
      writesFloor(worldOf(...specs).ruleSet.guardOf(shop));
    expect(written(`${create}, ingress: []`)).toBe(true);
    expect(written('floor: {mode: Audit}, ingress: []')).toBe(false);
    expect(written('floor: {mode: Audit}, ingress: []', create)).toBe(true);
    expect(written(create)).toBe(false);
  });

  const peer = fc.constantFrom(
    '{sameLabels: [t]}',
    '{podSelector: {}}',
    '{namespaceSelector: {}}',
    '{namespaceSelector: {matchLabels: {t: b}}}',
    '{ipBlock: {cidr: 10.0.0.0/9}}',
    '{kubeAPI: true}',
  );
  const ports = fc.constantFrom(
    '',
    ', ports: [{port: 80}]',
    ', ports: [{port: 80, endPort: 443}]',
    ', ports: [{protocol: UDP}]',
  );
  const rules = (key: string) =>
    fc
      .array(fc.tuple(fc.uniqueArray(peer, { minLength: 1, maxLength: 3 }), ports), { maxLength: 3 })
      .map(
        (all) => `[${all.map(([peers, suffix]) => `{${key}: [${peers.join(', ')}]${suffix}}`).join(', ')}]`,
      );
  const limits = fc.record({
    ingress: rules('from'),
    egress: rules('to'),
    allow: fc.boolean(),
    dns: fc.boolean(),
  });

  test('of any Boundaries stands as one, and is what it is cut to however often it is cut', () => {
    fc.assert(
      fc.property(limits, limits, (one, two) => {
        const spec = ({ ingress, egress, allow, dns: allowDNS }: typeof one): string =>
          `floor: {mode: Create, allowDNS: ${allowDNS}${allow ? `, allow: {ingress: ${ingress}, egress: ${egress}}` : ''}}, ingress: ${ingress}, egress: ${egress}`;
        const world = worldOf(spec(one), spec(two));
        const wanted = wantedFloor(shop, world);
        if (wanted === undefined) throw new Error('both directions are limited');
        expect(standsAsFloor(wanted.policy, shop, world)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is stored', () => {
  const world = worldOf(`${create}, ingress: [{from: [{sameLabels: [t]}]}]`);
  const stored = (spec: object): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'bulkhead-floor', namespace: 'shop' },
    spec,
  });
  test.each([
    ['isolates every pod', { podSelector: {}, policyTypes: ['Ingress'] }, true],
    [
      'allows a part of the limit',
      { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
      true,
    ],
    ['leaves pods out', { podSelector: { matchLabels: { a: 'b' } }, policyTypes: ['Ingress'] }, false],
    ['isolates the other direction', { podSelector: {}, policyTypes: ['Egress'] }, false],
    ['allows anything', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] }, false],
    ['cannot be read', { podSelector: 7 }, false],
  ])('and %s: stands', (_, spec, stands) => {
    expect(standsAsFloor({ ...stored(spec) }, shop, world)).toBe(stands);
  });
});
