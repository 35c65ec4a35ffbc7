// What a Boundary is refused for at load, with the place in its file.
import { describe, expect, test } from '@jest/globals';
import { compileRules } from '../../src/admission/rules.ts';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import { documents } from '../admission/scenario.ts';

function codes(spec: string): readonly string[] {
  const config = readSchema(configuration, {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
  });
  if (!config.ok) throw new Error('the default configuration cannot be read');
  const text = `apiVersion: bulkhead.dev/v1alpha1\nkind: Boundary\nmetadata: {name: b}\nspec:\n  ${spec.replaceAll('\n', '\n  ')}\n`;
  const read = compileRules(documents(text), config.value);
  return read.ok
    ? []
    : read.issues.map(({ code, pointer, line }) => `${code} ${pointer ?? ''} ${line ?? ''}`);
}

/** Random selectors of three labels each, about as many as there must be before they cover everything: hard to tell (semantics.md 2.2). */
function hardPeers(keys: number, count: number): readonly string[] {
  let state = 1;
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  return Array.from({ length: count }, () => {
    const chosen = new Set<number>();
    while (chosen.size < 3) chosen.add(next(keys));
    const expressions = [...chosen].map(
      (key) => `{key: k${key}, operator: ${next(2) === 0 ? 'Exists' : 'DoesNotExist'}}`,
    );
    return `{namespaceSelector: {}, podSelector: {matchExpressions: [${expressions.join(', ')}]}}`;
  });
}

const selector = 'namespaceSelector: {matchExpressions: [{key: tenant, operator: Exists}]}';

describe('a Boundary is refused', () => {
  test.each([
    [
      'that can select nothing',
      'namespaceSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}\nfloor: {mode: Create}',
      ['boundary.selectsNothing /spec/namespaceSelector 5'],
    ],
    [
      'whose floor allows what its limit does not',
      `${selector}\nfloor: {mode: Create, allow: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}\negress: []`,
      ['boundary.floor /spec/floor/allow/egress/0 6'],
    ],
    [
      'whose floor allows what its never forbids',
      `${selector}\nfloor: {mode: Create, allow: {egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]}}\nnever: {egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}]}`,
      ['boundary.floor /spec/floor/allow/egress/0 6'],
    ],
    [
      'whose limit takes too many steps',
      `${selector}\nfloor: {mode: Create}\ningress:\n- from: [${hardPeers(100, 440).slice(0, 220).join(', ')}]\n- from: [${hardPeers(100, 440).slice(220).join(', ')}]`,
      ['boundary.tooCostly /spec/ingress 7'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(codes(spec)).toEqual(expected);
  });
});

describe('a Boundary is taken', () => {
  test.each([
    [
      'whose floor allows what its limit allows',
      `${selector}\nfloor: {mode: Create, allow: {ingress: [{from: [{sameLabels: [tenant]}], ports: [{port: 80}]}]}}\ningress: [{from: [{sameLabels: [tenant]}]}]`,
    ],
    [
      'whose floor allows where there is no limit',
      `${selector}\nfloor: {mode: Create, allow: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}\ningress: []`,
    ],
    [
      'that selects one namespace by name',
      `namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: one}}\nfloor: {mode: Create, allow: {ingress: [{from: [{podSelector: {}}]}]}}\ningress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: one}}}]}]`,
    ],
  ])('%s', (_, spec) => {
    expect(codes(spec)).toEqual([]);
  });
});
