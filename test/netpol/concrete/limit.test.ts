/** The rules of Boundaries on concrete connections: what a limit certainly allows, what a never could mean. */
import { describe, expect, test } from '@jest/globals';
import { ruleListAllows } from '../../../src/netpol/concrete/limit.ts';
import type { LimitContext } from '../../../src/netpol/concrete/limit.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import { db, external, namespace, pod, stray, teller, web } from './cast.ts';
import { ranges, rules } from './limitRules.ts';

const sibling = pod(namespace('shop-two', 'tenant=shop env=dev'), 'cart', 'app=cart');
const homeless = pod(namespace('no-tenant', 'tenant='), 'x', 'app=web');

interface Case extends Partial<Omit<LimitContext, 'switches' | 'ranges'>> {
  readonly name: string;
  readonly rules: string;
  readonly allowed: boolean;
}

const check = ({ rules: text, allowed, ...given }: Case): void => {
  const context: LimitContext = {
    direction: 'Egress',
    subject: web,
    peer: db,
    connection: { protocol: 'TCP', port: 80 },
    reading: 'limit',
    switches: documented,
    ranges,
    ...given,
  };
  expect(ruleListAllows(rules(text, context.direction === 'Egress' ? 'to' : 'from'), context).allowed).toBe(
    allowed,
  );
};

describe('limit', () => {
  test.each<Case>([
    { name: '[] allows nothing', rules: '[]', allowed: false },
    {
      name: '[{}] allows all',
      rules: '[{}]',
      peer: external('8.8.8.8'),
      connection: { protocol: 'OTHER' },
      allowed: true,
    },
    { name: 'sameLabels: own namespace', rules: '[{to: [{sameLabels: [tenant]}]}]', allowed: true },
    {
      name: 'sameLabels: another namespace of the tenant',
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      peer: sibling,
      allowed: true,
    },
    {
      name: 'sameLabels: all of them',
      rules: '[{to: [{sameLabels: [tenant, env]}]}]',
      peer: sibling,
      allowed: false,
    },
    {
      name: 'sameLabels: another tenant',
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      peer: teller,
      allowed: false,
    },
    {
      name: 'sameLabels: a peer without the label',
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      peer: stray,
      allowed: false,
    },
    {
      name: 'sameLabels: never an address',
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      peer: external('10.244.1.2'),
      allowed: false,
    },
    {
      name: 'sameLabels: a subject without the label matches nothing',
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      subject: stray,
      peer: stray,
      allowed: false,
    },
    {
      name: 'sameLabels: a subject with the empty label matches nothing',
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      subject: homeless,
      peer: homeless,
      allowed: false,
    },
    {
      name: 'sameLabels with podSelector is AND',
      rules: '[{to: [{sameLabels: [tenant], podSelector: {matchLabels: {app: cart}}}]}]',
      allowed: false,
    },
    {
      name: 'sameLabels with podSelector reaches other namespaces',
      rules: '[{to: [{sameLabels: [tenant], podSelector: {matchLabels: {app: cart}}}]}]',
      peer: sibling,
      allowed: true,
    },
    {
      name: 'sameLabels with namespaceSelector is AND',
      rules: '[{to: [{sameLabels: [tenant], namespaceSelector: {matchLabels: {env: prod}}}]}]',
      peer: sibling,
      allowed: false,
    },
    {
      name: 'podSelector alone is the own namespace',
      rules: '[{to: [{podSelector: {}}]}]',
      peer: sibling,
      allowed: false,
    },
    {
      name: 'appliesTo selects the subject',
      rules: '[{appliesTo: {matchLabels: {app: web}}}]',
      allowed: true,
    },
    {
      name: 'appliesTo leaves others out',
      rules: '[{appliesTo: {matchLabels: {app: web}}}]',
      subject: db,
      peer: web,
      allowed: false,
    },
    { name: 'ports limit', rules: '[{ports: [{port: 443}]}]', allowed: false },
    {
      name: 'a named port is the port of the destination',
      rules: '[{ports: [{port: sql}]}]',
      connection: { protocol: 'TCP', port: 5432 },
      allowed: true,
    },
    {
      name: 'a named port is the port of the subject on ingress',
      rules: '[{ports: [{port: http}]}]',
      direction: 'Ingress',
      connection: { protocol: 'TCP', port: 8080 },
      allowed: true,
    },
    {
      name: 'a named port is nothing at an address',
      rules: '[{ports: [{port: sql}]}]',
      peer: external('8.8.8.8'),
      connection: { protocol: 'TCP', port: 5432 },
      allowed: false,
    },
    {
      name: 'kubeAPI is its addresses and ports',
      rules: '[{to: [{kubeAPI: true}]}]',
      peer: external('192.168.0.2'),
      connection: { protocol: 'TCP', port: 6443 },
      allowed: true,
    },
    {
      name: 'kubeAPI is no other port',
      rules: '[{to: [{kubeAPI: true}]}]',
      peer: external('192.168.0.2'),
      allowed: false,
    },
    {
      name: 'kubeAPI is no other address',
      rules: '[{to: [{kubeAPI: true}]}]',
      peer: external('192.168.0.3'),
      connection: { protocol: 'TCP', port: 6443 },
      allowed: false,
    },
    {
      name: 'kubeAPI is no pod',
      rules: '[{to: [{kubeAPI: true}]}]',
      peer: db,
      connection: { protocol: 'TCP', port: 6443 },
      allowed: false,
    },
    {
      name: 'an ipBlock is outside addresses',
      rules: '[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]',
      peer: external('8.8.8.8'),
      allowed: true,
    },
    {
      name: 'an ipBlock is no address of the pod range',
      rules: '[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]',
      peer: external('10.244.9.9'),
      allowed: false,
    },
    {
      name: 'an ipBlock is no node by chance',
      rules: '[{to: [{ipBlock: {cidr: 192.168.0.0/16}}]}]',
      peer: external('192.168.0.9'),
      allowed: false,
    },
    {
      name: 'an ipBlock is a node on purpose',
      rules: '[{to: [{ipBlock: {cidr: 192.168.0.8/29}}]}]',
      peer: external('192.168.0.9'),
      allowed: true,
    },
    {
      name: 'an ipBlock is no service by chance',
      rules: '[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]',
      peer: external('10.96.0.1'),
      allowed: false,
    },
    {
      name: 'an ipBlock is a service on purpose',
      rules: '[{to: [{ipBlock: {cidr: 10.96.0.1/32}}]}]',
      peer: external('10.96.0.1'),
      allowed: true,
    },
  ])('$name', check);

  test('the answer names rule and peer', () => {
    const context: LimitContext = {
      direction: 'Egress',
      subject: web,
      peer: sibling,
      connection: { protocol: 'TCP', port: 80 },
      reading: 'limit',
      switches: documented,
      ranges,
    };
    const list = rules('[{ports: [{port: 1}]}, {to: [{podSelector: {}}, {sameLabels: [tenant]}]}, {}]', 'to');
    expect(ruleListAllows(list, context)).toEqual({ allowed: true, rule: 1, peer: 1 });
    expect(ruleListAllows(list.slice(2), context)).toEqual({ allowed: true, rule: 0 });
    expect(ruleListAllows(list.slice(0, 1), context)).toEqual({ allowed: false });
  });
});

describe('never', () => {
  const reading = 'never' as const;
  test.each<Case>([
    {
      name: 'sameLabels of a subject without the label is every peer',
      reading,
      rules: '[{to: [{sameLabels: [tenant]}]}]',
      subject: stray,
      peer: external('8.8.8.8'),
      allowed: true,
    },
    {
      name: 'a named port is every port of its protocol',
      reading,
      rules: '[{ports: [{port: metrics}]}]',
      connection: { protocol: 'TCP', port: 443 },
      allowed: true,
    },
    {
      name: 'a named port is every port at an address too',
      reading,
      rules: '[{ports: [{port: metrics}]}]',
      peer: external('8.8.8.8'),
      connection: { protocol: 'TCP', port: 443 },
      allowed: true,
    },
    {
      name: 'a named port is no other protocol',
      reading,
      rules: '[{ports: [{port: metrics}]}]',
      connection: { protocol: 'UDP', port: 443 },
      allowed: false,
    },
    {
      name: 'an ipBlock is addresses of the pod range',
      reading,
      rules: '[{to: [{ipBlock: {cidr: 10.244.0.0/16}}]}]',
      peer: external('10.244.9.9'),
      allowed: true,
    },
    {
      name: 'an ipBlock is pods',
      reading,
      rules: '[{to: [{ipBlock: {cidr: 10.244.0.0/16}}]}]',
      peer: db,
      allowed: true,
    },
    {
      name: 'an ipBlock is nodes',
      reading,
      rules: '[{to: [{ipBlock: {cidr: 192.0.0.0/8}}]}]',
      peer: external('192.168.0.9'),
      allowed: true,
    },
    {
      name: 'an ipBlock is no more than that',
      reading,
      rules: '[{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]',
      peer: external('8.8.8.8'),
      allowed: false,
    },
  ])('$name', check);
});
