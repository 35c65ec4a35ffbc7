/** The flow rule of semantics.md 1.1, corner by corner, on concrete pods. */
import { describe, expect, test } from '@jest/globals';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import type { Switches } from '../../../src/netpol/concrete/switches.ts';
import type { ConcreteEndpoint, Connection } from '../../../src/netpol/concrete/world.ts';
import { agent, bank, db, external, pod, policy, shop, stray, teller, web } from './cast.ts';

const tcp = (port: number): Connection => ({ protocol: 'TCP', port });
const udp = (port: number): Connection => ({ protocol: 'UDP', port });
const sctp = (port: number): Connection => ({ protocol: 'SCTP', port });
const icmp: Connection = { protocol: 'OTHER' };

interface Case {
  readonly name: string;
  /** Specs of policies in `shop`. */
  readonly policies: readonly string[];
  readonly from: ConcreteEndpoint;
  readonly to: ConcreteEndpoint;
  readonly connection?: Connection;
  readonly switches?: Partial<Switches>;
  readonly allowed: boolean;
}

const check = ({ policies, from, to, connection, switches, allowed }: Case): void => {
  const world = { policies: policies.map((spec, index) => policy(shop, spec, `p${index}`)) };
  const flow = { source: from, destination: to, connection: connection ?? tcp(80) };
  const answer = flowAllowed(world, flow, { ...documented, ...switches });
  expect(answer.allowed).toBe(allowed);
  expect(answer.allowed).toBe(answer.egress.allowed && answer.ingress.allowed);
};

const toWeb = { to: web } as const;
const fromWeb = { from: web } as const;

describe('isolation', () => {
  test.each<Case>([
    { name: 'a pod that no policy selects is open', policies: [], from: teller, ...toWeb, allowed: true },
    {
      name: 'policyTypes absent and no egress rules isolates for ingress',
      policies: ['podSelector: {}'],
      from: teller,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'policyTypes absent and egress: [] leaves egress open',
      policies: ['{podSelector: {}, egress: []}'],
      ...fromWeb,
      to: teller,
      allowed: true,
    },
    {
      name: 'policyTypes [] is policyTypes absent',
      policies: ['{policyTypes: [], egress: [{to: [{podSelector: {}}]}]}'],
      ...fromWeb,
      to: teller,
      allowed: false,
    },
    {
      name: 'policyTypes absent with egress rules isolates for egress',
      policies: ['{egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}], ingress: [{}]}'],
      ...fromWeb,
      to: teller,
      allowed: false,
    },
    {
      name: 'policyTypes [Egress] ignores ingress rules and isolates no ingress',
      policies: ['{policyTypes: [Egress], ingress: [{from: [{podSelector: {matchLabels: {app: nobody}}}]}]}'],
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'policyTypes [Ingress] ignores egress rules and isolates no egress',
      policies: ['{policyTypes: [Ingress], egress: [{to: [{podSelector: {}}]}]}'],
      ...fromWeb,
      to: teller,
      allowed: true,
    },
    {
      name: 'policyTypes [Egress] with egress absent denies all egress',
      policies: ['policyTypes: [Egress]'],
      ...fromWeb,
      to: teller,
      allowed: false,
    },
    {
      name: 'policyTypes [Ingress, Ingress] is [Ingress]',
      policies: ['policyTypes: [Ingress, Ingress]'],
      ...fromWeb,
      to: teller,
      allowed: true,
    },
    {
      name: 'podSelector absent selects every pod of the namespace',
      policies: ['policyTypes: [Ingress]'],
      from: web,
      to: db,
      allowed: false,
    },
    {
      name: 'a policy does not select pods of other namespaces',
      policies: ['podSelector: {}'],
      from: web,
      to: teller,
      allowed: true,
    },
    {
      name: 'a policy that does not select the pod does not isolate it',
      policies: ['podSelector: {matchLabels: {app: db}}'],
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'NotIn in podSelector selects pods without the key',
      policies: ['podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [x]}]}'],
      from: teller,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'an unsatisfiable podSelector isolates nobody',
      policies: [
        'podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}, {key: app, operator: In, values: [db]}]}',
      ],
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'external endpoints are never subjects',
      policies: [],
      from: web,
      to: external('1.1.1.1'),
      allowed: true,
    },
    {
      name: 'a pod reaches itself',
      policies: ['policyTypes: [Ingress, Egress]'],
      from: web,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'a pod does not reach itself where the plugin has no loopback exemption',
      policies: ['policyTypes: [Ingress, Egress]'],
      from: web,
      ...toWeb,
      switches: { loopback: false },
      allowed: false,
    },
  ])('$name', check);
});

describe('union', () => {
  const onlyDb = '{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]}';
  test.each<Case>([
    {
      name: 'a second policy adds',
      policies: [onlyDb, '{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}'],
      from: teller,
      ...toWeb,
      allowed: true,
    },
    {
      name: 'alone the first keeps strangers out',
      policies: [onlyDb],
      from: teller,
      ...toWeb,
      allowed: false,
    },
    {
      name: 'an except is re-allowed by another peer',
      policies: [
        '{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: 10.1.2.0/24}}]}]}',
      ],
      from: external('10.1.2.3'),
      ...toWeb,
      allowed: true,
    },
    {
      name: 'both sides must allow',
      policies: ['{podSelector: {matchLabels: {app: db}}, ingress: [{}]}', 'policyTypes: [Egress]'],
      from: web,
      to: db,
      allowed: false,
    },
  ])('$name', check);
});

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

describe('ports', () => {
  const ingressOn = (ports: string): string[] => [`{podSelector: {}, ingress: [{ports: ${ports}}]}`];
  const egressOn = (ports: string): string[] => [
    `{podSelector: {}, policyTypes: [Egress], egress: [{ports: ${ports}}]}`,
  ];
  test.each<Case>([
    {
      name: 'ports [] is ports absent: every protocol',
      policies: ingressOn('[]'),
      from: teller,
      ...toWeb,
      connection: icmp,
      allowed: true,
    },
    {
      name: 'ports [{}] is all of TCP',
      policies: ingressOn('[{}]'),
      from: teller,
      ...toWeb,
      connection: tcp(65535),
      allowed: true,
    },
    {
      name: 'ports [{}] is not UDP',
      policies: ingressOn('[{}]'),
      from: teller,
      ...toWeb,
      connection: udp(53),
      allowed: false,
    },
    {
      name: 'ports [{}] is not ICMP',
      policies: ingressOn('[{}]'),
      from: teller,
      ...toWeb,
      connection: icmp,
      allowed: false,
    },
    {
      name: 'three protocols without port are not ICMP',
      policies: ingressOn('[{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]'),
      from: teller,
      ...toWeb,
      connection: icmp,
      allowed: false,
    },
    {
      name: 'ICMP passes where the plugin does not bind it',
      policies: ingressOn('[{}]'),
      from: teller,
      ...toWeb,
      connection: icmp,
      switches: { otherProtocols: false },
      allowed: true,
    },
    {
      name: 'protocol without port is all ports of it',
      policies: ingressOn('[{protocol: SCTP}]'),
      from: teller,
      ...toWeb,
      connection: sctp(1),
      allowed: true,
    },
    {
      name: 'a port is that port',
      policies: ingressOn('[{port: 80}]'),
      from: teller,
      ...toWeb,
      connection: tcp(80),
      allowed: true,
    },
    {
      name: 'a port is no other port',
      policies: ingressOn('[{port: 80}]'),
      from: teller,
      ...toWeb,
      connection: tcp(81),
      allowed: false,
    },
    {
      name: 'a port is that protocol only',
      policies: ingressOn('[{port: 80}]'),
      from: teller,
      ...toWeb,
      connection: udp(80),
      allowed: false,
    },
    {
      name: 'endPort is inclusive',
      policies: ingressOn('[{port: 80, endPort: 90}]'),
      from: teller,
      ...toWeb,
      connection: tcp(90),
      allowed: true,
    },
    {
      name: 'endPort ends there',
      policies: ingressOn('[{port: 80, endPort: 90}]'),
      from: teller,
      ...toWeb,
      connection: tcp(91),
      allowed: false,
    },
    {
      name: 'endPort may equal port',
      policies: ingressOn('[{port: 80, endPort: 80}]'),
      from: teller,
      ...toWeb,
      connection: tcp(80),
      allowed: true,
    },
    {
      name: '1-65535 is all that has a number',
      policies: ingressOn('[{port: 1, endPort: 65535}]'),
      from: teller,
      ...toWeb,
      connection: tcp(1),
      allowed: true,
    },
    {
      name: 'ingress: a name is the port of the subject',
      policies: ingressOn('[{port: http}]'),
      from: teller,
      ...toWeb,
      connection: tcp(8080),
      allowed: true,
    },
    {
      name: 'ingress: another pod maps the name elsewhere',
      policies: ingressOn('[{port: http}]'),
      from: teller,
      to: db,
      connection: tcp(9090),
      allowed: true,
    },
    {
      name: 'ingress: a name is not the number of another pod',
      policies: ingressOn('[{port: http}]'),
      from: teller,
      to: db,
      connection: tcp(8080),
      allowed: false,
    },
    {
      name: 'ingress: name and protocol must match',
      policies: ingressOn('[{protocol: UDP, port: http}]'),
      from: teller,
      ...toWeb,
      connection: udp(8080),
      allowed: false,
    },
    {
      name: 'ingress: an unknown name is no port',
      policies: ingressOn('[{port: nope}]'),
      from: teller,
      ...toWeb,
      connection: tcp(8080),
      allowed: false,
    },
    {
      name: 'egress: a name is the port of the peer',
      policies: egressOn('[{port: sql}]'),
      from: web,
      to: db,
      connection: tcp(5432),
      allowed: true,
    },
    {
      name: 'egress: a name is not the port of the subject',
      policies: egressOn('[{port: http}]'),
      from: web,
      to: db,
      connection: tcp(8080),
      allowed: false,
    },
    {
      name: 'egress: a name does not match an external address',
      policies: egressOn('[{port: sql}]'),
      from: web,
      to: external('1.1.1.1'),
      connection: tcp(5432),
      allowed: false,
    },
  ])('$name', check);
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

describe('reasons', () => {
  test('the rule that allows is named by policy and pointer', () => {
    const world = {
      policies: [
        policy(shop, 'podSelector: {}', 'deny'),
        policy(
          shop,
          '{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 1}]}, {from: [{podSelector: {}}, {namespaceSelector: {}}], ports: [{port: 80}]}]}',
          'allow',
        ),
      ],
    };
    const answer = flowAllowed(world, { source: teller, destination: web, connection: tcp(80) }, documented);
    expect(answer.egress).toEqual({
      direction: 'Egress',
      allowed: true,
      isolated: false,
      reason: 'notIsolated',
      policies: [],
    });
    expect(answer.ingress).toEqual({
      direction: 'Ingress',
      allowed: true,
      isolated: true,
      reason: 'rule',
      policies: ['shop/deny', 'shop/allow'],
      allowedBy: { policy: 'shop/allow', field: '/spec/ingress/1/from/1' },
    });
  });

  test('a rule without peers is named itself', () => {
    const world = { policies: [policy(shop, 'ingress: [{}]', 'open')] };
    const answer = flowAllowed(world, { source: teller, destination: web, connection: icmp }, documented);
    expect(answer.ingress.allowedBy).toEqual({ policy: 'shop/open', field: '/spec/ingress/0' });
  });

  test('the side that lacks a rule says so', () => {
    const world = { policies: [policy(shop, 'podSelector: {}', 'deny')] };
    const answer = flowAllowed(world, { source: teller, destination: web, connection: tcp(80) }, documented);
    expect(answer).toMatchObject({
      allowed: false,
      egress: { allowed: true },
      ingress: { allowed: false, reason: 'noRule', policies: ['shop/deny'] },
    });
  });
});
