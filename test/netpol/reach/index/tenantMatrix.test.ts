/** The matrix of namespaces, put together by tenant. */
import { expect, test } from '@jest/globals';
import { ReachIndex } from '../../../../src/netpol/reach/index/reachIndex.ts';
import { tenantMatrix } from '../../../../src/netpol/reach/index/tenantMatrix.ts';
import { bank, db, policy, shop, stray, teller, web } from '../../concrete/cast.ts';

test('counts the pairs of namespaces that have a path, and leaves out tenants that have none', () => {
  const second = { ...web, namespace: { ...shop, name: 'shop-two' } };
  const index = new ReachIndex({
    namespaces: [shop, second.namespace, bank, stray.namespace],
    pods: [web, db, second, teller, stray],
    policies: [policy(shop, '{ingress: [{from: [{namespaceSelector: {matchLabels: {tenant: shop}}}]}]}')],
  });
  const tenantOf = ({ labels }: typeof shop): string => labels.get('tenant') ?? '(none)';
  expect(
    [...tenantMatrix(index, tenantOf)].map(({ source, destination, paths }) => [source, destination, paths]),
  ).toEqual([
    ['bank', '(none)', 1],
    ['shop', '(none)', 2],
    ['(none)', 'bank', 1],
    ['shop', 'bank', 2],
    ['(none)', 'shop', 1],
    ['bank', 'shop', 1],
    ['shop', 'shop', 3],
  ]);
});
