// A Boundary beside the one that it replaces: exactly what both allow is allowed, and nothing is told twice.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { admit } from '../../src/admission/admit.ts';
import { webhookConfigurations } from '../../src/admission/registration/webhookConfigurations.ts';
import { readEndpoint } from '../../src/admission/registration/endpoint.ts';
import { compileRules } from '../../src/admission/rules.ts';
import type { RuleDocument, Rules } from '../../src/admission/rules.ts';
import type { World } from '../../src/admission/world.ts';
import { assemble } from '../../src/config/load.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { developer, worldOf } from './scenario.ts';

const configured = assemble(undefined, { environment: {} });
if (!configured.ok) throw new Error('the defaults are sound');
const { config } = configured.value;

const document = (spec: object, superseded = false): RuleDocument => ({
  value: {
    ...{ apiVersion: 'bulkhead.dev/v1alpha1', kind: 'Boundary', metadata: { name: 'walls' } },
    spec: { namespaceSelector: { matchLabels: { tenant: 'a' } }, floor: { mode: 'Audit' }, ...spec },
  },
  file: 'cluster:Boundary/walls',
  positionOf: () => ({ line: 1, column: 1 }),
  ...(superseded ? { superseded: true } : {}),
});
function rulesOf(...all: readonly RuleDocument[]): Rules {
  const compiled = compileRules(all, config);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  return compiled.value;
}
const home = worldOf(
  '',
  '{apiVersion: v1, kind: Namespace, metadata: {name: home, labels: {tenant: a, other: b}}}',
);
const under = (rules: Rules): World => ({ ...home, rules });
const creation = (kind: string, resource: string, spec: JsonObject): Attributes => ({
  ...{ uid: 'u', dryRun: false, operation: 'CREATE', version: 'v1', kind, resource, subresource: '' },
  ...{ group: kind === 'Pod' ? '' : 'networking.k8s.io', namespace: 'home', name: 'one' },
  ...{ user: developer, oldObject: null },
  object: { metadata: { name: 'one', namespace: 'home' }, spec },
});
const allowed = (attributes: Attributes, rules: Rules): boolean =>
  admit(attributes, under(rules), 'review').decision.allowed;

const cidrs = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '192.0.2.0/24', '0.0.0.0/0'];
const peer = fc.constantFrom(
  ...cidrs.map((cidr) => ({ ipBlock: { cidr } })),
  { podSelector: {} },
  { namespaceSelector: { matchLabels: { tenant: 'a' } } },
);
const rule = fc.record(
  {
    to: fc.array(peer, { minLength: 1, maxLength: 2 }),
    ports: fc.constantFrom([{ port: 80 }], [{ port: 443 }]),
  },
  { requiredKeys: ['to'] },
);
const limit = fc.record(
  {
    egress: fc.array(rule, { maxLength: 2 }),
    never: fc.record({ egress: fc.array(rule, { maxLength: 1 }) }),
    namespaceSelector: fc.constantFrom<object>(
      {},
      { matchLabels: { tenant: 'a' } },
      { matchLabels: { other: 'b' } },
      { matchLabels: { other: 'c' } },
    ),
    pods: fc.constantFrom({ hostNetwork: 'Deny' }, { hostNetwork: 'Allow' }, { hostNetwork: 'Warn' }),
  },
  { requiredKeys: [] },
);
const policy = fc
  .array(rule, { maxLength: 2 })
  .map((egress) =>
    creation('NetworkPolicy', 'networkpolicies', { podSelector: {}, policyTypes: ['Egress'], egress }),
  );
const pod = fc.boolean().map((hostNetwork) =>
  creation('Pod', 'pods', {
    hostNetwork,
    containers: [{ name: 'c', image: 'i', securityContext: { capabilities: { drop: ['ALL'] } } }],
  }),
);

describe('both versions of a Boundary', () => {
  test('allow exactly what each of them allows', () => {
    let both = 0;
    fc.assert(
      fc.property(limit, limit, fc.oneof(policy, pod), (old, now, attributes) => {
        const together = rulesOf(document(now), document(old, true));
        const each =
          allowed(attributes, rulesOf(document(old))) && allowed(attributes, rulesOf(document(now)));
        if (each) both += 1;
        expect(allowed(attributes, together)).toBe(each);
      }),
      { numRuns: 400 },
    );
    expect(both).toBeGreaterThan(40);
  });

  test('are another set than the new one alone, and another thread compiles the same', () => {
    const now = document({ egress: [] });
    const old = document({ ingress: [] }, true);
    const rules = rulesOf(now, old);
    expect(rules.hash).not.toBe(rulesOf(now).hash);
    expect(rules.hash).not.toBe(rulesOf(document({ ingress: [] }), { ...now, superseded: true }).hash);
    const again = rulesOf(...rules.sources.map((source) => ({ ...source, positionOf: old.positionOf })));
    expect(again.hash).toBe(rules.hash);
    expect(again.ruleSet.boundaries.map(({ superseded }) => superseded)).toEqual([undefined, true]);
  });

  test('tell once what both find', () => {
    const settings = { pods: { hostNetwork: 'Deny' }, ingress: [] };
    const rules = rulesOf(document(settings), document({ ...settings, egress: [] }, true));
    const host = creation('Pod', 'pods', { hostNetwork: true, containers: [{ name: 'c', image: 'i' }] });
    const { violations } = admit(host, under(rules), 'review').decision;
    expect(violations.map(({ code }) => code)).toEqual(['pods.hostNetwork']);
  });
});

describe('the registration for both', () => {
  const endpoint = readEndpoint({
    url: 'https://127.0.0.1:1',
    caBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  });
  const entries = (rules: Rules): readonly (readonly [string, string])[] => {
    if (!endpoint.ok) throw new Error('the endpoint is sound');
    const [validating] = webhookConfigurations(rules, endpoint.value);
    return listAt(JSON.parse(JSON.stringify(validating)), 'webhooks').flatMap((entry) => {
      const name = stringAt(entry, 'name') ?? '';
      const selected = JSON.stringify(ownAt(entry, 'namespaceSelector', 'matchLabels') ?? {});
      return name.includes('boundaries') ? [[name, selected] as const] : [];
    });
  };

  test('has one entry while they select the same, and one more where they do not', () => {
    const now = document({ ingress: [] });
    expect(entries(rulesOf(now, document({ egress: [] }, true)))).toEqual([
      ['walls.boundaries.bulkhead.dev', '{"tenant":"a"}'],
    ]);
    const elsewhere = document({ namespaceSelector: { matchLabels: { other: 'b' } } }, true);
    const [first, second, ...more] = entries(rulesOf(now, elsewhere));
    expect(first).toEqual(['walls.boundaries.bulkhead.dev', '{"tenant":"a"}']);
    expect(second?.[0]).toMatch(/^[0-9a-f]{16}\.former\.boundaries\.bulkhead\.dev$/);
    expect(second?.[1]).toBe('{"other":"b"}');
    expect(more).toEqual([]);
  });

  test('keeps the entry of one that is deleted', () => {
    expect(entries(rulesOf(document({ ingress: [] }, true)))).toEqual([
      ['walls.boundaries.bulkhead.dev', '{"tenant":"a"}'],
    ]);
  });
});
