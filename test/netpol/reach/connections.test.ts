/** Who can talk to whom, against the concrete evaluator asked connection by connection. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCidr } from '../../../src/k8s/cidr.ts';
import type { AddressRange } from '../../../src/k8s/cidr.ts';
import type { NetworkPolicy } from '../../../src/k8s/networkPolicy.ts';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import type { ConcretePod } from '../../../src/netpol/concrete/world.ts';
import type { Inventory } from '../../../src/netpol/inventory/inventory.ts';
import { connectionsOf } from '../../../src/netpol/reach/connections.ts';
import type { ReachConnection, ReachEndpoint } from '../../../src/netpol/reach/connections.ts';
import { includes, inWords } from '../../../src/netpol/reach/connectionSet.ts';
import type { ConnectionSet } from '../../../src/netpol/reach/connectionSet.ts';
import {
  arbitraryConnection,
  arbitraryNamespaces,
  arbitraryPods,
  arbitraryPolicy,
} from '../concrete/arbitraries.ts';
import { ip } from '../concrete/cast.ts';
import { inventory } from '../inventory/manifests.ts';

const world = (policies: readonly NetworkPolicy[]): Inventory => ({
  namespaces: arbitraryNamespaces,
  pods: arbitraryPods.map((pod) => ({ ...pod, from: 'Pod', several: false })),
  policies,
  warnings: [],
  placeOf: () => undefined,
});

const nameOf = (end: ReachEndpoint): string => ('cidr' in end ? end.cidr : `${end.namespace}/${end.pod}`);
const podName = ({ namespace, name }: ConcretePod): string => `${namespace.name}/${name}`;

/** The addresses on both sides of every border that the policies of {@link arbitraryPolicy} draw, and some in between. */
const corners = [
  '0.0.0.0 9.255.255.255 10.0.0.0 10.0.0.255 10.0.1.0 10.0.1.255 10.0.2.0 10.0.255.255 10.1.0.0 10.1.255.255',
  '10.2.0.0 10.255.255.255 11.0.0.0 169.254.169.253 169.254.169.254 169.254.169.255 255.255.255.255',
  ':: ::1 ::ffff:0:0 64:ff9b:: 64:ff9b::ffff:ffff 64:ff9b::1:0:0 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
].flatMap((line) => line.split(' ').map(ip));

describe('agrees with the concrete evaluator', () => {
  const policies = fc.array(arbitraryPolicy, { maxLength: 5 });
  const probes = fc.array(arbitraryConnection, { minLength: 3, maxLength: 3 });

  test.each([true, false])('between pods, where an ipBlock matches pods: %s', (ipBlockMatchesPods) => {
    const switches = { ...documented, ipBlockMatchesPods };
    fc.assert(
      fc.property(policies, probes, (some, connections) => {
        const rows = [...connectionsOf(world(some), { ipBlockMatchesPods })];
        const pairs = new Map(rows.map((row) => [`${nameOf(row.source)} ${nameOf(row.destination)}`, row]));
        expect(pairs.size).toBe(rows.length);
        const wrong = everyPair.flatMap(([source, destination]): readonly unknown[] => {
          const row = pairs.get(`${podName(source)} ${podName(destination)}`);
          if (source === destination) return row === undefined ? [] : [row];
          return connections
            .map((connection) => ({ source, destination, connection }))
            .filter(
              (flow) =>
                (row !== undefined && includes(row.allowed, flow.connection)) !==
                flowAllowed({ policies: some }, flow, switches).allowed,
            );
        });
        expect(wrong).toEqual([]);
      }),
    );
  });

  test('with addresses outside', () => {
    fc.assert(
      fc.property(policies, arbitraryConnection, (some, connection) => {
        const rows = [...connectionsOf(world(some))];
        for (const pod of arbitraryPods) {
          for (const direction of ['Egress', 'Ingress'] as const) {
            const reach = outsideRows(rows, pod, direction);
            const wrong = corners.filter((address) => {
              const peer = { kind: 'address', address } as const;
              const [source, destination] = direction === 'Egress' ? [pod, peer] : [peer, pod];
              const expected =
                pod.ips.some(({ family }) => family === address.family) &&
                flowAllowed({ policies: some }, { source, destination, connection }, documented).allowed;
              const holding = reach.filter(
                ({ block: { family, low, high } }) =>
                  family === address.family && low <= address.value && address.value <= high,
              );
              return (
                holding.length > 1 ||
                holding.some(({ allowed }) => includes(allowed, connection)) !== expected
              );
            });
            expect(wrong).toEqual([]);
          }
        }
      }),
    );
  });
});

const everyPair = arbitraryPods.flatMap((source) =>
  arbitraryPods.map((destination) => [source, destination] as const),
);

/** The rows between a pod and blocks outside, with the blocks parsed. */
const outsideRows = (
  rows: readonly ReachConnection[],
  pod: ConcretePod,
  direction: 'Egress' | 'Ingress',
): readonly { readonly block: AddressRange; readonly allowed: ConnectionSet }[] =>
  rows.flatMap(({ source, destination, allowed }) => {
    const [near, far] = direction === 'Egress' ? [source, destination] : [destination, source];
    const block = 'cidr' in far ? parseCidr(far.cidr)?.block : undefined;
    return block !== undefined && nameOf(near) === podName(pod) ? [{ block, allowed }] : [];
  });

const lines = (text: string): readonly string[] =>
  [...connectionsOf(inventory(text))].map(
    ({ source, destination, allowed }) => `${nameOf(source)} > ${nameOf(destination)}: ${inWords(allowed)}`,
  );

const twoPods = `
apiVersion: v1
kind: Pod
metadata: {name: a, labels: {app: a}}
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
spec: {replicas: 2, template: {metadata: {labels: {app: b}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}}
---
`;
const policy = (name: string, spec: string): string =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}}, spec: ${spec}}\n---\n`;

describe('lists', () => {
  test('everything where there is no policy, a workload with itself included', () => {
    expect(lines(twoPods)).toEqual([
      'default/a > default/b: everything',
      'default/a > 0.0.0.0/0: everything',
      'default/a > ::/0: everything',
      'default/b > default/a: everything',
      'default/b > default/b: everything',
      'default/b > 0.0.0.0/0: everything',
      'default/b > ::/0: everything',
      '0.0.0.0/0 > default/a: everything',
      '::/0 > default/a: everything',
      '0.0.0.0/0 > default/b: everything',
      '::/0 > default/b: everything',
    ]);
  });

  test('nothing where everything is denied', () => {
    expect(lines(twoPods + policy('deny', '{policyTypes: [Ingress, Egress]}'))).toEqual([]);
  });

  test('ports of both sides together, names where they lead, the fewest CIDRs', () => {
    const rules =
      policy('deny', '{policyTypes: [Ingress, Egress]}') +
      policy(
        'b',
        '{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {}}], ports: [{port: http}, {port: 9000, endPort: 9010}]}]}',
      ) +
      policy(
        'a',
        '{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}], ports: [{port: 8000, endPort: 9005}, {protocol: UDP}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.128.0.0/9]}}, {ipBlock: {cidr: 10.192.0.0/10}}], ports: [{port: 443}]}]}',
      );
    expect(lines(twoPods + rules)).toEqual([
      'default/a > default/b: TCP 8080,9000-9005',
      'default/a > 10.0.0.0/9: TCP 443',
      'default/a > 10.192.0.0/10: TCP 443',
    ]);
  });
});

test('the whole of IPv4 less one address is 32 blocks, each way it may be written', () => {
  const cidrs = (except: string): readonly string[] =>
    lines(
      twoPods +
        policy(
          'p',
          `{policyTypes: [Egress, Ingress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: ["${except}"]}}]}]}`,
        ),
    );
  expect(cidrs('169.254.169.254/32')).toHaveLength(64);
  expect(cidrs('::ffff:169.254.169.254/128')).toEqual(cidrs('169.254.169.254/32'));
});
