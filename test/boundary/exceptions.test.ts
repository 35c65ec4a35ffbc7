/** Exceptions: what they add, for whom, what wins over them, what an update keeps of them, and who is named. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { judgePolicy } from '../../src/boundary/judge.ts';
import type { PolicyJudgement } from '../../src/boundary/judge.ts';
import { narrowDirection } from '../../src/boundary/narrowing/narrow.ts';
import { boundary, exception, facts, policy, scenario, testCluster } from './scenario.ts';
import type { Json, Scenario, WrittenException } from './scenario.ts';

type Spec = Readonly<Record<string, Json>>;
const yaml = (text: string): Spec => parse(text) as Spec;

const own = facts('own', { tenant: 'a' });
const boundaries = [
  boundary(
    'inner',
    yaml(`
egress: [{to: [{sameLabels: [tenant]}]}]
never: {egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]}`),
  ),
  boundary('ports', yaml('{egress: [{ports: [{port: 443}]}]}')),
];
const partner: WrittenException = {
  name: 'own/partner',
  boundaries: ['inner'],
  allow: yaml('{egress: [{to: [{ipBlock: {cidr: 203.0.0.0/16}}]}]}'),
};

const scene = (...exceptions: readonly WrittenException[]): Scenario =>
  scenario(boundaries, own, [], testCluster, exceptions.map(exception));
const egress = (rules: string, podSelector = '{}'): Spec =>
  yaml(`{podSelector: ${podSelector}, policyTypes: [Egress], egress: ${rules}}`);
const toPartner = egress('[{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}]');

const judge = (at: Scenario, after: Spec, before?: Spec): PolicyJudgement =>
  judgePolicy(policy(after), before === undefined ? undefined : policy(before), own, at.world);
const found = (judgement: PolicyJudgement): string[] =>
  judgement.violations.map(({ code, rule, field }) => `${rule} ${code} ${field}`);

describe('an exception', () => {
  test('allows what the boundary that it names does not, and is named for it', () => {
    expect(judge(scene(partner), toPartner)).toEqual({
      violations: [],
      warnings: [],
      exceptions: ['own/partner'],
    });
    expect(found(judge(scene(), toPartner))).toEqual(['inner boundary.egress /spec/egress/0/to/0']);
  });

  test.each<[string, Spec, string[]]>([
    [
      'does not widen a boundary that it does not name',
      egress('[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]'),
      ['ports boundary.egress /spec/egress/0/to/0'],
    ],
    [
      'allows nothing beside its flows',
      egress('[{to: [{ipBlock: {cidr: 203.0.0.0/15}}], ports: [{port: 443}]}]'),
      ['inner boundary.egress /spec/egress/0/to/0'],
    ],
  ])('%s', (_name, spec, violations) => {
    expect(found(judge(scene(partner), spec))).toEqual(violations);
  });

  test('never wins over a prohibition', () => {
    const metadata = {
      ...partner,
      allow: yaml('{egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}, {}]}'),
    };
    const spec = egress('[{to: [{ipBlock: {cidr: 169.254.169.254/32}}], ports: [{port: 443}]}]');
    expect(found(judge(scene(metadata), spec))).toEqual(['inner boundary.never /spec/egress/0/to/0']);
  });

  const forBatch = {
    ...partner,
    pods: yaml('{matchLabels: {app: batch}}'),
    allow: yaml(
      '{egress: [{to: [{ipBlock: {cidr: 203.0.0.0/16}}], appliesTo: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}]}',
    ),
  };
  test.each<[string, string, boolean]>([
    ['its pods', '{matchLabels: {app: batch}}', true],
    ['some of its pods', '{matchLabels: {app: batch, tier: x}}', true],
    ['other pods', '{matchLabels: {app: other}}', false],
    ['its pods among others', '{}', false],
  ])('for pods counts for %s: %s', (_name, selector, isAllowed) => {
    const { violations } = judge(scene(forBatch), { ...toPartner, podSelector: yaml(selector) });
    expect(violations.length === 0).toBe(isAllowed);
  });

  test('for pods of which a rule of its own leaves none allows nothing', () => {
    const nobody = { ...forBatch, pods: yaml('{matchLabels: {app: web}}') };
    const spec = { ...toPartner, podSelector: yaml('{matchLabels: {app: web}}') };
    expect(found(judge(scene(nobody), spec))).toHaveLength(1);
  });

  test('is told as part of the limit where something else is outside', () => {
    const spec = egress('[{to: [{ipBlock: {cidr: 8.8.8.8/32}}], ports: [{port: 443}]}]');
    const [violation] = judge(scene(partner), spec).violations;
    expect(violation?.message).toContain('egress to 203.0.0.0/16 by exception own/partner');
  });
});

describe('who is named', () => {
  const other: WrittenException = {
    ...partner,
    name: 'own/other',
    allow: yaml('{egress: [{to: [{ipBlock: {cidr: 198.51.100.0/24}}]}]}'),
  };

  test('only the exceptions that were needed', () => {
    expect(judge(scene(partner, other), toPartner).exceptions).toEqual(['own/partner']);
    expect(judge(scene(other, partner), egress('[{to: [{podSelector: {}}]}]')).exceptions).toEqual([]);
  });

  test('no exception that repeats the boundary', () => {
    const spec = egress('[{to: [{podSelector: {}}], ports: [{port: 443}]}]');
    const repeated = { ...partner, allow: yaml('{egress: [{to: [{podSelector: {}}]}]}') };
    expect(judge(scene(repeated), spec)).toEqual({ violations: [], warnings: [], exceptions: [] });
  });

  test('each that covers a part, also on an update that changes nothing', () => {
    const spec = egress(
      '[{to: [{ipBlock: {cidr: 203.0.113.0/24}}, {ipBlock: {cidr: 198.51.100.7/32}}], ports: [{port: 443}]}]',
    );
    const both = ['own/other', 'own/partner'];
    expect(judge(scene(partner, other), spec).exceptions).toEqual(both);
    expect(judge(scene(partner, other), spec, spec).exceptions).toEqual(both);
  });

  test('nobody who has lapsed', () => {
    expect(judge(scene({ ...partner, state: 'lapsed' }), toPartner, toPartner).exceptions).toEqual([]);
  });
});

describe('an exception that has lapsed', () => {
  const lapsed = scene({ ...partner, state: 'lapsed' });
  const inside = '{to: [{podSelector: {}}], ports: [{port: 443}]}';
  const rule = '{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}';
  const stored = egress(`[${inside}, ${rule}]`);

  test('allows nothing', () => {
    expect(found(judge(lapsed, stored))).toEqual(['inner boundary.egress /spec/egress/1/to/0']);
  });

  test.each<[string, Spec, string[]]>([
    [
      'changes other rules',
      egress(`[${rule}, {to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 443}]}]`),
      ['inner boundary.egress /spec/egress/0/to/0'],
    ],
    ['removes other rules', egress(`[${rule}]`), ['inner boundary.egress /spec/egress/0/to/0']],
    [
      'keeps a part of what it allowed',
      egress('[{to: [{ipBlock: {cidr: 203.0.113.9/32}}], ports: [{port: 443}]}]'),
      ['inner boundary.egress /spec/egress/0/to/0'],
    ],
    ['gives up what it allowed', egress(`[${inside}]`), []],
  ])('is not inherited by an update that %s', (_name, after, violations) => {
    expect(found(judge(lapsed, after, stored))).toEqual(violations);
  });

  test('does not stop an update of something else, which is warned of', () => {
    const reordered = egress(`[${rule}, ${inside}]`);
    for (const after of [stored, reordered]) {
      const { violations, warnings } = judge(lapsed, after, stored);
      expect(violations).toEqual([]);
      expect(warnings).toHaveLength(1);
    }
  });

  test('takes nothing else from an update: what was outside without it stays', () => {
    const older = egress('[{to: [{ipBlock: {cidr: 8.8.8.8/32}}], ports: [{port: 443}]}]');
    const after = egress('[{to: [{ipBlock: {cidr: 8.8.8.8/32}}], ports: [{port: 443}, {port: 443}]}]');
    expect(found(judge(lapsed, after, older))).toEqual([]);
  });

  test('is taken back by narrowing a stored policy to itself, and nothing else is', () => {
    const object = { spec: egress(`[${inside}, ${rule}, {to: [{ipBlock: {cidr: 8.8.8.8/32}}]}]`) };
    const self = policy(object.spec);
    const { limits, setting } = lapsed;
    const narrowed = narrowDirection(object, self, self, 'Egress', limits, setting, { left: 2_000 });
    expect(narrowed).toEqual({
      direction: 'Egress',
      rules: [(object.spec['egress'] as Json[])[0], (object.spec['egress'] as Json[])[2]],
      fields: ['/spec/egress/1/to/0'],
    });
  });
});
