/** What a change opens and closes, against the concrete evaluator asked before and after. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCidr } from '../../../src/k8s/cidr.ts';
import type { NetworkPolicy } from '../../../src/k8s/networkPolicy.ts';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import type { ConcretePod } from '../../../src/netpol/concrete/world.ts';
import type { Inventory } from '../../../src/netpol/inventory/inventory.ts';
import { changesBetween } from '../../../src/netpol/reach/changes.ts';
import type { ReachConnection, ReachEndpoint } from '../../../src/netpol/reach/connections.ts';
import { includes, inWords } from '../../../src/netpol/reach/connectionSet.ts';
import {
  arbitraryConnection,
  arbitraryNamespaces,
  arbitraryPods,
  arbitraryPolicy,
} from '../concrete/arbitraries.ts';
import { external } from '../concrete/cast.ts';
import { inventory } from '../inventory/manifests.ts';

const world = (policies: readonly NetworkPolicy[]): Inventory => ({
  namespaces: arbitraryNamespaces,
  pods: arbitraryPods.map((pod) => ({ ...pod, from: 'Pod', several: false })),
  policies,
  warnings: [],
  placeOf: () => undefined,
});

const isPod = (end: ReachEndpoint, pod: ConcretePod): boolean =>
  'pod' in end && end.namespace === pod.namespace.name && end.pod === pod.name;

describe('agrees with the concrete evaluator', () => {
  const policies = fc.array(arbitraryPolicy, { maxLength: 3 });

  test('between pods', () => {
    fc.assert(
      fc.property(policies, policies, arbitraryConnection, (before, after, connection) => {
        const { opened, closed } = changesBetween(world(before), world(after));
        for (const source of arbitraryPods) {
          for (const destination of arbitraryPods) {
            if (source === destination) continue;
            const flow = { source, destination, connection };
            const was = flowAllowed({ policies: before }, flow, documented).allowed;
            const is = flowAllowed({ policies: after }, flow, documented).allowed;
            const has = (rows: readonly ReachConnection[]): boolean =>
              rows.some(
                (row) =>
                  isPod(row.source, source) &&
                  isPod(row.destination, destination) &&
                  includes(row.allowed, connection),
              );
            expect([has(opened), has(closed)]).toEqual([is && !was, was && !is]);
          }
        }
      }),
    );
  });

  test('with addresses outside', () => {
    const probe = fc.constantFrom('10.0.0.1', '10.0.1.1', '10.1.1.1', '8.8.8.8', '169.254.169.254');
    fc.assert(
      fc.property(policies, policies, probe, arbitraryConnection, (before, after, text, connection) => {
        const { opened, closed } = changesBetween(world(before), world(after));
        const destination = external(text);
        for (const source of arbitraryPods) {
          const flow = { source, destination, connection };
          const was = flowAllowed({ policies: before }, flow, documented).allowed;
          const is = flowAllowed({ policies: after }, flow, documented).allowed;
          const has = (rows: readonly ReachConnection[]): boolean =>
            rows.some((row) => {
              const block = 'cidr' in row.destination ? parseCidr(row.destination.cidr)?.block : undefined;
              const { value } = destination.address;
              return (
                isPod(row.source, source) &&
                block?.family === 'IPv4' &&
                block.low <= value &&
                value <= block.high &&
                includes(row.allowed, connection)
              );
            });
          expect([has(opened), has(closed)]).toEqual([is && !was, was && !is]);
        }
      }),
    );
  });
});

const podText = (name: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {}}\n---\n`;
const rule = (cidr: string): string =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}]}}`;

test('only the difference is told, in the fewest CIDRs', () => {
  const changes = changesBetween(
    inventory(podText('a') + rule('10.0.0.0/16')),
    inventory(podText('a') + rule('10.0.0.0/15')),
  );
  expect(changes.closed).toEqual([]);
  expect(changes.opened.map(({ destination, allowed }) => [destination, inWords(allowed)])).toEqual([
    [{ cidr: '10.1.0.0/16' }, 'TCP 443'],
  ]);
});

test('a new pod opens what it can reach, a removed one closes it', () => {
  const changes = changesBetween(
    inventory(podText('a') + podText('b')),
    inventory(podText('b') + podText('c')),
  );
  expect(changes.added).toEqual([{ namespace: 'default', pod: 'c' }]);
  expect(changes.removed).toEqual([{ namespace: 'default', pod: 'a' }]);
  expect(changes.opened).toHaveLength(6);
  expect(changes.closed).toHaveLength(6);
});

test('nothing is told where nothing changes', () => {
  const same = inventory(podText('a') + podText('b') + rule('10.0.0.0/16'));
  expect(changesBetween(same, same)).toEqual({ opened: [], closed: [], added: [], removed: [] });
});
