// Policies in CEL as kube-apiserver judges and applies them, against what Bulkhead makes of the same policies and the same objects.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Document } from '../../src/config/document.ts';
import { compileGuardrails } from '../../src/guardrail/compile.ts';
import type { Guardrails } from '../../src/guardrail/guardrails.ts';
import { judgeGuardrails } from '../../src/guardrail/judge.ts';
import { mutateByGuardrails } from '../../src/guardrail/mutate.ts';
import type { Surroundings } from '../../src/guardrail/surroundings.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { type JsonObject, isObject, ownAt, stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { mutatingCases, validatingCases } from './guardrailCases.ts';

const cluster = connect(readConnection(process.env));
const namespace = 'guardrails';
const group = '/apis/admissionregistration.k8s.io/v1';
const pods = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
/** Says which policy a pod is for; removed again before objects are compared. */
const mark = 'case';

const constraints = (value: string): object => ({
  objectSelector: { matchLabels: { [mark]: value } },
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
});

interface Prepared {
  readonly value: string;
  readonly policy: object;
  readonly binding: object;
}

const of = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  spec,
});

interface Asked extends Prepared {
  readonly name: string;
  readonly pods: readonly object[];
}

const validating: readonly Asked[] = validatingCases
  .map(({ name, spec, pods: asked }, index) => ({ name, spec, asked, value: `v${index}` }))
  .map(({ value, name, spec, asked }) => ({
    name,
    value,
    pods: asked,
    policy: of('ValidatingAdmissionPolicy', value, { matchConstraints: constraints(value), ...spec }),
    binding: of('ValidatingAdmissionPolicyBinding', value, {
      policyName: value,
      validationActions: ['Deny'],
    }),
  }));

const mutating: readonly Asked[] = mutatingCases.map(({ name, mutations, pods: asked }, index) => ({
  name,
  value: `m${index}`,
  pods: asked,
  policy: of('MutatingAdmissionPolicy', `m${index}`, {
    matchConstraints: constraints(`m${index}`),
    reinvocationPolicy: 'Never',
    mutations,
  }),
  binding: of('MutatingAdmissionPolicyBinding', `m${index}`, { policyName: `m${index}` }),
}));

const canary: Prepared = {
  value: 'canary',
  policy: of('ValidatingAdmissionPolicy', 'canary', {
    matchConstraints: constraints('canary'),
    validations: [{ expression: 'false' }],
  }),
  binding: of('ValidatingAdmissionPolicyBinding', 'canary', {
    policyName: 'canary',
    validationActions: ['Deny'],
  }),
};

const document = (value: object): Document => ({
  value: JSON.parse(JSON.stringify(value)) as unknown,
  file: 'case.yaml',
  positionOf: () => ({ line: 1, column: 1 }),
});

function ours({ policy, binding }: Prepared): Guardrails {
  const read = compileGuardrails([document(policy), document(binding)], []);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

/** A pod as it is sent, with the mark of its case. */
const podFor = (value: string, asked: object): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...Object.fromEntries(fieldsAt(asked, 'metadata')),
    name: 'p',
    namespace,
    labels: { ...Object.fromEntries(fieldsAt(asked, 'metadata', 'labels')), [mark]: value },
  },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'c0', image: 'registry.example/a:1' }],
    ...Object.fromEntries(fieldsAt(asked, 'spec')),
  },
});

const post = (path: string, body: unknown) => cluster.call('admin', path, { method: 'POST', body });
const plural = (kind: string): string => `${kind}s`.toLowerCase().replace(/policys$/, 'policies');
const pathOf = (value: object): string => `${group}/${plural(stringAt(value, 'kind') ?? '')}`;
const everything: readonly Prepared[] = [...validating, ...mutating, canary];

/** The same pod as the API server shows it to policies: after defaulting, and without what it adds itself. */
async function defaulted(sent: JsonObject): Promise<JsonObject> {
  const answer = await post(pods, comparable(sent, 'none'));
  expect(answer.status).toBe(201);
  if (!isObject(answer.body)) throw new Error('no pod came back');
  return comparable(answer.body, String(ownAt(sent, 'metadata', 'labels', mark)));
}

/** What policies do not decide: managed fields, identity, times, the status. */
const ownedByServer: ReadonlySet<string> = new Set([
  'managedFields',
  'uid',
  'creationTimestamp',
  'generation',
]);

function comparable(pod: JsonObject, value: string): JsonObject {
  const metadata = fieldsAt(pod, 'metadata').filter(([key]) => !ownedByServer.has(key));
  const labels = { ...Object.fromEntries(fieldsAt(pod, 'metadata', 'labels')), [mark]: value };
  const rest = Object.fromEntries(Object.entries(pod).filter(([key]) => key !== 'status'));
  return { ...rest, metadata: { ...Object.fromEntries(metadata), labels } };
}

function fieldsAt(value: unknown, ...path: readonly string[]): readonly [string, unknown][] {
  const found = ownAt(value, ...path);
  return isObject(found) ? Object.entries(found) : [];
}

const attributesOf = (object: JsonObject): Attributes => ({
  uid: 'u',
  operation: 'CREATE',
  dryRun: true,
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  subresource: '',
  namespace,
  name: 'p',
  user: { username: 'admin', groups: ['system:masters'] },
  object,
  oldObject: null,
});

let namespaceObject: JsonObject = {};
const surroundings: Surroundings = {
  lookup: (name) => ({ name, labels: new Map(), terminating: false }),
  namespaceObjects: () => namespaceObject,
  functions: new Map(),
};

beforeAll(async () => {
  await cluster.createNamespace(namespace);
  const { body } = await cluster.call('admin', `/api/v1/namespaces/${namespace}`);
  if (isObject(body)) namespaceObject = body;
  for (const { policy, binding } of everything) {
    for (const one of [policy, binding]) {
      const { status, text } = await post(pathOf(one), one);
      if (status !== 201) throw new Error(`${JSON.stringify(one)}: ${text}`);
    }
  }
  await eventually('the policies are in force', async () => {
    const { status } = await post(pods, podFor('canary', {}));
    return status === 422;
  });
  // The canary was created last, but each of the two plugins follows at its own pace: the last mutation must be seen too.
  const last = mutatingCases.findIndex(({ name }) => name === 'replace');
  await eventually('the mutations are in force', async () => {
    const { text } = await post(pods, podFor(`m${last}`, {}));
    return text.includes('"image":"b"');
  });
});

afterAll(async () => {
  for (const { policy, binding } of everything) {
    for (const one of [binding, policy])
      await cluster.call('admin', `${pathOf(one)}/${stringAt(one, 'metadata', 'name') ?? ''}`, {
        method: 'DELETE',
      });
  }
});

describe('a validation as the API server judges it', () => {
  test.each(validating.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const mine = ours(one);
    for (const asked of one.pods) {
      const sent = podFor(one.value, asked);
      const answer = await post(pods, sent);
      const { violations } = judgeGuardrails(attributesOf(await defaulted(sent)), mine, surroundings);
      const denied = violations.filter(({ action }) => action === 'Deny');
      expect({ denied: denied.length > 0, sent }).toEqual({ denied: answer.status !== 201, sent });
      const [first] = denied;
      if (first?.code === 'policy')
        expect(stringAt(answer.body, 'message')?.endsWith(` denied request: ${first.message}`)).toBe(true);
    }
  });
});

describe('a mutation as the API server applies it', () => {
  test.each(mutating.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const mine = ours(one);
    for (const asked of one.pods) {
      const sent = podFor(one.value, asked);
      const answer = await post(pods, sent);
      const mutated = mutateByGuardrails(attributesOf(await defaulted(sent)), mine, surroundings);
      const denied = mutated?.violations.some(({ action }) => action === 'Deny') === true;
      expect({ denied, sent, text: answer.text.slice(0, 400) }).toEqual({
        denied: answer.status !== 201,
        sent,
        text: answer.text.slice(0, 400),
      });
      if (denied || mutated === undefined || !isObject(answer.body)) continue;
      const again = await defaulted(mutated.object);
      expect(again).toEqual(comparable(answer.body, one.value));
    }
  });
});
