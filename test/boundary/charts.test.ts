/** The NetworkPolicies that popular charts ship, written anew in their shape, in a tenant's namespace: what is outside, and what is left of it. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { fieldPath } from '../../src/boundary/describe.ts';
import { narrow } from '../../src/admission/narrow.ts';
import { sceneOf } from '../../src/admission/scene.ts';
import { applyPatch } from '../../src/k8s/jsonPatch.ts';
import { isObject, ownAt, stringAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { documents, expectAdmits, request, send, worldOf } from '../admission/scenario.ts';

const tenants = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  ingress:
  - from: [{sameLabels: [bulkhead.dev/tenant]}]
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
    ports: [{port: 9121}, {port: 8082}, {port: metrics}]
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]
    ports: [{port: 8080, endPort: 8090}]
  egress:
  - to: [{sameLabels: [bulkhead.dev/tenant]}]
  - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 169.254.0.0/16]}}]
    ports: [{port: 443}]
`;
const namespaces = `
{apiVersion: v1, kind: Namespace, metadata: {name: team, labels: {bulkhead.dev/tenant: team}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: monitoring}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ingress-nginx}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
`;
const world = worldOf(tenants, namespaces, { cluster: { podCIDRs: ['10.244.0.0/16'] } });

function chartPolicy(chart: string, name: string): JsonObject {
  const text = readFileSync(new URL(`../fixtures/networkpolicies/${chart}.yaml`, import.meta.url), 'utf8');
  const found = documents(text).find(({ value }) => stringAt(value, 'metadata', 'name') === name)?.value;
  if (!isObject(found)) throw new Error(`${chart}.yaml has no policy ${name}`);
  return {
    ...found,
    metadata: { ...(isObject(found['metadata']) ? found['metadata'] : {}), namespace: 'team' },
  };
}

const ownTenant = { namespaceSelector: { matchLabels: { 'bulkhead.dev/tenant': 'team' } } };
const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
const nginx = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } };
const tcp = (port: number | string): object => ({ protocol: 'TCP', port });

interface Row {
  readonly chart: string;
  readonly policy: string;
  /** Fields that are outside; none: the policy is admitted as it is. */
  readonly outside: readonly string[];
  /** The ingress rules that are left when it is narrowed. */
  readonly ingress?: readonly unknown[];
}

const rows: readonly Row[] = [
  {
    chart: 'bitnami',
    policy: 'database-defaults',
    outside: ['spec.egress[0]', 'spec.ingress[0]'],
    ingress: [{ from: [ownTenant], ports: [tcp(5432)] }],
  },
  { chart: 'bitnami', policy: 'database-closed', outside: ['spec.egress[0]'] },
  { chart: 'bitnami', policy: 'cache-metrics', outside: [] },
  { chart: 'kube-prometheus-stack', policy: 'prometheus', outside: ['spec.egress[0]', 'spec.ingress[0]'] },
  {
    chart: 'kube-prometheus-stack',
    policy: 'operator',
    outside: ['spec.egress[0]', 'spec.ingress[0]'],
    ingress: [{ from: [ownTenant], ports: [tcp(10250)] }],
  },
  { chart: 'kube-prometheus-stack', policy: 'alertmanager-mesh', outside: [] },
  {
    chart: 'kube-prometheus-stack',
    policy: 'grafana',
    outside: ['spec.ingress[0].from[1]'],
  },
  { chart: 'ingress-nginx', policy: 'controller', outside: ['spec.egress[0]', 'spec.ingress[0]'] },
  { chart: 'ingress-nginx', policy: 'admission', outside: ['spec.egress[0]'] },
  { chart: 'ingress-nginx', policy: 'default-backend', outside: [] },
  {
    chart: 'cert-manager',
    policy: 'webhook-allow-ingress',
    outside: ['spec.ingress[0].from[0]', 'spec.ingress[0].from[1]'],
    ingress: [],
  },
  {
    chart: 'cert-manager',
    policy: 'allow-egress',
    outside: ['spec.egress[0].to[0]', 'spec.egress[0].to[1]'],
  },
  { chart: 'cert-manager', policy: 'solver', outside: [] },
  {
    chart: 'argo-cd',
    policy: 'application-controller',
    outside: ['spec.ingress[0].from[0]'],
    ingress: [{ from: [ownTenant, monitoring, nginx], ports: [tcp(8082)] }],
  },
  { chart: 'argo-cd', policy: 'redis', outside: [] },
  { chart: 'argo-cd', policy: 'repo-server', outside: ['spec.ingress[1].from[0]'] },
  {
    chart: 'argo-cd',
    policy: 'server',
    outside: ['spec.ingress[0]'],
    ingress: [
      { from: [ownTenant] },
      { from: [monitoring], ports: [tcp(8082), tcp(9121)] },
      { from: [monitoring], ports: [tcp('metrics')] },
      { from: [nginx], ports: [{ protocol: 'TCP', port: 8080, endPort: 8090 }] },
    ],
  },
  { chart: 'argo-cd', policy: 'default-deny', outside: [] },
];

test.each(rows)('$chart: $policy is outside at $outside', ({ chart, policy, outside }) => {
  const { decision } = send(chartPolicy(chart, policy), world);
  expect(decision.failure).toBeUndefined();
  expect([...new Set(decision.violations.map(({ field }) => fieldPath(field)))].sort()).toEqual(
    [...outside].sort(),
  );
  expect(decision.allowed).toBe(outside.length === 0);
});

const someOutside = rows.filter(({ outside }) => outside.length > 0);
test.each(someOutside)('$chart: $policy is admitted once it is narrowed', ({ chart, policy, ingress }) => {
  const object = chartPolicy(chart, policy);
  const attributes = request(object);
  const scene = sceneOf(attributes, world);
  if (!scene.ok) throw new Error('the namespace is known');
  const { patch } = narrow(attributes, scene.scene, world, true);
  const patched = applyPatch(object, patch);
  if (!patched.ok || !isObject(patched.value)) throw new Error('the patch does not apply');
  expectAdmits(patched.value, world);
  if (ingress !== undefined) expect(ownAt(patched.value, 'spec', 'ingress')).toEqual(ingress);
});
