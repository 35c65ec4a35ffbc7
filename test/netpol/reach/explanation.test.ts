/** Explanations name the rules of each side, and agree with the concrete evaluator. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import { allConnections, includes, inWords } from '../../../src/netpol/reach/connectionSet.ts';
import { explain } from '../../../src/netpol/reach/explanation.ts';
import { arbitraryFlow, arbitraryPolicy } from '../concrete/arbitraries.ts';
import { agent, db, external, policy, shop, teller, web } from '../concrete/cast.ts';

test('agrees with the concrete evaluator, side by side, and some rule is named where one allows', () => {
  fc.assert(
    fc.property(fc.array(arbitraryPolicy, { maxLength: 5 }), arbitraryFlow, (policies, flow) => {
      const expected = flowAllowed({ policies }, flow, documented);
      const told = explain(policies, flow);
      expect(told.allowed).toBe(expected.allowed);
      expect(includes(told.connections, flow.connection)).toBe(expected.allowed);
      for (const name of ['egress', 'ingress'] as const) {
        expect(told[name]).toMatchObject({ allowed: expected[name].allowed, reason: expected[name].reason });
        const { allowedBy } = expected[name];
        if (allowedBy !== undefined)
          expect(told[name].rules).toContainEqual(expect.objectContaining(allowedBy));
      }
    }),
  );
});

test('without a connection the answer is whether there is any', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryPolicy, { maxLength: 5 }),
      arbitraryFlow,
      (policies, { source, destination, connection }) => {
        const { allowed, egress, ingress } = explain(policies, { source, destination });
        if (explain(policies, { source, destination, connection }).allowed) expect(allowed).toBe(true);
        if (!egress.allowed || !ingress.allowed) expect(allowed).toBe(false);
      },
    ),
  );
});

describe('names', () => {
  const policies = [
    policy(shop, '{policyTypes: [Ingress, Egress]}', 'floor'),
    policy(
      shop,
      '{podSelector: {matchLabels: {app: web}}, egress: [{to: [{podSelector: {}}], ports: [{port: sql}]}, {ports: [{protocol: UDP}]}]}',
      'out',
    ),
    policy(
      shop,
      '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5000, endPort: 6000}]}]}',
      'in',
    ),
  ];

  test('every rule that lets the other end in, with what it allows', () => {
    const told = explain(policies, { source: web, destination: db });
    expect(inWords(told.connections)).toBe('TCP 5432');
    expect(told.egress.policies).toEqual(['shop/floor', 'shop/out']);
    expect(
      told.egress.rules.map(({ policy: name, field, allowed }) => [name, field, inWords(allowed)]),
    ).toEqual([
      ['shop/out', '/spec/egress/0/to/0', 'TCP 5432'],
      ['shop/out', '/spec/egress/1', 'UDP all ports'],
    ]);
    expect(told.ingress.rules.map(({ field }) => field)).toEqual(['/spec/ingress/0/from/0']);
  });

  test('the side that lacks a rule', () => {
    const told = explain(policies, {
      source: db,
      destination: web,
      connection: { protocol: 'TCP', port: 80 },
    });
    expect(told).toMatchObject({
      allowed: false,
      egress: { reason: 'noRule' },
      ingress: { reason: 'noRule' },
    });
    expect(told.egress.rules).toEqual([]);
  });

  test('two sides that allow different things', () => {
    const apart = [
      ...policies.slice(0, 2),
      policy(shop, '{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 1}]}]}', 'in'),
    ];
    const told = explain(apart, { source: web, destination: db });
    expect(told).toMatchObject({ allowed: false, egress: { allowed: true }, ingress: { allowed: true } });
  });

  test('what is no matter of policies', () => {
    const one = { protocol: 'TCP', port: 1 } as const;
    expect(
      explain(policies, { source: external('8.8.8.8'), destination: teller, connection: one }),
    ).toMatchObject({
      allowed: true,
      connections: allConnections,
      egress: { reason: 'external' },
      ingress: { reason: 'notIsolated' },
    });
    expect(explain(policies, { source: agent, destination: teller }).egress.reason).toBe('hostNetwork');
    expect(explain(policies, { source: web, destination: web }).ingress.reason).toBe('loopback');
  });
});
