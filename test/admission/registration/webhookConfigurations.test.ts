// The registration: valid, stable, and nothing that is judged or changed goes unsent.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { evaluate } from '../../../src/admission/evaluate.ts';
import { mutate } from '../../../src/admission/mutate.ts';
import { readEndpoint } from '../../../src/admission/registration/endpoint.ts';
import type { Endpoint } from '../../../src/admission/registration/endpoint.ts';
import {
  printConfigurations,
  webhookConfigurations,
} from '../../../src/admission/registration/webhookConfigurations.ts';
import type { WebhookConfiguration } from '../../../src/admission/registration/webhookConfigurations.ts';
import type { World } from '../../../src/admission/world.ts';
import { otherPolicyKinds } from '../../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import type { Attributes } from '../../../src/k8s/attributes.ts';
import { listAt, ownAt, stringAt } from '../../../src/k8s/json.ts';
import type { NamespaceFacts } from '../../../src/k8s/namespaceFacts.ts';
import { isDnsSubdomain } from '../../../src/k8s/syntax.ts';
import { tenants, worldOf } from '../scenario.ts';
import { requests } from './requests.ts';
import { namedBy, sentBy } from './sent.ts';
import { free, universe } from './universe.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
function endpoint(given: { readonly url?: string; readonly service?: string }): Endpoint {
  const read = readEndpoint({ ...given, caBundle: pem });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}
const address = endpoint({ url: 'https://127.0.0.1:8443' });

const zones = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: zones}
spec:
  namespaceSelector: {matchLabels: {zone: a}}
  floor: {mode: Audit}
  onExcess: Narrow
  ingress: []
  stampPods: [zone]
  pods: {rawSockets: Allow, beforeFloor: Audit}
`;
const rules = `${tenants}---${zones}`;
const namespaces = `
{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {bulkhead.dev/tenant: payments}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: zoned, labels: {bulkhead.dev/tenant: a, zone: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: free, labels: {zone: b}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system, labels: {bulkhead.dev/tenant: a}}}
`;
const settings = {
  tenancy: {
    protectedPodLabels: ['exposure'],
    assign: [{ groups: ['team-payments'], labels: { 'bulkhead.dev/tenant': 'payments' } }],
  },
  guards: { annotations: ['example.com/address', 'nets.example.com/*'] },
};
const world = worldOf(rules, namespaces, settings);

const ownKinds = ['boundaries', 'guardrailpolicies', 'namespacerecords'];

const both = (of: World, at: Endpoint = address): readonly [WebhookConfiguration, WebhookConfiguration] => {
  const [validating, mutating] = webhookConfigurations(of.rules, at);
  if (validating === undefined || mutating === undefined) throw new Error('two configurations are wanted');
  return [validating, mutating];
};
const names = ({ webhooks }: WebhookConfiguration): readonly (string | undefined)[] =>
  webhooks.map((entry) => stringAt(entry, 'name'));
const factsOf = ({ namespace }: Attributes): NamespaceFacts | undefined =>
  [...world.known()].find(({ name }) => name === namespace);

describe('what is printed', () => {
  test('for two boundaries behind a Service', () => {
    const text = printConfigurations(
      webhookConfigurations(world.rules, endpoint({ service: 'bulkhead-system/bulkhead' })),
    );
    expect(
      text.replace(/(bulkhead.dev\/rules: )\w+/, '$1HASH').replace(/(bulkhead.dev\/rules: )\w+/g, '$1HASH'),
    ).toMatchSnapshot();
  });

  test('is read back as what was meant', () => {
    const configurations = both(world);
    const read = parseAllDocuments(printConfigurations(configurations)).map((one) => {
      const value: unknown = one.toJS();
      return value;
    });
    expect(read).toEqual(configurations);
  });

  test('does not depend on the order of the rules', () => {
    const reversed = worldOf(`${zones}---${tenants}`, namespaces, settings);
    expect(printConfigurations(both(reversed))).toBe(printConfigurations(both(world)));
  });
});

describe('the entries', () => {
  test('are those of each boundary, of everywhere else, of namespaces and of other policies', () => {
    expect(both(world).map(names)).toEqual([
      [
        'tenants.boundaries.bulkhead.dev',
        'zones.boundaries.bulkhead.dev',
        'elsewhere.bulkhead.dev',
        'namespaces.bulkhead.dev',
        'own-kinds.bulkhead.dev',
        'other-policies.bulkhead.dev',
        'workloads.bulkhead.dev',
      ],
      [
        'tenants.boundaries.bulkhead.dev',
        'zones.boundaries.bulkhead.dev',
        'namespaces.bulkhead.dev',
        'own-kinds.bulkhead.dev',
      ],
    ]);
  });

  test('without rules, the floor, the labels of namespaces and the rules themselves are guarded all the same', () => {
    expect(both(worldOf('', namespaces)).map(names)).toEqual([
      ['elsewhere.bulkhead.dev', 'namespaces.bulkhead.dev', 'own-kinds.bulkhead.dev'],
      ['own-kinds.bulkhead.dev'],
    ]);
  });

  test.each([
    ['no pod is changed', '', ['networkpolicies']],
    [
      'capabilities are dropped',
      'pods: {rawSockets: Drop, beforeFloor: Deny}',
      ['pods', 'pods/ephemeralcontainers', 'networkpolicies'],
    ],
    ['pods are gated', 'pods: {rawSockets: Deny}', ['pods', 'networkpolicies']],
    ['labels are stamped', 'stampPods: [t]', ['pods', 'networkpolicies']],
    ['policies are narrowed', 'onExcess: Narrow', ['networkpolicies']],
  ])('where %s, that is what the mutating webhook is asked', (_sentence, more, resources) => {
    const pods = more.startsWith('pods') ? '' : 'pods: {rawSockets: Deny, beforeFloor: Deny}';
    const spec = ['namespaceSelector: {}', 'floor: {mode: Audit}', pods, more].filter(Boolean).join(', ');
    const text = `{apiVersion: bulkhead.dev/v1alpha1, kind: Boundary, metadata: {name: one}, spec: {${spec}}}`;
    const [, { webhooks }] = both(worldOf(text, namespaces));
    const sent = webhooks
      .slice(0, -1)
      .flatMap((entry) => listAt(entry, 'rules').flatMap((rule) => listAt(rule, 'resources')));
    expect(sent).toEqual(resources);
  });

  test('every one but that of workloads refuses without an answer, within five seconds', () => {
    for (const { webhooks } of both(world))
      for (const entry of webhooks)
        expect(entry).toMatchObject({
          failurePolicy: stringAt(entry, 'name') === 'workloads.bulkhead.dev' ? 'Ignore' : 'Fail',
          matchPolicy: 'Equivalent',
          sideEffects: 'None',
          timeoutSeconds: 5,
          admissionReviewVersions: ['v1'],
        });
  });

  test('only the mutating ones are asked again, each door has its path', () => {
    const [validating, mutating] = both(world);
    for (const entry of validating.webhooks) {
      expect(ownAt(entry, 'reinvocationPolicy')).toBeUndefined();
      expect(ownAt(entry, 'clientConfig', 'url')).toBe('https://127.0.0.1:8443/validate');
    }
    for (const entry of mutating.webhooks) {
      expect(ownAt(entry, 'reinvocationPolicy')).toBe('IfNeeded');
      expect(ownAt(entry, 'clientConfig', 'url')).toBe('https://127.0.0.1:8443/mutate');
    }
  });

  test('all but those of Namespaces and of our own kinds leave out the exempt namespaces, and the own one behind a Service', () => {
    const exempt = ['bulkhead-system', 'kube-node-lease', 'kube-public', 'kube-system'];
    for (const { webhooks } of both(world, endpoint({ service: 'bulkhead-system/bulkhead' })))
      for (const entry of webhooks) {
        const expressions = listAt(entry, 'namespaceSelector', 'matchExpressions');
        if (['namespaces.bulkhead.dev', 'own-kinds.bulkhead.dev'].includes(stringAt(entry, 'name') ?? ''))
          expect(ownAt(entry, 'namespaceSelector')).toBeUndefined();
        else
          expect(expressions).toContainEqual({
            key: 'kubernetes.io/metadata.name',
            operator: 'NotIn',
            values: exempt,
          });
      }
  });

  test.each<[string, string]>([
    ['a name of many characters', 'x'.repeat(60) + '.' + 'y'.repeat(192)],
    ['a name with capitals and spaces', 'My Boundary'],
    ['two names that differ in the end only', `${'x'.repeat(252)}b`],
  ])('have DNS names of their own, also for %s', (_sentence, name) => {
    const one = (called: string): string =>
      tenants.replace('{name: tenants}', `{name: ${JSON.stringify(called)}}`);
    const [validating] = both(worldOf(`${one(name)}---${one(`${name.slice(0, -1)}a`)}`, namespaces));
    expect(new Set(names(validating)).size).toBe(validating.webhooks.length);
    for (const entry of names(validating)) expect(isDnsSubdomain(entry ?? '')).toBe(true);
  });

  test('of very many boundaries are one, which covers every namespace that is not exempt', () => {
    const many = Array.from({ length: 51 }, (_, index) => tenants.replace('tenants}', `b${index}}`)).join(
      '---',
    );
    const of = worldOf(many, namespaces);
    expect(both(of).map((one) => names(one)[0])).toEqual([
      'all.boundaries.bulkhead.dev',
      'all.boundaries.bulkhead.dev',
    ]);
    expect(both(of)[0].webhooks.length).toBe(6);
    expect(both(of)[0].webhooks[0]).toMatchObject({
      namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn' }] },
    });
  });
});

describe('nothing that is judged goes unsent', () => {
  const [validating, mutating] = both(world);

  test('every resource, subresource and operation that is judged is named by a rule', () => {
    const unsent = universe.filter((attributes) => {
      const named = validating.webhooks.some((entry) => namedBy(entry, attributes));
      return evaluate(attributes, world).applied && !free(attributes) && !named;
    });
    expect(unsent.map(nameOf)).toEqual([]);
  });

  test('what is free is never found fault with', () => {
    for (const attributes of universe.filter(free))
      expect(evaluate(attributes, world)).not.toMatchObject({ violations: [{}] });
  });

  test('the universe holds what is judged today', () => {
    const judged = universe.filter((attributes) => evaluate(attributes, world).applied && !free(attributes));
    const resources = judged.map(({ group, resource, subresource }) =>
      [group, resource, subresource].join('/'),
    );
    expect([...new Set(resources)].filter((one) => /^(networking.k8s.io)?\//.test(one))).toEqual([
      '/pods/',
      '/pods/status',
      '/pods/ephemeralcontainers',
      '/pods/resize',
      '/namespaces/',
      '/namespaces/status',
      '/namespaces/finalize',
      'networking.k8s.io/networkpolicies/',
      '/pods/binding',
      '/bindings/',
    ]);
    const exceptions = 2;
    expect(new Set(resources).size).toBe(10 + ownKinds.length + exceptions + otherPolicyKinds.length);
  });

  test('whatever is found fault with, failed or warned of is sent by some entry', () => {
    let found = 0;
    fc.assert(
      fc.property(requests(['payments', 'zoned', 'free', 'kube-system']), (attributes) => {
        const evaluation = evaluate(attributes, world);
        const matters =
          evaluation.failure !== undefined ||
          evaluation.violations.length > 0 ||
          evaluation.warnings.length > 0;
        if (!matters) return;
        found += 1;
        expect(sentBy(validating, attributes, factsOf(attributes))).not.toEqual([]);
      }),
      { numRuns: 4_000 },
    );
    expect(found).toBeGreaterThan(1_000);
  });

  test('whatever is changed is sent to the mutating webhook', () => {
    let found = 0;
    fc.assert(
      fc.property(requests(['payments', 'zoned', 'free', 'kube-system']), (attributes) => {
        const mutation = mutate(attributes, world);
        if (mutation.ok && mutation.patch.length === 0) return;
        found += 1;
        expect(sentBy(mutating, attributes, factsOf(attributes))).not.toEqual([]);
      }),
      { numRuns: 4_000 },
    );
    expect(found).toBeGreaterThan(50);
  });
});

function nameOf({ operation, group, resource, subresource }: Attributes): string {
  return `${operation} ${group === '' ? 'core' : group}/${resource}${subresource === '' ? '' : `/${subresource}`}`;
}

describe('a condition never costs so much that it fails', () => {
  const [validating] = both(world);
  const crowded = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index.toString(36)}`, '']));

  test.each([
    ['an update of its status', 'UPDATE', 'pods', 'status', 'Pod'],
    ['its binding', 'CREATE', 'pods', 'binding', 'Binding'],
  ] as const)(
    '%s, for a pod with fifty thousand annotations, is sent',
    (_sentence, operation, resource, subresource, kind) => {
      const object = { metadata: { name: 'one', annotations: crowded(50_000) }, spec: {} };
      const attributes: Attributes = {
        uid: 'u',
        dryRun: false,
        group: '',
        version: 'v1',
        name: 'one',
        namespace: 'payments',
        user: { username: 'system:node:a', groups: [] },
        operation,
        resource,
        subresource,
        kind,
        object,
        oldObject: operation === 'UPDATE' ? object : null,
      };
      expect(sentBy(validating, attributes, factsOf(attributes))).toEqual([
        'tenants.boundaries.bulkhead.dev',
      ]);
      expect(
        sentBy(
          validating,
          { ...attributes, object: { ...object, metadata: { name: 'one', annotations: crowded(200) } } },
          factsOf(attributes),
        ),
      ).toEqual([]);
    },
  );
});
