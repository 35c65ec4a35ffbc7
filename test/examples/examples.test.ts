/** The examples that ship: what is good passes, what is bad is denied for the reason that its file names. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { decidedOf, loadExamples } from './decided.ts';
import type { Decided } from './decided.ts';

const configuration = 'examples/bulkhead.yaml';

/** Why each file in examples/bad is denied. */
const bad: readonly (readonly [string, ...string[]])[] = [
  ['01-allow-all-egress.yaml', 'boundary.egress', 'boundary.never'],
  ['02-two-halves-of-everything.yaml', 'boundary.egress', 'boundary.never'],
  ['03-other-tenant.yaml', 'boundary.ingress'],
  ['04-does-not-exist.yaml', 'boundary.ingress'],
  ['05-not-in.yaml', 'boundary.ingress'],
  ['06-a-dash-too-many.yaml', 'boundary.ingress'],
  ['07-development-reaches-production.yaml', 'boundary.ingress'],
  ['08-port-range.yaml', 'boundary.egress'],
  ['09-named-port.yaml', 'boundary.ingress'],
  ['10-exception-left-out.yaml', 'boundary.egress'],
  ['11-metadata-by-ipv6.yaml', 'boundary.egress', 'boundary.never'],
  ['12-not-public.yaml', 'boundary.ingress'],
  ['13-sensitive-opened.yaml', 'boundary.ingress'],
  ['14-any-pod-named-like-it.yaml', 'boundary.ingress'],
  ['15-side-door-sctp.yaml', 'boundary.egress'],
  ['16-host-network.yaml', 'pods.hostNetwork'],
  ['17-raw-sockets.yaml', 'pods.hostAccess', 'pods.rawSockets'],
  ['18-second-network.yaml', 'pods.secondaryNetworks'],
  ['19-chosen-address.yaml', 'pods.addressRequests'],
  ['20-wrong-stamp.yaml', 'labels.podProtected', 'pods.stamp'],
  ['21-forged-tenant.yaml', 'labels.protected'],
  ['22-other-policy-kind.yaml', 'otherPolicies.kind'],
  ['23-floor-rewritten.yaml', 'floor.protected'],
];

/** Why each file in examples/tenancy/bad is denied to a member of team-payments. */
const badTenancy: readonly (readonly [string, ...string[]])[] = [
  ['01-not-granted.yaml', 'labels.podProtected'],
  ['02-another-value.yaml', 'labels.podProtected'],
  ['03-another-tenant.yaml', 'labels.protected'],
  ['04-another-environment.yaml', 'labels.protected'],
];

const codesOf = (decided: readonly Decided[]): unknown =>
  decided.map(({ file, codes }) => [basename(file), ...codes]);
const denied = (decided: readonly Decided[]): readonly Decided[] => decided.filter(({ allowed }) => !allowed);

describe.each([
  ['without a configuration', {}],
  ['with examples/bulkhead.yaml', { config: configuration }],
])('%s', (_, asked) => {
  test('every document in examples/good is allowed', async () => {
    const decided = await decidedOf('examples/good', asked);
    expect(new Set(decided.map(({ file }) => basename(file)))).toEqual(new Set(readdirSync('examples/good')));
    expect(codesOf(denied(decided))).toEqual([]);
    expect(decided.flatMap(({ review }) => review.warnings)).toEqual([]);
  });

  test('every document in examples/bad is denied, for the reason in the table', async () => {
    const decided = await decidedOf('examples/bad', asked);
    expect(denied(decided)).toHaveLength(decided.length);
    expect(codesOf(decided)).toEqual(bad);
  });
});

test('what is denied of a NetworkPolicy by a Boundary names the field, the flow and the limit', async () => {
  const violations = (await decidedOf('examples/bad')).flatMap(
    ({ review }) => review.outcome.decision.violations,
  );
  const ofBoundaries = violations.filter(({ code }) => code.startsWith('boundary.'));
  expect(ofBoundaries.length).toBeGreaterThan(15);
  for (const { field, witness, rule } of ofBoundaries) {
    expect(field).toMatch(/^\/spec\/(in|e)gress\/0/);
    expect(witness).toMatchObject({ because: { field }, outside: { boundary: rule } });
    expect(witness?.outside.limit).not.toBe('');
  }
});

test('a pod is stamped and loses NET_RAW, a Deployment is no rule’s business', async () => {
  const [pod, deployment] = await decidedOf('examples/good/06-pods.yaml');
  expect(pod?.review.outcome.decision.patch).toEqual([
    { op: 'add', path: '/metadata/labels/bulkhead.dev~1tenant', value: 'payments' },
    { op: 'add', path: '/spec/containers/0/securityContext', value: { capabilities: { drop: ['NET_RAW'] } } },
  ]);
  expect(deployment?.review.outcome.decision.applied).toBe(false);
});

describe('a member of team-payments, with examples/bulkhead.yaml', () => {
  const asked = { config: configuration, groups: ['team-payments'] };

  test('may do everything in examples/tenancy/good', async () => {
    expect(codesOf(denied(await decidedOf('examples/tenancy/good', asked)))).toEqual([]);
  });

  test('gets the assigned labels on a new namespace', async () => {
    const [namespace] = await decidedOf('examples/tenancy/good/02-assigned-namespace.yaml', asked);
    expect(namespace?.review.outcome.attributes.object).toMatchObject({
      metadata: {
        labels: { 'bulkhead.dev/tenant': 'payments', 'bulkhead.dev/environment': 'development' },
      },
    });
  });

  test('may do nothing in examples/tenancy/bad', async () => {
    const decided = await decidedOf('examples/tenancy/bad', asked);
    expect(denied(decided)).toHaveLength(decided.length);
    expect(codesOf(decided)).toEqual(badTenancy);
  });

  test('is needed: somebody else may not create that namespace', async () => {
    const decided = await decidedOf('examples/tenancy/good/02-assigned-namespace.yaml', {
      config: configuration,
    });
    expect(decided[0]?.codes).toEqual(['namespace.unassigned']);
  });
});

test('an administrator may apply the floors and policies of examples/workloads, and nobody else the floors', async () => {
  const decidedFor = async (groups: readonly string[]): Promise<unknown> =>
    codesOf(denied(await decidedOf('examples/workloads', { config: configuration, groups })));
  expect(await decidedFor(['system:masters'])).toEqual([]);
  expect(await decidedFor([])).toEqual(Array.from({ length: 4 }, () => ['floors.yaml', 'floor.protected']));
});

test('the rules in policies/ load, and guard the namespaces of tenants', async () => {
  const { rules, inventory } = await loadExamples(configuration);
  const guarding = inventory.map(({ facts }) => [
    facts.name,
    ...rules.ruleSet.guardOf(facts).boundaries.map(({ name }) => name),
  ]);
  expect(guarding).toEqual([
    ['payments-dev', 'tenants'],
    ['payments-test', 'tenants'],
    ['payments-prod', 'tenants'],
    ['payments-web-prod', 'tenants'],
    ['payments-vault', 'sensitive', 'tenants'],
    ['orders-dev', 'tenants'],
    ['orders-prod', 'tenants'],
    ['ingress-nginx'],
    ['monitoring'],
    ['kube-system'],
    ['default'],
  ]);
});
