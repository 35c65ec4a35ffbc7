/** Who a peer is, and by which of its addresses: rows of semantics.md 1.1 on concrete pods. */
import { describe, expect, test } from '@jest/globals';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import { agent, bank, db, external, pod, policy, shop, stray, teller } from './cast.ts';
import { check, icmp, tcp, toWeb } from './flowCase.ts';
import type { Case } from './flowCase.ts';

describe('peers', () => {
  const ingressFrom = (peers: string): string[] => [`{podSelector: {}, ingress: [{from: ${peers}}]}`];
  test.each<Case>([
    {
      name: 'ingress: [{}] allows everybody',
      policies: ['ingress: [{}]'],
      from: external('8.8.8.8'),
      ...toWeb,
      allowed: true,
    },
    {
      name: 'ingress: [{}] allows every protocol',
      policies: ['ingress: [{}]'],
      from: teller,
      ...toWeb,
      connection: icmp,
      allowed: true,
    },
    {
      name: 'from: [] is from absent',
      policies: ['ingress: [{from: []}]'],
      from: teller,
      ...toWeb,
      allowed: true,
    },
    { name: 'ingress: [] is ingress absent', policies: ['ingress: []'], from: db, ...toWeb, allowed: false },
    {
      name: 'podSelector alone is the own namespace: inside',
      policies: ingressFrom('[{podSelector: {}}]'),
      from: db,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'podSelector alone is the own namespace: outside',
      policies: ingressFrom('[{podSelector: {}}]'),
      from: teller,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'podSelector alone never is an external address',
      policies: ingressFrom('[{podSelector: {}}]'),
      from: external('8.8.8.8'),
      ...toWeb,
      allowed: false,
    },
    {
      name: 'namespaceSelector alone is all pods there',
      policies: ingressFrom('[{namespaceSelector: {matchLabels: {tenant: bank}}}]'),
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'namespaceSelector {} is every namespace',
      policies: ingressFrom('[{namespaceSelector: {}}]'),
      from: stray,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'namespaceSelector {} is no external address',
      policies: ingressFrom('[{namespaceSelector: {}}]'),
      from: external('8.8.8.8'),
      ...toWeb,
      allowed: false,
    },
    {
      name: 'both selectors in one item are AND: pod matches, namespace does not',
      policies: ingressFrom(
        '[{namespaceSelector: {matchLabels: {tenant: shop}}, podSelector: {matchLabels: {role: teller}}}]',
      ),
      from: teller,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'both selectors in one item are AND: both match',
      policies: ingressFrom(
        '[{namespaceSelector: {matchLabels: {tenant: bank}}, podSelector: {matchLabels: {role: teller}}}]',
      ),
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'two items are OR',
      policies: ingressFrom(
        '[{namespaceSelector: {matchLabels: {tenant: bank}}}, {podSelector: {matchLabels: {app: db}}}]',
      ),
      from: db,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'metadata.name is on every namespace',
      policies: ingressFrom('[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: empty}}}]'),
      from: stray,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'NotIn on namespaces selects those without the key',
      policies: ingressFrom(
        '[{namespaceSelector: {matchExpressions: [{key: tenant, operator: NotIn, values: [shop]}]}}]',
      ),
      from: stray,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'In needs the key',
      policies: ingressFrom(
        '[{namespaceSelector: {matchExpressions: [{key: tenant, operator: In, values: [shop, bank]}]}}]',
      ),
      from: stray,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'Exists needs the key',
      policies: ingressFrom('[{namespaceSelector: {matchExpressions: [{key: tenant, operator: Exists}]}}]'),
      from: stray,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'DoesNotExist needs its absence',
      policies: ingressFrom(
        '[{namespaceSelector: {matchExpressions: [{key: tenant, operator: DoesNotExist}]}}]',
      ),
      from: stray,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'selectors do not select hostNetwork pods',
      policies: ingressFrom('[{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]'),
      from: agent,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'unless the plugin does',
      policies: ingressFrom('[{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]'),
      from: agent,
      ...toWeb,
      switches: { hostNetworkSelected: true },
      allowed: true,
    },
    {
      name: 'a hostNetwork pod counts as its node address',
      policies: ingressFrom('[{ipBlock: {cidr: 192.168.0.0/24}}]'),
      from: agent,
      ...toWeb,
      switches: { ipBlockMatchesPods: false },
      allowed: true,
    },
    {
      name: 'an ipBlock matches pods where the plugin does',
      policies: ingressFrom('[{ipBlock: {cidr: 10.244.0.0/16}}]'),
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'an ipBlock does not match pods where the plugin does not',
      policies: ingressFrom('[{ipBlock: {cidr: 0.0.0.0/0}}]'),
      from: teller,
      ...toWeb,
      switches: { ipBlockMatchesPods: false },
      allowed: false,
    },
    {
      name: 'an ipBlock does not match a pod whose address nobody knows',
      policies: ingressFrom('[{ipBlock: {cidr: 0.0.0.0/0}}]'),
      from: pod(bank, 'new', ''),
      ...toWeb,
      allowed: false,
    },
  ])('$name', check);

  test('a hostNetwork subject is selected by nobody', () => {
    const home = pod(shop, 'node-agent', 'app=web', { hostNetwork: true });
    const flow = { source: teller, destination: home, connection: tcp(80) };
    const world = { policies: [policy(shop, 'podSelector: {}')] };
    expect(flowAllowed(world, flow, documented).ingress).toMatchObject({
      allowed: true,
      reason: 'hostNetwork',
    });
    expect(flowAllowed(world, flow, { ...documented, hostNetworkSelected: true }).allowed).toBe(false);
  });
});

describe('families', () => {
  const dual = pod(bank, 'dual', '', { ips: ['10.244.2.9', 'fd00::9'] });
  const dualWeb = pod(shop, 'web6', 'app=web', { ips: ['10.244.1.9', 'fd00::1'] });
  test.each<Case>([
    {
      name: 'one family that works is enough',
      policies: ['{ingress: [{from: [{ipBlock: {cidr: "fd00::/64"}}]}]}'],
      from: dual,
      to: dualWeb,
      allowed: true,
    },
    {
      name: 'egress by IPv4 and ingress by IPv6 do not make one connection',
      policies: [
        '{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: "fd00::/64"}}]}]}',
        '{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.244.0.0/16}}]}]}',
      ],
      from: pod(shop, 'other', '', { ips: ['10.244.1.8', 'fd00::8'] }),
      to: dualWeb,
      allowed: false,
    },
    {
      name: 'IPv6 passes where the plugin does not bind it',
      policies: ['policyTypes: [Ingress]'],
      from: external('2001:db8::1'),
      to: dualWeb,
      switches: { ipv6: false },
      allowed: true,
    },
    {
      name: 'IPv4 is still bound there',
      policies: ['policyTypes: [Ingress]'],
      from: external('8.8.8.8'),
      to: dualWeb,
      switches: { ipv6: false },
      allowed: false,
    },
  ])('$name', check);
});
