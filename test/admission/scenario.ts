/** A small cluster in words: rules and namespaces from YAML, requests from manifests, and the two verbs expectAdmits and expectDenies. */
import { expect } from '@jest/globals';
import { readDocuments } from '../../src/config/documents.ts';
import type { Document } from '../../src/config/document.ts';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import type { Attributes, Operation, UserInfo } from '../../src/k8s/attributes.ts';
import { isObject, stringAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { admit } from '../../src/admission/admit.ts';
import type { Decision, Outcome } from '../../src/admission/decision.ts';
import { readInventory } from '../../src/admission/manifests/inventory.ts';
import { knownKinds } from '../../src/admission/manifests/kinds.ts';
import { compileRules } from '../../src/admission/rules.ts';
import { completeLookup } from '../../src/admission/world.ts';
import type { Door, World } from '../../src/admission/world.ts';

export const developer: UserInfo = { username: 'dev', groups: ['team-payments', 'system:authenticated'] };
export const administrator: UserInfo = { username: 'root', groups: ['system:masters'] };

/** Documents of a YAML text; a mistake in a test's own text fails the test. */
export function documents(text: string): readonly Document[] {
  const read = readDocuments(text, 'test.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

/** One object of a YAML text. */
export function object(text: string): JsonObject {
  const [first] = documents(text);
  if (!isObject(first?.value)) throw new Error('the text holds no object');
  return first.value;
}

export const tenants = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  ingress:
  - from: [{sameLabels: [bulkhead.dev/tenant]}]
  egress:
  - to: [{sameLabels: [bulkhead.dev/tenant]}]
  - to: [{ipBlock: {cidr: 10.20.0.0/16, except: [10.20.9.0/24]}}]
    ports: [{port: 443}]
  never:
    egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]
`;

export const namespaces = `
apiVersion: v1
kind: Namespace
metadata: {name: payments, labels: {bulkhead.dev/tenant: payments}}
---
apiVersion: v1
kind: Namespace
metadata: {name: orders, labels: {bulkhead.dev/tenant: orders}}
---
apiVersion: v1
kind: Namespace
metadata: {name: free}
`;

/** A world of these rules and namespaces; \`settings\` are parts of a Configuration. */
export function worldOf(
  rules: string = tenants,
  inventory: string = namespaces,
  settings: object = {},
): World {
  const config = readSchema(configuration, {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
    ...settings,
  });
  if (!config.ok) throw new Error(JSON.stringify(config.issues));
  const compiled = compileRules(documents(rules), config.value);
  const known = readInventory(documents(inventory));
  if (!compiled.ok || !known.ok) throw new Error(JSON.stringify([compiled, known]));
  const facts = known.value.map((one) => one.facts);
  return {
    rules: compiled.value,
    lookup: completeLookup(facts),
    known: () => facts,
    contentsOf: () => undefined,
    orderedDeletion: true,
    budget: 2_000,
  };
}

export interface Sent {
  readonly user?: UserInfo;
  readonly operation?: Operation;
  readonly old?: JsonObject;
  readonly subresource?: string;
}

/** The attributes of a request for a manifest. */
export function request(manifest: JsonObject, sent: Sent = {}): Attributes {
  const kind = stringAt(manifest, 'kind') ?? '';
  const apiVersion = stringAt(manifest, 'apiVersion') ?? '';
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const known = knownKinds.find((one) => one.group === group && one.kind === kind);
  const operation = sent.operation ?? (sent.old === undefined ? 'CREATE' : 'UPDATE');
  return {
    uid: 'a-uid',
    operation,
    dryRun: false,
    group: group ?? '',
    version: version ?? '',
    kind,
    resource: known?.resource ?? `${kind.toLowerCase()}s`,
    subresource: sent.subresource ?? '',
    namespace: known?.namespaced === false ? '' : (stringAt(manifest, 'metadata', 'namespace') ?? ''),
    name: stringAt(manifest, 'metadata', 'name') ?? '',
    user: sent.user ?? developer,
    object: operation === 'DELETE' ? null : manifest,
    oldObject: operation === 'DELETE' ? manifest : (sent.old ?? null),
  };
}

export const send = (manifest: JsonObject, world: World, sent: Sent = {}, door: Door = 'review'): Outcome =>
  admit(request(manifest, sent), world, door);

export function expectAdmits(manifest: JsonObject, world: World, sent: Sent = {}): Decision {
  const { decision } = send(manifest, world, sent);
  expect({ allowed: decision.allowed, violations: decision.violations, failure: decision.failure }).toEqual({
    allowed: true,
    violations: [],
    failure: undefined,
  });
  return decision;
}

/** Denied, with exactly these violation codes (in any order, each as often as it is found). */
export function expectDenies(
  manifest: JsonObject,
  world: World,
  codes: readonly string[],
  sent: Sent = {},
): Decision {
  const { decision } = send(manifest, world, sent);
  expect(decision.allowed).toBe(false);
  expect(decision.violations.map(({ code }) => code).sort()).toEqual([...codes].sort());
  return decision;
}
