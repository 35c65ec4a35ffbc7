/** Isolation, union and the reasons that are given: the flow rule of semantics.md 1.1 on concrete pods. */
import { describe, expect, test } from '@jest/globals';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import { db, external, policy, shop, teller, web } from './cast.ts';
import { check, fromWeb, icmp, tcp, toWeb } from './flowCase.ts';
import type { Case } from './flowCase.ts';

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
