// The webhook configurations of the chart: who is guarded, what is sent, and what happens without an answer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { guardedByDefault } from '../../src/boundary/invariants/guardedAnnotations.ts';
import { otherPolicyKinds } from '../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import { at, chart, listAt, only } from './helm.ts';
import type { Values } from './helm.ts';
import { tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

const validating = 'ValidatingWebhookConfiguration';
const mutating = 'MutatingWebhookConfiguration';
const fromFile = (name: string): unknown => parse(readFileSync(join(chart, 'files', name), 'utf8'));

describe('what the chart knows of the product', () => {
  test('guards the annotation keys that the product guards by itself', () => {
    expect(fromFile('guarded-annotations.yaml')).toEqual([...guardedByDefault.keys()]);
  });

  test('registers the other policy kinds that the product judges', () => {
    const resources = new Map<string, string[]>();
    for (const { group, resource } of otherPolicyKinds)
      resources.set(group, [...(resources.get(group) ?? []), resource].sort());
    expect(fromFile('other-policies.yaml')).toEqual(Object.fromEntries(resources));
  });
});

withHelm('the registration', (helm) => {
  const entries = async (kind: string, values: Values = tenants): Promise<readonly unknown[]> =>
    listAt(only(await helm.render(values), kind), 'webhooks');
  const entry = async (kind: string, name: string): Promise<unknown> =>
    (await entries(kind)).find((one) => at(one, 'name') === name);
  const notExempt = {
    key: 'kubernetes.io/metadata.name',
    operator: 'NotIn',
    values: ['kube-system', 'monitoring', 'bulkhead'],
  };

  test('has an entry for each Boundary, for the rest, for namespaces and for other kinds', async () => {
    expect((await entries(validating)).map((one) => at(one, 'name'))).toEqual([
      'production.boundaries.bulkhead.dev',
      'tenants.boundaries.bulkhead.dev',
      'elsewhere.bulkhead.dev',
      'namespaces.bulkhead.dev',
      'other-policies.bulkhead.dev',
    ]);
    expect((await entries(mutating)).map((one) => at(one, 'name'))).toEqual([
      'production.boundaries.bulkhead.dev',
      'tenants.boundaries.bulkhead.dev',
      'namespaces.bulkhead.dev',
    ]);
  });

  test.each([validating, mutating])('every entry of the %s refuses without an answer', async (kind) => {
    for (const one of await entries(kind)) {
      expect(one).toMatchObject({
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        sideEffects: 'None',
        timeoutSeconds: 5,
        clientConfig: {
          service: {
            name: 'bulkhead',
            namespace: 'bulkhead',
            path: kind === validating ? '/validate' : '/mutate',
            port: 443,
          },
        },
      });
      expect(at(one, 'reinvocationPolicy')).toBe(kind === mutating ? 'IfNeeded' : undefined);
    }
  });

  test.each([
    ['tenants', { matchExpressions: [{ key: 'bulkhead.dev/tenant', operator: 'Exists' }, notExempt] }],
    [
      'production',
      { matchLabels: { 'bulkhead.dev/environment': 'production' }, matchExpressions: [notExempt] },
    ],
  ])(
    "the entry of %s has the Boundary's own selector, less the exempt namespaces",
    async (name, selector) => {
      for (const kind of [validating, mutating]) {
        expect(at(await entry(kind, `${name}.boundaries.bulkhead.dev`), 'namespaceSelector')).toEqual(
          selector,
        );
      }
    },
  );

  test('Namespace objects are sent whatever they are called or labelled', async () => {
    for (const kind of [validating, mutating]) {
      const namespaces = await entry(kind, 'namespaces.bulkhead.dev');
      expect(namespaces).toBeDefined();
      expect(at(namespaces, 'namespaceSelector')).toBeUndefined();
      expect(at(namespaces, 'objectSelector')).toBeUndefined();
    }
  });

  test('every other entry leaves out the own namespace and the exempt ones, by name', async () => {
    for (const kind of [validating, mutating]) {
      const others = (await entries(kind)).filter((one) => at(one, 'name') !== 'namespaces.bulkhead.dev');
      for (const one of others)
        expect(listAt(one, 'namespaceSelector', 'matchExpressions')).toContainEqual(notExempt);
    }
  });

  test('pods are sent with every subresource that can change what is guarded', async () => {
    const sent = listAt(await entry(validating, 'tenants.boundaries.bulkhead.dev'), 'rules').flatMap((rule) =>
      listAt(rule, 'resources'),
    );
    expect(sent).toEqual([
      'pods',
      'pods/ephemeralcontainers',
      'pods/resize',
      'pods/status',
      'pods/binding',
      'bindings',
      'networkpolicies',
    ]);
  });

  test.each([validating, mutating])('no name of the %s stands twice', async (kind) => {
    const names = (await entries(kind)).map((one) => at(one, 'name'));
    expect(new Set(names).size).toBe(names.length);
  });

  test('conditions know stamped, protected and configured keys', async () => {
    const conditions = JSON.stringify(
      at(await entry(validating, 'tenants.boundaries.bulkhead.dev'), 'matchConditions'),
    );
    for (const key of ['bulkhead.dev/tenant', 'exposure', 'example.com/address', 'networks.example.com/'])
      expect(conditions).toContain(`\\"${key}\\"`);
  });

  test('can be left out', async () => {
    const rendered = await helm.render({ webhooks: { enabled: false } });
    expect(rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration'))).toEqual([]);
  });
});
