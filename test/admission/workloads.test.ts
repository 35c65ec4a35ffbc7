/** Workloads: what their pods would be refused for comes back as warnings, and never as a denial. */
import { describe, expect, test } from '@jest/globals';
import { admit } from '../../src/admission/admit.ts';
import type { Decision } from '../../src/admission/decision.ts';
import { podOf, workloads } from '../../src/admission/workloads.ts';
import { warningsOf } from '../../src/admission/respond.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { isObject } from '../../src/k8s/json.ts';
import { developer, tenants, worldOf } from './scenario.ts';

const guardrail = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: no-latest}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "object.spec.containers.all(c, !c.image.endsWith(':latest'))", message: name a version}]
  validationActions: [Deny]
`;
const world = worldOf(`${tenants}---${guardrail}`);

/** A nested object with `value` at `path`. */
const nested = (path: readonly string[], value: unknown): Record<string, unknown> => {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
};

function request(resource: string, template: unknown, more: Partial<Attributes> = {}): Attributes {
  const workload = workloads.find((one) => one.resource === resource);
  if (workload === undefined) throw new Error(`${resource} is no workload`);
  const object = { metadata: { name: 'shop' }, ...nested(workload.template, template) };
  return {
    ...{ uid: 'u', operation: 'CREATE', dryRun: false, version: 'v1', kind: resource, subresource: '' },
    ...{ group: workload.group, resource, namespace: 'payments', name: 'shop', user: developer },
    ...{ object, oldObject: null },
    ...more,
  };
}
const container = { name: 'c', image: 'app:1' };
const good = { metadata: { labels: { app: 'shop' } }, spec: { containers: [container] } };
const onTheNode = { ...good, spec: { ...good.spec, hostNetwork: true } };
const decided = (attributes: Attributes, door: 'validate' | 'review' | 'mutate' = 'validate'): Decision =>
  admit(attributes, world, door).decision;

describe('a workload', () => {
  test.each(workloads.map(({ resource }) => [resource]))(
    'of %s is warned of what its pods do',
    (resource) => {
      for (const door of ['validate', 'review'] as const) {
        const decision = decided(request(resource, onTheNode), door);
        expect(decision).toMatchObject({ allowed: true, applied: true, violations: [] });
        expect(warningsOf(decision)).toEqual([
          'pods would be denied: the pod uses the network of its node, where NetworkPolicies do not hold; remove hostNetwork: true',
        ]);
      }
    },
  );

  test.each(workloads.map(({ resource }) => [resource]))(
    'of %s that is fine is not spoken of',
    (resource) => {
      expect(decided(request(resource, good))).toMatchObject({ allowed: true, applied: false, warnings: [] });
    },
  );

  test('is told what guardrails on pods would say', () => {
    const latest = { ...good, spec: { containers: [{ ...container, image: 'app:latest' }] } };
    expect(decided(request('deployments', latest)).warnings).toEqual([
      expect.stringMatching(/^pods would be denied: .*name a version/),
    ]);
  });

  test.each<[string, Partial<Attributes>]>([
    ['where it goes', { operation: 'DELETE', object: null }],
    ['through its status', { operation: 'UPDATE', subresource: 'status' }],
    ['through its scale', { operation: 'UPDATE', subresource: 'scale' }],
    ['in a namespace that nothing guards', { namespace: 'free' }],
    ['in a namespace that is not there', { namespace: 'nowhere' }],
    ['in an exempt namespace', { namespace: 'kube-system' }],
  ])('is not spoken of %s', (_sentence, more) => {
    expect(decided(request('deployments', onTheNode, more)).warnings).toEqual([]);
  });

  test('that another workload made is not spoken of: its controller reads no warnings', () => {
    const { object, ...rest } = request('replicasets', onTheNode);
    const owned = {
      ...object,
      metadata: { name: 'shop', ownerReferences: [{ kind: 'Deployment', controller: true }] },
    };
    expect(decided({ ...rest, object: owned }).warnings).toEqual([]);
  });

  test('is not spoken of at the mutating door, and never patched', () => {
    expect(decided(request('deployments', onTheNode), 'mutate')).toMatchObject({ warnings: [], patch: [] });
    expect(decided(request('deployments', onTheNode), 'review').patch).toEqual([]);
  });

  test('in a namespace that could not be looked up is let through, and the warning says so', () => {
    const unknown = { ...world, lookup: () => 'unknown' as const };
    const { decision } = admit(request('deployments', onTheNode), unknown, 'validate');
    expect(decision.allowed).toBe(true);
    expect(decision.warnings).toEqual([expect.stringContaining('could not be looked up')]);
  });

  test.each<[string, unknown]>([
    ['text', 'template'],
    ['a list', []],
    ['without a spec', {}],
    ['with a spec that is a number', { spec: 1 }],
    ['with metadata that are a list', { metadata: [], spec: {} }],
    ['with containers that are none', { spec: { containers: [1, null, { name: {} }] } }],
  ])('whose template is %s is never denied', (_sentence, template) => {
    expect(decided(request('deployments', template)).allowed).toBe(true);
  });

  test('does not wait for a floor that may stand by the time of its pods', () => {
    const before = { ...world, floorOf: () => 'absent' as const };
    const outcome = admit(request('deployments', good), before, 'validate');
    expect(outcome.decision.warnings).toEqual([]);
  });
});

test('its pods are judged as what their controller would send', () => {
  const pod = podOf(request('cronjobs', good));
  expect(pod).toMatchObject({
    operation: 'CREATE',
    resource: 'pods',
    namespace: 'payments',
    user: { username: 'system:serviceaccount:kube-system:job-controller' },
  });
  expect(isObject(pod?.object) && pod.object['metadata']).toEqual({
    labels: { app: 'shop' },
    namespace: 'payments',
    generateName: 'shop-',
  });
});
