/** Loosening: decided by what two Boundaries mean, not by how they are written. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loosenings } from '../../src/boundary/loosening.ts';
import { compileRules } from '../../src/admission/rules.ts';
import { assemble } from '../../src/config/load.ts';
import { readDocuments } from '../../src/config/documents.ts';
import type { Boundary } from '../../src/boundary/boundary.ts';
import type { RuleSet } from '../../src/boundary/ruleSet.ts';

const config = assemble(undefined, { environment: {} });

function compiled(spec: string): { readonly boundary: Boundary; readonly ruleSet: RuleSet } {
  const selector = /^namespaceSelector/m.test(spec)
    ? ''
    : 'namespaceSelector: {matchExpressions: [{key: t, operator: Exists}]}\n';
  const floor = /^floor:/m.test(spec) ? '' : 'floor: {mode: Create}\n';
  const lines = `${selector}${floor}${spec}`.trim().split('\n');
  const text = `apiVersion: bulkhead.dev/v1alpha1\nkind: Boundary\nmetadata: {name: one}\nspec:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
  const read = readDocuments(text, 'test.yaml');
  if (!read.ok || !config.ok) throw new Error(JSON.stringify(read));
  const rules = compileRules(read.value, config.value.config);
  if (!rules.ok) throw new Error(JSON.stringify(rules.issues));
  const [boundary] = rules.value.ruleSet.boundaries;
  if (boundary === undefined) throw new Error('a Boundary is wanted');
  return { boundary, ruleSet: rules.value.ruleSet };
}

function between(old: string, now: string): readonly string[] {
  const before = compiled(old);
  return loosenings(before.boundary, compiled(now).boundary, before.ruleSet.surroundings);
}

const to = (...cidrs: readonly string[]): string =>
  `egress: [{to: [${cidrs.map((cidr) => `{ipBlock: {cidr: "${cidr}"}}`).join(', ')}]}]`;
const never = (cidr: string): string => `never: {egress: [{to: [{ipBlock: {cidr: "${cidr}"}}]}]}`;
const from = (peer: string): string => `ingress: [{from: [${peer}]}]`;

describe('is no loosening', () => {
  test.each([
    ['the same', to('10.0.0.0/8'), to('10.0.0.0/8')],
    ['two halves for a whole', to('10.0.0.0/8'), to('10.0.0.0/9', '10.128.0.0/9')],
    ['a whole for two halves', to('10.0.0.0/9', '10.128.0.0/9'), to('10.0.0.0/8')],
    ['a part', to('10.0.0.0/8'), to('10.1.0.0/16')],
    ['a limit where there was none', '', 'egress: []'],
    ['a prohibition more', to('10.0.0.0/8'), `${to('10.0.0.0/8')}\n${never('10.1.0.0/16')}`],
    ['a wider prohibition', never('10.1.0.0/16'), never('10.0.0.0/8')],
    [
      'a prohibition less of what nothing allows any more',
      `${to('10.0.0.0/8')}\n${never('192.0.2.0/24')}`,
      `${to('10.0.0.0/8')}\n${never('198.51.100.0/24')}`,
    ],
    [
      'a wider limit, all of it prohibited',
      to('10.0.0.0/8'),
      `${to('10.0.0.0/8', '192.0.2.0/24')}\n${never('192.0.2.0/24')}`,
    ],
    [
      'more namespaces',
      'namespaceSelector: {matchLabels: {t: a}}',
      'namespaceSelector: {matchExpressions: [{key: t, operator: Exists}]}',
    ],
    ['a stricter setting', 'pods: {hostNetwork: Warn}\nonExcess: Audit', 'onExcess: Narrow'],
    [
      'a list of the same selectors',
      from('{namespaceSelector: {matchLabels: {t: a}}}'),
      from('{namespaceSelector: {matchExpressions: [{key: t, operator: In, values: [a]}]}}'),
    ],
    ['rules of a floor', '', 'floor: {mode: Create, allow: {egress: [{to: [{podSelector: {}}]}]}}'],
  ])('%s', (_, old, now) => {
    expect(between(old, now)).toEqual([]);
  });
});

describe('loosens', () => {
  test.each([
    ['an address more', to('10.0.0.0/8'), to('10.0.0.0/8', '11.0.0.0/32'), 'egress allows what it did not'],
    ['no limit', to('10.0.0.0/8'), '', 'egress has no limit any more'],
    ['no limit but a prohibition', to('10.0.0.0/8'), never('11.0.0.0/8'), 'egress has no limit any more'],
    [
      'another tenant',
      from('{sameLabels: [t]}'),
      from('{sameLabels: [t]}, {namespaceSelector: {matchLabels: {t: x}}}'),
      'ingress allows',
    ],
    [
      'any namespace for the own',
      from('{sameLabels: [t]}'),
      from('{namespaceSelector: {}}'),
      'ingress allows',
    ],
    [
      'every pod for some',
      'ingress: [{appliesTo: {matchLabels: {a: b}}}]',
      'ingress: [{}]',
      'ingress allows',
    ],
    ['DNS', `floor: {mode: Create, allowDNS: false}\n${to('10.0.0.0/8')}`, to('10.0.0.0/8'), 'egress allows'],
    ['a prohibition that shrinks', never('10.0.0.0/8'), never('10.0.0.0/9'), 'never.egress forbids less'],
    [
      'a prohibition that goes',
      `${to('10.0.0.0/8')}\n${never('10.1.0.0/16')}`,
      to('10.0.0.0/8'),
      'egress allows|forbids less',
    ],
    [
      'fewer namespaces',
      'namespaceSelector: {matchExpressions: [{key: t, operator: Exists}]}',
      'namespaceSelector: {matchLabels: {t: a}}',
      'namespaceSelector',
    ],
    ['a looser action', 'onExcess: Deny', 'onExcess: Narrow', 'onExcess goes from Deny to Narrow'],
    ['a looser pod setting', '', 'pods: {rawSockets: Warn}', 'pods.rawSockets goes from Drop to Warn'],
    ['no gate', '', 'pods: {beforeFloor: Allow}', 'pods.beforeFloor'],
    ['no floors', '', 'floor: {mode: Audit}', 'floors are no longer written'],
    ['a stamp less', 'stampPods: [t]', '', 't is no longer stamped'],
    ['a port name unpinned', 'portNames: {http: [TCP/80]}', '', 'port name http'],
    [
      'a port name with one port more',
      'portNames: {http: [TCP/80]}',
      'portNames: {http: [TCP/80, TCP/81]}',
      'port name http',
    ],
    ['other policies', '', 'otherPolicies: Audit', 'otherPolicies goes from Deny to Audit'],
  ])('%s', (_, old, now, told) => {
    expect(between(old, now).join('; ')).toMatch(new RegExp(told));
  });
});

test('of two limits by addresses, the new one loosens exactly where it holds an address more', () => {
  const blocks = fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 6 });
  const text = (parts: readonly number[]): string => to(...parts.map((part) => `${32 * part}.0.0.0/3`));
  fc.assert(
    fc.property(blocks, blocks, (old, now) => {
      const more = now.some((part) => !old.includes(part));
      expect(between(text(old), text(now)).length > 0).toBe(more);
    }),
    { numRuns: 60 },
  );
});
