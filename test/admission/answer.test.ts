// Bytes in, bytes out: what is a review, and what the API server gets back.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { admit } from '../../src/admission/admit.ts';
import { readReview } from '../../src/admission/review.ts';
import { respond } from '../../src/admission/respond.ts';
import { ownAt } from '../../src/k8s/json.ts';
import { object, request, worldOf } from './scenario.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const review = (changes: object = {}, outer: object = {}): Buffer =>
  bytes({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      operation: 'CREATE',
      resource: { group: '', version: 'v1', resource: 'pods' },
      ...changes,
    },
    ...outer,
  });

describe('what is no review', () => {
  test.each([
    ['not JSON', Buffer.from('hello'), 400, 'review.json'],
    ['cut off', review().subarray(0, 40), 400, 'review.json'],
    ['empty', Buffer.alloc(0), 400, 'review.json'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'review.encoding'],
    ['a list', bytes([]), 400, 'review.kind'],
    ['another kind', review({}, { kind: 'Pod' }), 400, 'review.kind'],
    ['another version', review({}, { apiVersion: 'admission.k8s.io/v1beta1' }), 400, 'review.version'],
    ['no request', review({}, { request: null }), 400, 'review.uid'],
    ['no uid', review({ uid: undefined }), 400, 'review.uid'],
    ['an empty uid', review({ uid: '' }), 400, 'review.uid'],
    ['a uid that is a number', review({ uid: 7 }), 400, 'review.uid'],
    ['an unknown operation', review({ operation: 'PATCH' }), 422, 'review.request'],
    ['no resource', review({ resource: {} }), 422, 'review.request'],
  ])('%s', (_, body, status, code) => {
    expect(readReview(body)).toMatchObject({ ok: false, status, code });
  });

  test('whatever JSON comes, it is read or refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof readReview(bytes(value)).ok).toBe('boolean');
      }),
    );
  });
});

describe('attributes', () => {
  test('objects that are none are null, groups that are no strings are dropped', () => {
    const read = readReview(
      review({ object: 'text', oldObject: [], userInfo: { username: 'a', groups: ['g', 1, null] } }),
    );
    expect(read).toMatchObject({
      ok: true,
      attributes: {
        object: null,
        oldObject: null,
        user: { username: 'a', groups: ['g'] },
        namespace: '',
        dryRun: false,
      },
    });
  });

  test('keys that name the prototype are data', () => {
    const body = Buffer.from(
      review({ object: {} })
        .toString()
        .replace('"object":{}', '"object":{"__proto__":{"polluted":1},"constructor":2}'),
    );
    const read = readReview(body);
    expect(read.ok && Object.keys(read.attributes.object ?? {})).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

interface Answered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
    readonly patch?: string;
    readonly patchType?: string;
    readonly warnings?: readonly string[];
    readonly auditAnnotations: { readonly [key: string]: string };
  };
}

const identity = { decisionId: '017f22e2-79b0-7fff-bfff-ffffffffffff', rulesHash: 'abc' };
const policy = (spec: string) =>
  object(
    `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: payments}, spec: ${spec}}`,
  );

function answer(
  manifest: ReturnType<typeof object>,
  door: 'validate' | 'mutate',
  world = worldOf(),
): Answered {
  const { attributes, decision } = admit(request(manifest), world, door);
  return JSON.parse(respond(attributes, decision, identity)) as Answered;
}

describe('the answer', () => {
  test('of the mutating webhook leaves the annotations to the decision, unless it is one', () => {
    const keys = (manifest: ReturnType<typeof object>): readonly string[] => {
      const { attributes, decision } = admit(request(manifest), worldOf(), 'validate');
      const text = respond(attributes, decision, { ...identity, door: 'mutate' });
      return Object.keys(ownAt(JSON.parse(text), 'response', 'auditAnnotations') ?? {}).sort();
    };
    expect(keys(policy('{podSelector: {}}'))).toEqual([
      'mutation-decision',
      'mutation-decision-id',
      'mutation-rules',
    ]);
    expect(keys(policy('{podSelector: {}, egress: [{}]}'))).toContain('decision');
  });

  test('an admission says no more than it must', () => {
    expect(answer(policy('{podSelector: {}}'), 'validate')).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'a-uid',
        allowed: true,
        auditAnnotations: { decision: 'allowed', 'decision-id': identity.decisionId, rules: 'abc' },
      },
    });
  });

  test('a denial is 403 Forbidden with what, why and the way out', () => {
    const { response } = answer(policy('{podSelector: {}, ingress: [{}]}'), 'validate');
    expect(response.allowed).toBe(false);
    expect(response.status).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(response.status?.message.split('\n')).toEqual([
      'NetworkPolicy payments/p allows more than boundary "tenants" does',
      '  spec.ingress[0] from anywhere: a pod in namespace orders {bulkhead.dev/tenant=orders} could reach pods in payments on TCP 80',
      '    boundary "tenants" allows only ingress from sameLabels [bulkhead.dev/tenant]',
      `  Inside the boundary: bulkhead review --narrow FILE prints the part that is allowed. Decision ${identity.decisionId}, docs: docs/rules.md`,
    ]);
    expect(response.auditAnnotations['violations']).toBe('boundary.ingress tenants /spec/ingress/0 Deny');
    expect(response.patch).toBeUndefined();
  });

  test('what cannot be read is 422, what could not be found out 500', () => {
    expect(answer(policy('{podSelector: 7}'), 'validate').response.status).toMatchObject({
      code: 422,
      reason: 'Invalid',
    });
    const lost = { ...worldOf(), lookup: () => 'unknown' as const };
    expect(answer(policy('{podSelector: {}}'), 'validate', lost).response.status).toMatchObject({
      code: 500,
      reason: 'InternalError',
    });
  });

  test('a patch comes with its type, and never an empty one', () => {
    const pod = object(
      '{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: payments}, spec: {containers: [{name: c, image: i}]}}',
    );
    const { response } = answer(pod, 'mutate');
    expect(response.patchType).toBe('JSONPatch');
    expect(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString())).toEqual([
      {
        op: 'add',
        path: '/spec/containers/0/securityContext',
        value: { capabilities: { drop: ['NET_RAW'] } },
      },
    ]);
    const plain = answer(policy('{podSelector: {}}'), 'mutate').response;
    expect([plain.patch, plain.patchType]).toEqual([undefined, undefined]);
  });

  test('messages and warnings are short lines of ASCII whatever users write', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(text, text, (key, value) => {
        const peers = Array.from({ length: 30 }, () => ({
          namespaceSelector: { matchLabels: { [key]: value } },
        }));
        const manifest = {
          ...policy('{podSelector: {}}'),
          spec: { podSelector: {}, ingress: [{ from: peers }] },
        };
        const { response } = answer(manifest, 'validate');
        const message = response.status?.message ?? '';
        expect(message).toMatch(/^[\x20-\x7e\n]+$/);
        expect(message.length).toBeLessThanOrEqual(4096);
        for (const annotation of Object.values(response.auditAnnotations)) {
          expect(annotation.length).toBeLessThan(1024);
          expect(annotation).toMatch(/^[\x20-\x7e]*$/);
        }
        for (const warning of response.warnings ?? []) expect(warning).toMatch(/^[\x20-\x7e]{1,120}$/);
      }),
    );
  });
});
