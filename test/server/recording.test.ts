// The reviewer and the log: the record-hash in the answer, refusals where nothing can be recorded, bugs of ours, and a canary.
import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import { canonicalJson } from '../../src/decisions/canonicalJson.ts';
import { finished } from '../../src/decisions/event/seal.ts';
import type { Sealed } from '../../src/decisions/event/seal.ts';
import { ownAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { recorder } from '../../src/server/recording.ts';
import { settled } from '../../src/server/review.ts';
import type { Door } from '../../src/server/review.ts';
import { reviewer } from '../../src/server/reviewer.ts';
import { object, worldOf } from '../admission/scenario.ts';

const canary = 'CANARY-51d0';

const policy = (cidr: string): JsonObject =>
  object(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: payments, annotations: {note: ${canary}}, labels: {x: ${canary}}}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}]}
`);

const pod = object(`
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: payments, labels: {x: ${canary}}, annotations: {note: ${canary}}}
spec:
  containers:
  - {name: app, image: app, env: [{name: PASSWORD, value: ${canary}}]}
`);

const review = (given: JsonObject, resource: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid: 'u-1',
        kind: { kind: given['kind'] },
        resource: { group: resource === 'pods' ? '' : 'networking.k8s.io', version: 'v1', resource },
        name: ownAt(given, 'metadata', 'name'),
        namespace: 'payments',
        operation: 'CREATE',
        userInfo: { username: 'dev', groups: ['g'], extra: { token: [canary] } },
        object: given,
        oldObject: null,
        dryRun: false,
      },
    }),
  );

interface Given {
  readonly required?: boolean;
  readonly refuses?: boolean;
  readonly broken?: boolean;
}

interface Answered {
  readonly text: string;
  readonly allowed: unknown;
  readonly audit: unknown;
  readonly message: string;
  readonly kept: readonly Sealed[];
  readonly lost: number;
  readonly failures: number;
}

async function answered(door: Door, body: Buffer, given: Given = {}): Promise<Answered> {
  const config = readSchema(configuration, {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
    decisionLog: { required: given.required ?? false },
  });
  if (!config.ok) throw new Error(JSON.stringify(config.issues));
  const kept: Sealed[] = [];
  let [lost, failures] = [0, 0];
  const recording = recorder({
    config: config.value,
    now: () => Date.UTC(2026, 10, 21),
    keep: (sealed) => kept.push(finished(sealed)),
    lost: () => {
      lost += 1;
    },
    refuses: () => given.refuses ?? false,
  });
  const decide = reviewer({
    world: () => worldOf(),
    decisionId: () => '01900000-0000-7000-8000-000000000001',
    clock: () => 0,
    told: () => undefined,
    failed: () => {
      failures += 1;
    },
    recorder:
      given.broken === true
        ? {
            ...recording,
            seal: () => {
              throw new Error('a bug');
            },
          }
        : recording,
  });
  const { body: answer } = settled(await decide(door, body, Date.now() + 5_000));
  const text = answer.toString();
  const response = ownAt(JSON.parse(text), 'response');
  return {
    text,
    allowed: ownAt(response, 'allowed'),
    audit: ownAt(response, 'auditAnnotations'),
    message: String(ownAt(response, 'status', 'message')),
    kept,
    lost,
    failures,
  };
}

const inside = review(policy('10.20.0.0/24'), 'networkpolicies');
const outside = review(policy('0.0.0.0/0'), 'networkpolicies');

describe('record-hash', () => {
  test.each([
    ['an allowed policy', inside, true],
    ['a denied policy', outside, false],
  ])('%s: the answer vouches for the record', async (_sentence, body, allowed) => {
    const { kept, audit, allowed: answer } = await answered('validate', body);
    expect(answer).toBe(allowed);
    expect(kept).toHaveLength(1);
    const [record] = kept;
    expect(audit).toMatchObject({ 'record-hash': record?.recordHash });
    const event = JSON.parse(record?.event ?? '') as JsonObject;
    const { masked, subset, ...head } = event;
    expect(masked).toContain('/user/groups');
    expect(subset).toMatchObject({ object: { spec: { podSelector: {} } } });
    expect(record?.recordHash).toBe(hash('sha256', canonicalJson(head)));
    expect(event).toMatchObject({
      decision: allowed ? 'allowed' : 'denied',
      tenant: 'payments',
      resource: { kind: 'NetworkPolicy', name: 'out' },
    });
  });

  test('a call of mutate that changes nothing leaves no record', async () => {
    const { kept, audit } = await answered('mutate', inside);
    expect(kept).toEqual([]);
    expect(audit).not.toHaveProperty('record-hash');
  });
});

describe('where nothing can be recorded', () => {
  test('what must be recorded is not allowed, and the message says why', async () => {
    const { allowed, message } = await answered('validate', inside, { required: true, refuses: true });
    expect(allowed).toBe(false);
    expect(message).toContain('decisionLog.required');
  });

  test('a denial stays the same denial', async () => {
    const { message } = await answered('validate', outside, { required: true, refuses: true });
    expect(message).toContain('allows more than boundary');
  });

  test('a record that a bug of ours prevents is counted, and the answer is given', async () => {
    expect(await answered('validate', inside, { broken: true })).toMatchObject({
      allowed: true,
      lost: 1,
      failures: 1,
    });
  });

  test('and refused where records are required', async () => {
    const { allowed } = await answered('validate', inside, { broken: true, required: true });
    expect(allowed).toBe(false);
  });
});

test.each<[string, Door, Buffer]>([
  ['an allowed policy', 'validate', inside],
  ['a denied policy', 'validate', outside],
  ['a judged pod', 'validate', review(pod, 'pods')],
  ['a patched pod', 'mutate', review(pod, 'pods')],
])('a canary appears neither in record nor in answer: %s', async (_sentence, door, body) => {
  const { kept, text } = await answered(door, body);
  expect(kept).toHaveLength(1);
  expect(kept[0]?.event).not.toContain(canary);
  const patch = /"patch":"([^"]*)"/.exec(text)?.[1] ?? '';
  expect(text + Buffer.from(patch, 'base64').toString()).not.toContain(canary);
});
