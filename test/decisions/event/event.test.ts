// What a record holds, and above all what it does not.
import { describe, expect, test } from '@jest/globals';
import { allowanceOf } from '../../../src/decisions/event/allowance.ts';
import { Recent } from '../../../src/decisions/event/recent.ts';
import { isRecorded, sealDecision } from '../../../src/decisions/event/seal.ts';
import type { Decided } from '../../../src/decisions/event/event.ts';
import { fields, items } from '../../../src/decisions/event/shape.ts';
import type { Part } from '../../../src/decisions/event/shape.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';

const canary = 'CANARY-7f3a9c';

const allowance = allowanceOf({
  tenantLabel: 'bulkhead.dev/tenant',
  labels: ['bulkhead.dev/tenant', 'exposure'],
  annotations: ['team.example.com/owner', 'audit.example.com/*'],
  groups: ['team-payments'],
  reads: new Map<string, Part>([
    ['deployments', fields({ metadata: 'whole', spec: fields({ template: 'whole' }) })],
    ['secrets', 'whole'],
    ['*', fields({ data: 'whole' })],
    ['pods', fields({ spec: fields({ containers: items('whole') }) })],
  ]),
});

const decided = (object: JsonObject | null, change: Partial<Decided> = {}): Decided => ({
  decisionId: '01900000-0000-7000-8000-000000000001',
  millis: Date.UTC(2026, 10, 21, 17),
  door: 'validate',
  attributes: {
    uid: 'u-1',
    operation: 'CREATE',
    dryRun: false,
    group: '',
    version: 'v1',
    kind: typeof object?.['kind'] === 'string' ? object['kind'] : 'Pod',
    resource: 'pods',
    subresource: '',
    namespace: 'payments',
    name: 'web',
    user: { username: 'dev', groups: ['team-payments', 'system:authenticated'] },
    object,
    oldObject: null,
  },
  decision: 'allowed',
  violations: [],
  warnings: [],
  patch: [],
  rulesHash: '0123456789abcdef',
  namespace: {
    name: 'payments',
    labels: new Map([['bulkhead.dev/tenant', 'payments']]),
    terminating: false,
    resourceVersion: '42',
  },
  ...change,
});

const read = (one: Decided): { readonly text: string; readonly event: JsonObject } => {
  const { event } = sealDecision(one, allowance);
  return { text: event, event: JSON.parse(event) as JsonObject };
};

const pod = (extra: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'payments',
    labels: { 'bulkhead.dev/tenant': 'payments', exposure: 'public', secret: canary },
    annotations: { 'team.example.com/owner': 'me', 'audit.example.com/x': 'y', note: canary },
    managedFields: [{ manager: canary }],
  },
  spec: {
    hostNetwork: false,
    containers: [
      {
        name: 'app',
        image: 'app:1',
        command: ['run'],
        env: [{ name: 'PASSWORD', value: canary }],
        ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
        securityContext: { capabilities: { drop: ['ALL'] }, runAsUser: 5 },
      },
      { name: 'side', image: 'side:1', env: [{ name: 'TOKEN', value: canary }] },
    ],
    volumes: [{ name: 'host', hostPath: { path: `/${canary}` } }],
  },
  ...extra,
});

test('a Pod: what boundaries read, the tenant, the namespace, and what was left out', () => {
  const plain = allowanceOf({
    tenantLabel: 'bulkhead.dev/tenant',
    labels: ['exposure'],
    annotations: [],
    groups: [],
  });
  const event = JSON.parse(sealDecision(decided(pod()), plain).event) as JsonObject;
  expect(event).toMatchObject({
    tenant: 'payments',
    user: { username: 'dev', groups: [] },
    snapshot: { namespaceResourceVersion: '42' },
    subset: {
      object: {
        metadata: { labels: { 'bulkhead.dev/tenant': 'payments', exposure: 'public' }, annotations: {} },
        spec: {
          hostNetwork: false,
          containers: [
            {
              name: 'app',
              ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
              securityContext: { capabilities: { drop: ['ALL'] } },
            },
            { name: 'side' },
          ],
          volumes: [{ name: 'host', hostPath: {} }],
        },
      },
    },
  });
  expect(event['masked']).toEqual(
    expect.arrayContaining([
      '/user/groups',
      '/subset/object/metadata/labels/secret',
      '/subset/object/metadata/annotations/note',
      '/subset/object/spec/containers/0/env',
      '/subset/object/spec/containers/0/image',
      '/subset/object/spec/volumes/0/hostPath/path',
    ]),
  );
});

describe('a canary secret appears in no record', () => {
  const template = { metadata: { annotations: { note: canary } }, spec: (pod()['spec'] ?? {}) as JsonObject };
  const containers = [{ name: 'app', env: [{ name: 'A', value: canary }] }];
  test.each<[string, Decided]>([
    ['environment, annotations and labels of a Pod', decided(pod({ status: { note: canary } }))],
    [
      'the old object',
      decided(null, { attributes: { ...decided(null).attributes, kind: 'Pod', oldObject: pod() } }),
    ],
    [
      'the data of a Secret, even where an expression reads it',
      decided({ kind: 'Secret', data: { a: canary }, stringData: { b: canary } }),
    ],
    [
      'a template that an expression reads as a whole',
      decided({
        kind: 'Deployment',
        metadata: {
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': canary, note: canary },
        },
        spec: {
          template: {
            metadata: { ...template.metadata, labels: { x: canary } },
            spec: { containers },
          },
        },
      }),
    ],
    [
      'extra of the user',
      decided(pod(), {
        attributes: {
          ...decided(pod()).attributes,
          request: { userInfo: { username: 'dev', extra: { token: [canary] } } },
        },
      }),
    ],
    [
      'groups that no rule names',
      decided(pod(), {
        attributes: { ...decided(pod()).attributes, user: { username: 'dev', groups: [canary] } },
      }),
    ],
    [
      'a patch that writes environment and annotations',
      decided(pod(), {
        door: 'mutate',
        decision: 'patched',
        patch: [
          { op: 'add', path: '/spec/containers/0/env', value: [{ name: 'A', value: canary }] },
          { op: 'add', path: '/spec/containers/0/env/0/value', value: canary },
          { op: 'add', path: '/metadata/annotations/note', value: canary },
          { op: 'add', path: '/metadata', value: { annotations: { note: canary }, labels: { x: canary } } },
          {
            op: 'replace',
            path: '/spec/containers/0',
            value: { name: 'a', env: [{ name: 'A', value: canary }] },
          },
          { op: 'add', path: '/status/note', value: canary },
        ],
      }),
    ],
  ])('%s', (_sentence, one) => {
    const { text } = read(one);
    expect(text).toContain('"kind":"Decision"');
    expect(text).not.toContain(canary);
  });
});

test('of what is only asked for: texts and numbers, and of the rest that it is there', () => {
  const present = allowanceOf({
    ...allowance.source,
    reads: new Map<string, Part>([
      [
        'pods',
        fields({
          status: fields({
            phase: 'present',
            ready: 'present',
            count: 'present',
            conditions: 'present',
            none: 'present',
            note: 'present',
          }),
        }),
      ],
    ]),
  });
  const status = {
    phase: 'Running',
    ready: false,
    count: 0,
    conditions: [{ message: canary }, canary],
    none: [],
    note: { text: canary },
  };
  const { event } = sealDecision(decided({ kind: 'Pod', status }), present);
  const { subset, masked } = JSON.parse(event) as JsonObject;
  expect(subset).toEqual({
    object: {
      kind: 'Pod',
      status: { phase: 'Running', ready: false, count: 0, conditions: [{}, null], none: [], note: {} },
    },
  });
  expect(masked).toEqual(
    expect.arrayContaining([
      '/subset/object/status/conditions/0/message',
      '/subset/object/status/conditions/1',
      '/subset/object/status/note/text',
    ]),
  );
  expect(event).not.toContain(canary);
});

describe('labels that look like what is never stored', () => {
  test('a NetworkPolicy may select env=prod', () => {
    const spec = { podSelector: { matchLabels: { env: 'prod', data: 'x', annotations: 'y' } } };
    const { event } = read(decided({ kind: 'NetworkPolicy', spec }));
    expect(event['subset']).toEqual({ object: { kind: 'NetworkPolicy', spec } });
  });

  test('keys of prototypes are data', () => {
    const labels = JSON.parse('{"__proto__":"a","constructor":"b"}') as JsonObject;
    const { text } = read(decided({ kind: 'NetworkPolicy', spec: { podSelector: { matchLabels: labels } } }));
    expect(text).toContain('{"__proto__":"a","constructor":"b"}');
  });
});

describe('size', () => {
  const big = (count: number): JsonObject => ({
    kind: 'NetworkPolicy',
    spec: { ingress: Array.from({ length: count }, (_, port) => ({ ports: [{ port, protocol: 'TCP' }] })) },
  });
  const violation = {
    code: 'policy',
    rule: 'r',
    kind: 'GuardrailPolicy',
    action: 'Deny',
    field: '',
    message: 'é'.repeat(4_000),
  } as const;

  test.each<[string, Decided, string]>([
    ['a small one is whole', decided(big(3)), ''],
    ['an object that is too large is left out', decided(big(1_200)), '/subset/object'],
    ['one that is larger than what is looked at', decided(big(100_000)), '/subset/object'],
    [
      'long messages',
      decided(big(3), { violations: Array.from({ length: 50 }, () => violation) }),
      '/violations',
    ],
    [
      'a long patch',
      decided(big(3), {
        patch: Array.from({ length: 200 }, () => ({
          op: 'add',
          path: '/spec',
          value: { a: 'x'.repeat(900) },
        })),
      }),
      '/patch',
    ],
    [
      'warnings without end',
      decided(null, { warnings: Array.from({ length: 2_000 }, () => 'w'.repeat(120)) }),
      '/warnings',
    ],
    [
      'names without end',
      decided(null, {
        attributes: {
          ...decided(null).attributes,
          name: 'n'.repeat(1e6),
          user: { username: 'u'.repeat(1e6), groups: [] },
        },
      }),
      '',
    ],
  ])('%s', (_sentence, one, pointer) => {
    const { text, event } = read(one);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(63 * 1024);
    if (pointer !== '') {
      expect(event['masked']).toEqual(
        expect.arrayContaining([expect.stringMatching(new RegExp(`^${pointer}`))]),
      );
    }
  });
});

describe('what is written down', () => {
  test.each([
    ['validate', 'allowed', true],
    ['validate', 'denied', true],
    ['mutate', 'allowed', false],
    ['mutate', 'warned', false],
    ['mutate', 'patched', true],
    ['mutate', 'denied', true],
    ['mutate', 'errored', true],
    ['review', 'allowed', true],
  ] as const)('at %s: %s', (door, decision, expected) => {
    expect(isRecorded({ door, decision })).toBe(expected);
  });
});

describe('the same call once more', () => {
  const again = (change: Partial<Decided>): JsonObject => {
    const recent = new Recent();
    sealDecision(decided(pod()), allowance, { recent });
    const one = decided(pod(), { decisionId: 'second', millis: decided(null).millis + 2_000, ...change });
    return JSON.parse(sealDecision(one, allowance, { recent }).event) as JsonObject;
  };
  const first = '01900000-0000-7000-8000-000000000001';

  test('is a small record that points to the first', () => {
    expect(again({})).toEqual({
      apiVersion: 'decision.bulkhead.dev/v1',
      kind: 'Retry',
      time: '2026-11-21T17:00:02.000Z',
      decisionId: 'second',
      uid: 'u-1',
      retryOf: first,
      door: 'validate',
      decision: 'allowed',
      rulesHash: '0123456789abcdef',
    });
  });

  test('with another outcome it is a whole record that points to the first', () => {
    expect(again({ decision: 'denied' })).toMatchObject({
      kind: 'Decision',
      retryOf: first,
      decision: 'denied',
    });
  });

  test.each<[string, Partial<Decided>]>([
    ['with another object', { attributes: decided(pod({ spec: {} })).attributes }],
    [
      'by somebody else',
      { attributes: { ...decided(pod()).attributes, user: { username: 'mallory', groups: [] } } },
    ],
    [
      'with a name that continues in its namespace',
      { attributes: { ...decided(pod()).attributes, namespace: 'paym', name: 'entsweb' } },
    ],
    ['at the other door', { door: 'mutate', decision: 'patched' }],
    ['after ten seconds', { millis: decided(null).millis + 10_001 }],
  ])('%s it is a record of its own', (_sentence, change) => {
    const event = again(change);
    expect(event['kind']).toBe('Decision');
    expect(event).not.toHaveProperty('retryOf');
  });
});

describe('is not taken for the same call', () => {
  const asked = (name: string, change: Partial<Decided> = {}): Decided =>
    decided(pod(), { ...change, attributes: { ...decided(pod()).attributes, name } });
  test.each([
    ['a name that was cut', 'n'.repeat(2_000), `${'n'.repeat(1_024)}x`],
    ['a name with a half of a surrogate pair', 'a\ud800', 'a\ufffd'],
    ['no name', '', 'web'],
  ])('%s', (_sentence, one, other) => {
    const recent = new Recent();
    sealDecision(asked(one), allowance, { recent });
    const event = JSON.parse(sealDecision(asked(other), allowance, { recent }).event) as JsonObject;
    expect(event['kind']).toBe('Decision');
    expect(event).not.toHaveProperty('retryOf');
  });
});

test('what was tried three times, with another outcome in between, points to the first each time', () => {
  const recent = new Recent();
  const seen = (['allowed', 'denied', 'denied', 'allowed'] as const).map((decision, number) => {
    const one = decided(pod(), { decision, decisionId: `try-${number}` });
    return JSON.parse(sealDecision(one, allowance, { recent }).event) as JsonObject;
  });
  expect(seen.map(({ kind, retryOf }) => [kind, retryOf])).toEqual([
    ['Decision', undefined],
    ['Decision', 'try-0'],
    ['Decision', 'try-0'],
    ['Retry', 'try-0'],
  ]);
});

describe('the two calls of one request', () => {
  const mutated = (name: string): Decided =>
    decided(pod({ metadata: { generateName: 'web-', labels: {} } }), {
      decisionId: 'mutation',
      door: 'mutate',
      decision: 'patched',
      patch: [{ op: 'add', path: '/metadata/labels/exposure', value: 'public' }],
      attributes: {
        ...decided(pod({ metadata: { generateName: 'web-', labels: {} } })).attributes,
        uid: 'u-mutate',
        name,
      },
    });
  const validated = (label: string): Decided =>
    decided(
      pod({ metadata: { name: 'web-x1', generateName: 'web-', uid: 'made', labels: { exposure: label } } }),
      {
        millis: decided(null).millis + 50,
        attributes: {
          ...decided(
            pod({
              metadata: { name: 'web-x1', generateName: 'web-', uid: 'made', labels: { exposure: label } },
            }),
          ).attributes,
          uid: 'u-validate',
          name: 'web-x1',
        },
      },
    );
  test.each([
    ['are connected, whatever name was made in between', '', 'public', 'mutation'],
    ['are connected by name', 'web-x1', 'public', 'mutation'],
    ['are not connected where somebody else patched too', 'web-x1', 'private', undefined],
    ['are not connected for another name', 'web-other', 'public', undefined],
  ])('%s', (_sentence, name, label, expected) => {
    const recent = new Recent();
    sealDecision(mutated(name), allowance, { recent });
    const event = JSON.parse(sealDecision(validated(label), allowance, { recent }).event) as JsonObject;
    expect(event['correlates']).toBe(expected);
  });
});
