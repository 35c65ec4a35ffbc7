/** Laws of containment: writing the same differently changes no verdict, and a part of what is inside is inside. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isObject } from '../../src/k8s/json.ts';
import { excessOf, mostFindings } from '../../src/boundary/excess.ts';
import { lawCases } from '../netpol/laws.ts';
import { someCase } from './arbitraries.ts';
import type { Case } from './arbitraries.ts';
import { caseScenario, policy } from './scenario.ts';
import type { Json } from './scenario.ts';

type Rewriting = (value: Json) => Json;

/** Applies a rewriting everywhere in a document, from the inside out. */
const everywhere =
  (rewrite: Rewriting): Rewriting =>
  (value) => {
    if (Array.isArray(value)) return rewrite(value.map((item: Json) => everywhere(rewrite)(item)));
    if (value === null || typeof value !== 'object') return value;
    return rewrite(
      Object.fromEntries(Object.entries(value).map(([key, item]) => [key, everywhere(rewrite)(item)])),
    );
  };

/** Puts several items in the place of one, in every list. */
const split = (parts: (item: Json) => readonly Json[]): Rewriting =>
  everywhere((value) => (Array.isArray(value) ? value.flatMap((item: Json) => parts(item)) : value));

const whole: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['0.0.0.0/1', '128.0.0.0/1'],
  '10.0.0.0/8': ['10.0.0.0/9', '10.128.0.0/9'],
  '::/0': ['::/1', '8000::/1'],
};
const isInHalf = (half: string, except: string): boolean => {
  if (half.startsWith('::') || half.startsWith('8000'))
    return (half === '8000::/1') === /^[89a-f][0-9a-f]{3}:/.test(except);
  const [first = '', second = ''] = except.split('.');
  if (half.startsWith('10.')) return (half === '10.128.0.0/9') === Number(second) >= 128;
  return (half === '128.0.0.0/1') === Number(first) >= 128;
};

/** A block without sloppy spellings in two halves, each with its own exceptions. */
const halves = (peer: Json): readonly Json[] => {
  const block = isObject(peer) ? peer['ipBlock'] : undefined;
  if (!isObject(block) || typeof block['cidr'] !== 'string') return [peer];
  const excepts = Array.isArray(block['except']) ? block['except'].map(String) : [];
  const parts = whole[block['cidr']];
  if (parts === undefined || excepts.some((text) => text.startsWith('::ffff') || text.startsWith('0')))
    return [peer];
  return parts.flatMap((cidr): Json[] => {
    const except = excepts.filter((text) => isInHalf(cidr, text));
    return except.includes(cidr) ? [] : [{ ipBlock: except.length === 0 ? { cidr } : { cidr, except } }];
  });
};

/** `In [a, b]` as two peers. */
const eachValue = (peer: Json): readonly Json[] => {
  if (!isObject(peer)) return [peer];
  for (const aspect of ['podSelector', 'namespaceSelector']) {
    const selector = peer[aspect];
    const expressions =
      isObject(selector) && Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
    const at = expressions.findIndex(
      (one: unknown) =>
        isObject(one) && one['operator'] === 'In' && Array.isArray(one['values']) && one['values'].length > 1,
    );
    const found: unknown = expressions[at];
    if (!isObject(found) || !Array.isArray(found['values'])) continue;
    return found['values'].flatMap((value: unknown) =>
      eachValue({
        ...peer,
        [aspect]: {
          ...(selector as object),
          matchExpressions: expressions.with(at, { ...found, values: [value] }),
        },
      }),
    );
  }
  return [peer];
};

const portByPort = (item: Json): readonly Json[] =>
  isObject(item) &&
  typeof item['port'] === 'number' &&
  typeof item['endPort'] === 'number' &&
  item['endPort'] - item['port'] > 1
    ? [
        { ...item, endPort: item['port'] + 1 },
        { ...item, port: item['port'] + 2 },
      ]
    : [item];

const lists = new Set(['ingress', 'egress', 'from', 'to', 'ports', 'matchExpressions', 'except', 'values']);
const inLists = (rewrite: (list: readonly Json[]) => readonly Json[]): Rewriting =>
  everywhere((value) =>
    isObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([key, item]) => [
            key,
            lists.has(key) && Array.isArray(item) ? rewrite(item as Json[]) : item,
          ]),
        )
      : value,
  );

const rewritings: readonly (readonly [string, Rewriting])[] = [
  ['in reversed order', inLists((list) => list.toReversed())],
  ['with every item twice', inLists((list) => [...list, ...list])],
  ['with blocks in two halves', split(halves)],
  ['with a peer for each value of In', split(eachValue)],
  ['with ranges in pieces', split(portByPort)],
];

/** The names of the boundaries that are exceeded, and in which way; not `whole` where one was exceeded so often that the rest was not looked at. */
interface Verdict {
  readonly names: readonly string[];
  readonly ways: readonly string[];
  readonly whole: boolean;
}

const distinct = (all: readonly string[]): readonly string[] => [...new Set(all)].sort();

function verdict(given: Case, spec: Json): Verdict {
  const { limits, setting } = caseScenario(given);
  const found = excessOf(policy(spec), undefined, limits, setting, { left: 200_000 });
  if (found === 'tooComplex') throw new Error('200,000 nodes are not enough');
  const names = found.map(({ limit }) => limit.boundary.name);
  return {
    names: distinct(names),
    ways: distinct(
      found.map(({ limit, never }) => `${limit.boundary.name}${never === undefined ? '' : ' never'}`),
    ),
    whole: limits.every((limit) => found.filter((one) => one.limit === limit).length < mostFindings),
  };
}

function expectSame(one: Verdict, other: Verdict): void {
  expect(one.names).toEqual(other.names);
  if (one.whole && other.whole) expect(one.ways).toEqual(other.ways);
}

describe.each(rewritings)('%s', (_name, rewrite) => {
  test('a policy has the same verdict', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        expectSame(verdict(given, rewrite(given.policy)), verdict(given, given.policy));
      }),
      lawCases(0.5),
    );
  });

  test('a boundary gives the same verdict', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        const boundaries = given.boundaries.map((spec) => rewrite(spec) as typeof spec);
        expectSame(verdict({ ...given, boundaries }, given.policy), verdict(given, given.policy));
      }),
      lawCases(0.5),
    );
  });
});

/** The policy without the first rule, and without the first peer of each rule that has two. */
const withFewerPeers: Rewriting = everywhere((value) => {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isList = ['ingress', 'egress', 'from', 'to'].includes(key);
      return [key, isList && Array.isArray(item) && item.length > 1 ? item.slice(1) : item];
    }),
  );
});

const withFewerPods: Rewriting = (spec) => {
  if (!isObject(spec) || !isObject(spec['podSelector'])) return spec;
  const { matchLabels } = spec['podSelector'];
  const labels = { ...(isObject(matchLabels) ? matchLabels : {}), extra: 'x' };
  return { ...spec, podSelector: { ...spec['podSelector'], matchLabels: labels } };
};

describe('a part of a policy is never outside where the whole is inside', () => {
  test.each([
    ['fewer peers', withFewerPeers],
    ['fewer pods', withFewerPods],
  ] as const)('%s', (_name, partOf) => {
    fc.assert(
      fc.property(someCase, (given) => {
        const outside = verdict(given, given.policy);
        const part = verdict(given, partOf(given.policy));
        expect(outside.names).toEqual(expect.arrayContaining([...part.names]));
        if (outside.whole) expect(outside.ways).toEqual(expect.arrayContaining([...part.ways]));
      }),
      lawCases(0.5),
    );
  });
});
