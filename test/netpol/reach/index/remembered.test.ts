/** Sets of namespaces that the index keeps between changes, in worlds made so that they matter. */
import { describe, expect, test } from '@jest/globals';
import { ReachIndex } from '../../../../src/netpol/reach/index/reachIndex.ts';
import type { Change } from '../../../../src/netpol/reach/index/reachIndex.ts';
import { labels, policy } from '../../concrete/cast.ts';
import { crowd, crowdPods } from './crowd.ts';

describe('what is remembered', () => {
  const fromWeb = 'ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]';
  const toAll = 'egress: [{to: [{namespaceSelector: {}}]}]';
  const sealed = '{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}';
  const make = (spec: (at: number) => string): ReachIndex =>
    new ReachIndex({
      namespaces: crowd,
      pods: crowdPods,
      policies: crowd.map((home, at) => policy(home, spec(at), 'p')),
    });
  const seal: Change = {
    kind: 'policy',
    namespace: 'n2',
    name: 'p',
    policy: policy({ name: 'n2', labels: labels('') }, sealed, 'p'),
  };
  const touch: Change = { kind: 'namespace', name: 'n6', labels: labels('touched=yes') };

  test.each([
    ['of those who are open', `{policyTypes: [Ingress], ${fromWeb}}`],
    ['of those whose rules lead here', `{policyTypes: [Ingress, Egress], ${fromWeb}, ${toAll}}`],
  ])('%s is mended when one of them changes', (_, spec) => {
    const index = make(() => spec);
    expect(index.reaches('n2', 'n6')).toBe(true);
    index.apply(seal);
    expect(index.reaches('n2', 'n6')).toBe(false);
    index.apply(touch);
    expect(index.reaches('n2', 'n6')).toBe(false);
    expect(index.reaches('n4', 'n6')).toBe(true);
  });

  test('finds the second of two pods that wear the label asked for, where the first is sealed', () => {
    const first =
      '{podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}, policyTypes: [Egress]}';
    const index = make((at) => (at === 2 ? first : `{policyTypes: [Ingress], ${fromWeb}}`));
    expect(index.reaches('n2', 'n6')).toBe(true);
  });
});
