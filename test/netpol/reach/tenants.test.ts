/** The matrix of tenants agrees with itself: a path is counted exactly where some connection is found. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Inventory } from '../../../src/netpol/inventory/inventory.ts';
import { isEmpty } from '../../../src/netpol/reach/connectionSet.ts';
import { connectionsOf } from '../../../src/netpol/reach/connections.ts';
import type { ReachEndpoint } from '../../../src/netpol/reach/connections.ts';
import { tenantReach } from '../../../src/netpol/reach/tenants.ts';
import type { TenantEnd } from '../../../src/netpol/reach/tenants.ts';
import { arbitraryNamespaces, arbitraryPods, arbitraryPolicy } from '../concrete/arbitraries.ts';

const tenants = new Map(arbitraryNamespaces.map(({ name, labels }) => [name, labels.get('tenant') ?? null]));
const tenantOf = (end: ReachEndpoint): TenantEnd =>
  'cidr' in end ? { outside: true } : { tenant: tenants.get(end.namespace) ?? null };
const nameOf = (source: TenantEnd, destination: TenantEnd): string => JSON.stringify([source, destination]);

test('a cell is there exactly where a pair of pods, or a pod and outside, has a connection', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(arbitraryPolicy, {
        maxLength: 6,
        selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
      }),
      (policies) => {
        const inventory: Inventory = {
          namespaces: arbitraryNamespaces,
          pods: arbitraryPods.map((pod) => ({ ...pod, from: 'Pod', several: false })),
          policies,
          warnings: [],
          placeOf: () => undefined,
        };
        const { cells } = tenantReach(inventory, { label: 'tenant', ports: true });
        const expected = [...connectionsOf(inventory)].map(({ source, destination }) =>
          nameOf(tenantOf(source), tenantOf(destination)),
        );
        expect(cells.map(({ source, destination }) => nameOf(source, destination)).sort()).toEqual(
          [...new Set(expected)].sort(),
        );
        expect(
          cells.every(({ paths, allowed }) => paths > 0 && allowed !== undefined && !isEmpty(allowed)),
        ).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('tenants come by name, the namespaces without one last', () => {
  const { tenants: listed } = tenantReach(
    { namespaces: arbitraryNamespaces, pods: [], policies: [], warnings: [], placeOf: () => undefined },
    { label: 'tenant', ports: false },
  );
  expect(listed).toEqual([
    { tenant: 'blue', namespaces: 2, pods: 0 },
    { tenant: 'red', namespaces: 1, pods: 0 },
    { tenant: null, namespaces: 1, pods: 0 },
  ]);
});
