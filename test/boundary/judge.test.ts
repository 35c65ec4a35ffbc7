/** What a judgement says: the action of each boundary, what was stored already, what could not be proven, and the flow to show for it. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Boundary } from '../../src/boundary/boundary.ts';
import { judgePolicy } from '../../src/boundary/judge.ts';
import type { PolicyJudgement } from '../../src/boundary/judge.ts';
import { boundary, facts, policy, scenario } from './scenario.ts';
import type { Json } from './scenario.ts';

type Spec = Readonly<Record<string, Json>>;
const yaml = (text: string): Spec => parse(text) as Spec;
const sealed = (name: string, onExcess: string): Boundary =>
  boundary(name, yaml(`{egress: [], onExcess: ${onExcess}}`));

const own = facts('own', { tenant: 'a' });
const everything = policy(yaml('{policyTypes: [Egress], egress: [{}]}'));
const someone = policy(yaml('{policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}'));

function judge(
  boundaries: readonly Boundary[],
  after = everything,
  before?: typeof everything,
  budget?: number,
): PolicyJudgement {
  const scene = scenario(boundaries, own, [facts('orders', { tenant: 'b' })]);
  return judgePolicy(after, before, own, scene.world, budget === undefined ? undefined : { left: budget });
}

describe('the action', () => {
  test.each([
    ['Deny', 'Deny'],
    ['Narrow', 'Deny'],
    ['Warn', 'Warn'],
    ['Audit', 'Audit'],
  ])('of onExcess %s is %s', (onExcess, action) => {
    expect(judge([sealed('b', onExcess)]).violations.map((violation) => violation.action)).toEqual([action]);
  });

  test('is told for each boundary', () => {
    const { violations } = judge([sealed('audited', 'Audit'), sealed('denied', 'Deny')]);
    expect(violations.map(({ rule, action }) => [rule, action])).toEqual([
      ['audited', 'Audit'],
      ['denied', 'Deny'],
    ]);
  });

  test('is Deny where nothing could be proven, whatever the boundary says', () => {
    const { violations } = judge([sealed('b', 'Audit')], everything, undefined, 0);
    expect(violations.map(({ code, action }) => [code, action])).toEqual([['boundary.unproven', 'Deny']]);
  });
});

describe('an update', () => {
  test('that keeps what was outside is a warning', () => {
    const { violations, warnings } = judge([sealed('b', 'Deny')], everything, everything);
    expect(violations).toEqual([]);
    expect(warnings).toEqual(['spec.egress[0] was already outside boundary "b" and still is']);
  });

  test('that leaves what was outside is no word worth', () => {
    expect(judge([sealed('b', 'Deny')], policy(yaml('{policyTypes: [Egress]}')), everything)).toEqual({
      violations: [],
      warnings: [],
      exceptions: [],
    });
  });

  test('that opens something is a violation of that alone', () => {
    const both = policy(
      yaml('{policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {to: [{namespaceSelector: {}}]}]}'),
    );
    const { violations, warnings } = judge([sealed('b', 'Deny')], both, someone);
    expect(violations.map(({ field }) => field)).toEqual(['/spec/egress/1/to/0']);
    expect(warnings).toEqual([]);
  });
});

describe('the witness', () => {
  test('is a flow in full, with a live namespace where there is one', () => {
    const [violation] = judge(
      [boundary('b', yaml('{egress: [{to: [{sameLabels: [tenant]}]}]}'))],
      policy(
        yaml('{policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 443}]}]}'),
      ),
    ).violations;
    expect(violation?.witness).toMatchObject({
      direction: 'Egress',
      source: { namespace: 'own', namespaceLabels: { tenant: 'a' } },
      destination: { namespace: 'orders', namespaceLabels: { tenant: 'b' } },
      protocol: 'TCP',
      port: 443,
      because: { policy: 'own/p', field: '/spec/egress/0/to/0' },
      outside: { boundary: 'b' },
    });
    expect(violation?.message).toContain('orders');
  });

  test('is the same each time', () => {
    expect(judge([sealed('b', 'Deny')])).toEqual(judge([sealed('b', 'Deny')]));
  });

  test('names the prohibition that was hit', () => {
    const never = boundary('b', yaml('{never: {egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]}}'));
    const [violation] = judge([never]).violations;
    expect(violation?.code).toBe('boundary.never');
    expect(violation?.witness).toMatchObject({
      destination: { ip: '169.254.169.254' },
      protocol: 'TCP',
      port: 80,
    });
    expect(violation?.witness?.outside.limit).toContain('never: egress to 169.254.0.0/16');
  });
});
