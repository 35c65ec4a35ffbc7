/** What was proven once is looked up: every answer is the same as without the memory, whatever changed in between. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { admit } from '../../src/admission/admit.ts';
import type { Decision } from '../../src/admission/decision.ts';
import { completeLookup } from '../../src/admission/world.ts';
import type { World } from '../../src/admission/world.ts';
import { ProvenSpecs } from '../../src/boundary/proven.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { decodeNetworkPolicy, isSoundOutsideSpec } from '../../src/k8s/networkPolicyDecode.ts';
import { developer, worldOf } from './scenario.ts';

const rules = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  ingress:
  - from: [{sameLabels: [bulkhead.dev/tenant]}]
  egress:
  - to: [{sameLabels: [bulkhead.dev/tenant]}]
  - to: [{ipBlock: {cidr: 10.20.0.0/16}}]
`;
const base = worldOf(rules);

const tenant = (value: string): JsonObject => ({
  namespaceSelector: { matchLabels: { 'bulkhead.dev/tenant': value } },
});
const named = (name: string): JsonObject => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const peers = [tenant('a'), tenant('b'), named('other'), named('own'), { podSelector: {} }].concat(
  ['10.20.1.0/24', '10.0.0.0/8'].map((cidr) => ({ ipBlock: { cidr } })),
);
const specs: readonly JsonObject[] = [
  ...peers.map((peer) => ({ podSelector: {}, egress: [{ to: [peer] }], policyTypes: ['Egress'] })),
  ...peers.slice(0, 4).map((peer) => ({ podSelector: {}, ingress: [{ from: [peer] }] })),
  { podSelector: {}, egress: [{ to: [tenant('a')] }], policyTypes: ['Ingress'] },
  { podSelector: { matchLabels: { app: 5 } } },
];

interface Step {
  readonly own: string;
  readonly other: string | undefined;
  readonly spec: JsonObject;
  readonly old: JsonObject | undefined;
  readonly odd: boolean;
}
const values = ['a', 'b'];
const someStep: fc.Arbitrary<Step> = fc.record({
  own: fc.constantFrom(...values),
  other: fc.constantFrom(...values, undefined),
  spec: fc.constantFrom(...specs),
  old: fc.option(fc.constantFrom(...specs), { nil: undefined }),
  odd: fc.boolean(),
});

const manifest = (spec: JsonObject, odd: boolean): JsonObject => ({
  metadata: { name: 'p', namespace: 'own' },
  spec,
  ...(odd ? { surprise: true } : {}),
});

function worldAt({ own, other }: Step, proven: ProvenSpecs): World {
  const known = Object.entries({ own, other }).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [{ name, labels: new Map([['bulkhead.dev/tenant', value]]), terminating: false }],
  );
  return {
    ...base,
    rules: { ...base.rules, proven },
    lookup: completeLookup(known),
    known: () => known,
  };
}

const attributesOf = ({ spec, old, odd }: Step): Attributes => ({
  uid: 'u',
  operation: old === undefined ? 'CREATE' : 'UPDATE',
  dryRun: false,
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  subresource: '',
  namespace: 'own',
  name: 'p',
  user: developer,
  object: manifest(spec, odd),
  oldObject: old === undefined ? null : manifest(old, false),
});

const decide = (step: Step, proven: ProvenSpecs): Decision =>
  admit(attributesOf(step), worldAt(step, proven), 'validate').decision;

describe('the memory of what is proven', () => {
  test('changes no answer, in any order of requests and labels', () => {
    fc.assert(
      fc.property(fc.array(someStep, { minLength: 2, maxLength: 40 }), (steps) => {
        const remembering = new ProvenSpecs(base.rules.ruleSet);
        for (const step of steps) {
          expect(decide(step, remembering)).toEqual(decide(step, new ProvenSpecs(base.rules.ruleSet)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('answers from the third time on without judging, and only for the same facts', () => {
    const proven = new ProvenSpecs(base.rules.ruleSet);
    const step: Step = { own: 'a', other: 'a', spec: specs[2] ?? {}, old: undefined, odd: false };
    const inNamespace = { name: 'own', labels: new Map([['bulkhead.dev/tenant', 'a']]), terminating: false };
    const find = (other: string): readonly string[] | undefined =>
      proven.find(proven.keyOf(step.spec, inNamespace) ?? '', worldAt({ ...step, other }, proven).lookup);
    expect(find('a')).toBeUndefined();
    expect(decide(step, proven)).toMatchObject({ allowed: true });
    expect(find('a')).toBeUndefined();
    expect(decide(step, proven)).toMatchObject({ allowed: true });
    expect(find('a')).toEqual([]);
    expect(find('b')).toBeUndefined();
    expect(decide({ ...step, other: 'b' }, proven)).toMatchObject({ allowed: false });
  });

  test.each<[string, JsonObject | null]>([
    ['an unknown field', { surprise: 1 }],
    ['metadata that is a list', { metadata: [] }],
    ['a name that is a number', { metadata: { name: 5 } }],
    ['a uid that is an object', { metadata: { uid: {} } }],
    ['a label that is a number', { metadata: { labels: { a: 1 } } }],
    ['labels that are text', { metadata: { labels: 'a' } }],
    ['an annotation that is a list', { metadata: { annotations: { a: [] } } }],
    ['null everywhere', { metadata: { name: null, labels: { a: null }, annotations: null }, status: null }],
    ['no metadata', { metadata: null }],
    ['nothing', null],
  ])('outside the spec, %s is sound exactly where decoding finds no mistake', (_name, outside) => {
    const object = outside === null ? null : { apiVersion: 'networking.k8s.io/v1', ...outside, spec: {} };
    expect(isSoundOutsideSpec(object)).toBe(decodeNetworkPolicy(object, { strict: false }).ok);
  });

  test('forgets the oldest when it is full', () => {
    const proven = new ProvenSpecs(base.rules.ruleSet);
    const at = (index: number): Step => ({
      own: 'a',
      other: undefined,
      spec: { podSelector: { matchLabels: { app: `a${index}` } }, egress: [], policyTypes: ['Egress'] },
      old: undefined,
      odd: false,
    });
    for (let index = 0; index <= 2048; index += 1) {
      decide(at(index), proven);
      decide(at(index), proven);
    }
    const inNamespace = { name: 'own', labels: new Map([['bulkhead.dev/tenant', 'a']]), terminating: false };
    const find = (index: number): unknown =>
      proven.find(proven.keyOf(at(index).spec, inNamespace) ?? '', worldAt(at(0), proven).lookup);
    expect(find(0)).toBeUndefined();
    expect(find(1)).toEqual([]);
    expect(find(2048)).toEqual([]);
  });
});
