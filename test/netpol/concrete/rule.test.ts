/** One policy alone: which rule or peer let a connection through, and laws that hold for every policy. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { policyAllows } from '../../../src/netpol/concrete/rule.ts';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented, permissive, restrictive } from '../../../src/netpol/concrete/switches.ts';
import { directions } from '../../../src/k8s/networkPolicy.ts';
import { arbitraryFlow, arbitraryPolicy, arbitrarySubject } from './arbitraries.ts';
import { db, external, policy, shop, teller, web } from './cast.ts';

const tcp80 = { protocol: 'TCP', port: 80 } as const;

describe('policyAllows', () => {
  const open = policy(shop, '{policyTypes: [Ingress], ingress: [{}], egress: [{}]}');
  test('names the rule that has no peers', () => {
    expect(policyAllows(open, 'shop', 'Ingress', web, teller, tcp80, documented)).toEqual({
      allowed: true,
      field: '/spec/ingress/0',
    });
  });
  test('has no rules in a direction that policyTypes leaves out', () => {
    expect(policyAllows(open, 'shop', 'Egress', web, teller, tcp80, documented)).toEqual({ allowed: false });
  });
  test('does not look at podSelector', () => {
    const other = policy(shop, '{podSelector: {matchLabels: {app: nobody}}, ingress: [{}]}');
    expect(policyAllows(other, 'shop', 'Ingress', web, teller, tcp80, documented).allowed).toBe(true);
  });
  test('takes the first peer that matches in a rule whose ports match', () => {
    const two = policy(
      shop,
      '{egress: [{to: [{podSelector: {}}], ports: [{port: 1}]}, {to: [{ipBlock: {cidr: 1.0.0.0/8}}, {podSelector: {}}]}]}',
    );
    expect(policyAllows(two, 'shop', 'Egress', web, db, tcp80, documented)).toEqual({
      allowed: true,
      field: '/spec/egress/1/to/1',
    });
    expect(policyAllows(two, 'shop', 'Egress', web, external('2.0.0.0'), tcp80, documented).allowed).toBe(
      false,
    );
  });
});

describe('laws', () => {
  const policies = fc.array(arbitraryPolicy, { maxLength: 4 });

  test('the order of policies, and having one twice, never matter', () => {
    fc.assert(
      fc.property(policies, arbitraryFlow, (some, flow) => {
        const once = flowAllowed({ policies: some }, flow, documented).allowed;
        expect(flowAllowed({ policies: [...some].reverse() }, flow, documented).allowed).toBe(once);
        expect(flowAllowed({ policies: [...some, ...some] }, flow, documented).allowed).toBe(once);
      }),
    );
  });

  test('one more policy opens nothing for a side that was open and closes nothing for one that was isolated', () => {
    fc.assert(
      fc.property(policies, arbitraryPolicy, arbitraryFlow, (some, another, flow) => {
        const before = flowAllowed({ policies: some }, flow, documented);
        const after = flowAllowed({ policies: [...some, another] }, flow, documented);
        for (const side of ['egress', 'ingress'] as const) {
          if (before[side].isolated) expect(after[side].allowed || !before[side].allowed).toBe(true);
          else expect(before[side].allowed).toBe(true);
        }
      }),
    );
  });

  test('a policy is the union of policies with one of its rules each', () => {
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryFlow, (whole, flow) => {
        const parts = [
          { ...whole, ingress: [], egress: [] },
          ...whole.ingress.map((rule) => ({ ...whole, ingress: [rule], egress: [] })),
          ...whole.egress.map((rule) => ({ ...whole, ingress: [], egress: [rule] })),
        ];
        expect(flowAllowed({ policies: parts }, flow, documented).allowed).toBe(
          flowAllowed({ policies: [whole] }, flow, documented).allowed,
        );
      }),
    );
  });

  test('what every restrictive implementation allows, some permissive one allows', () => {
    const may = permissive({ nat64: ['64:ff9b::/96'], sixToFour: true });
    fc.assert(
      fc.property(arbitraryPolicy, arbitrarySubject, arbitraryFlow, (any, subject, flow) => {
        for (const direction of directions) {
          const [pod, peer] = direction === 'Egress' ? [subject, flow.destination] : [subject, flow.source];
          const ask = (switches: (typeof may)[number]): boolean =>
            policyAllows(any, any.metadata.namespace, direction, pod, peer, flow.connection, switches)
              .allowed;
          if (restrictive.every(ask)) expect(may.some(ask)).toBe(true);
        }
      }),
    );
  });
});
