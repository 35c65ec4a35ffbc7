// The webhook configurations of the chart: entry for entry what `bulkhead webhooks` prints for the rendered rules.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readEndpoint } from '../../src/admission/registration/endpoint.ts';
import { webhookConfigurations } from '../../src/admission/registration/webhookConfigurations.ts';
import { guardedByDefault } from '../../src/boundary/invariants/guardedAnnotations.ts';
import { otherPolicyKinds } from '../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import { at, chart, listAt, only } from './helm.ts';
import type { Manifest, Values } from './helm.ts';
import { readRules } from './readBack.ts';
import { authority, byChart, tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

const validating = 'ValidatingWebhookConfiguration';
const mutating = 'MutatingWebhookConfiguration';
const fromFile = (name: string): unknown => parse(readFileSync(join(chart, 'files', name), 'utf8'));
const guarded = { namespaceSelector: { matchLabels: { a: 'b' } }, floor: { mode: 'Audit' } };

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

/** What the product itself would register for the rules and the configuration that were rendered. */
function meant(rendered: readonly Manifest[], kind: string): readonly unknown[] {
  const endpoint = readEndpoint({ service: 'bulkhead/bulkhead', caBundle: authority });
  if (!endpoint.ok) throw new Error(JSON.stringify(endpoint.issues));
  const configuration = webhookConfigurations(readRules(rendered), endpoint.value).find(
    (one) => one.kind === kind,
  );
  return byName(configuration?.webhooks ?? []);
}

const byName = (entries: readonly unknown[]): readonly unknown[] =>
  [...entries].sort((a, b) => String(at(a, 'name')).localeCompare(String(at(b, 'name'))));

withHelm('the registration', (helm) => {
  const several = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`b${index}`, guarded]));

  describe.each<[string, Values]>([
    ['nothing but defaults', {}],
    ['two Boundaries, stamped and protected labels, guarded annotations', tenants],
    ['a Boundary that writes nothing', { boundaries: { a: { ...guarded, pods: { rawSockets: 'Deny' } } } }],
    [
      'a Boundary that only stamps',
      { boundaries: { a: { ...guarded, pods: { rawSockets: 'Warn' }, stampPods: ['a'] } } },
    ],
    ['a Boundary that narrows', { boundaries: { a: { ...guarded, onExcess: 'Narrow' } } }],
    ['other policies allowed by all', { boundaries: { a: { ...guarded, otherPolicies: 'Allow' } } }],
    [
      'other policies allowed by one of two',
      {
        boundaries: { a: { ...guarded, otherPolicies: 'Allow' }, b: { ...guarded, otherPolicies: 'Audit' } },
      },
    ],
    ['more Boundaries than entries are made for', { boundaries: several }],
    [
      'assigned labels',
      { configuration: { tenancy: { assign: [{ groups: ['g'], labels: { 'bulkhead.dev/tenant': 'a' } }] } } },
    ],
  ])('with %s', (_sentence, values) => {
    test.each([validating, mutating])('the %s is what `bulkhead webhooks` prints', async (kind) => {
      const rendered = await helm.render(byChart(values));
      expect(byName(listAt(only(rendered, kind), 'webhooks'))).toEqual(meant(rendered, kind));
    });
  });

  test('every call that guards is refused without an answer, unless told otherwise', async () => {
    const policies = async (values: Values): Promise<readonly unknown[]> =>
      [validating, mutating]
        .flatMap(await entriesOf(values))
        .filter((entry) => at(entry, 'name') !== 'workloads.bulkhead.dev')
        .map((entry) => at(entry, 'failurePolicy'));
    expect(new Set(await policies(tenants))).toEqual(new Set(['Fail']));
    expect(new Set(await policies({ ...tenants, webhooks: { failurePolicy: 'Ignore' } }))).toEqual(
      new Set(['Ignore']),
    );
  });

  const entriesOf = async (values: Values): Promise<(kind: string) => readonly unknown[]> => {
    const rendered = await helm.render(byChart(values));
    return (kind) => listAt(only(rendered, kind), 'webhooks');
  };

  test('the own namespace and the exempt ones are left out by name, except of Namespace objects', async () => {
    const values = ['bulkhead', 'kube-system', 'monitoring'];
    const exempt = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values };
    for (const entry of [validating, mutating].flatMap(await entriesOf(tenants))) {
      const expressions = listAt(entry, 'namespaceSelector', 'matchExpressions');
      if (['namespaces.bulkhead.dev', 'own-kinds.bulkhead.dev'].includes(String(at(entry, 'name'))))
        expect(at(entry, 'namespaceSelector')).toBeUndefined();
      else expect(expressions).toContainEqual(exempt);
    }
  });

  test('can be left out', async () => {
    const rendered = await helm.render(byChart({ webhooks: { enabled: false } }));
    expect(rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration'))).toEqual([]);
  });
});
