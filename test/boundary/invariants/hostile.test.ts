/** Hostile objects: any JSON, huge maps, keys that JavaScript knows; and what the messages about them may look like. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/k8s/json.ts';
import type { Violation } from '../../../src/k8s/violation.ts';
import { invariantCodes } from '../../../src/boundary/invariants/codes.ts';
import { mostOfOneKind } from '../../../src/boundary/invariants/finding.ts';
import { judgeNamespace } from '../../../src/boundary/invariants/namespaces/judgeNamespace.ts';
import { mutateNamespace } from '../../../src/boundary/invariants/namespaces/mutateNamespace.ts';
import { judgeBinding } from '../../../src/boundary/invariants/pods/judgeBinding.ts';
import { judgePod } from '../../../src/boundary/invariants/pods/judgePod.ts';
import { mutatePod } from '../../../src/boundary/invariants/pods/mutatePod.ts';
import { judgeFloor } from '../../../src/boundary/invariants/policies/floor.ts';
import { judgeOtherPolicy } from '../../../src/boundary/invariants/policies/otherPolicies.ts';
import { asciiLine, longestMessage, shownPointer } from '../../../src/boundary/invariants/text.ts';
import {
  boundary,
  goodContainer,
  goodPod,
  inNamespace,
  namespaceCreated,
  namespaceUpdated,
  ofFloor,
  ofNamespace,
  podBound,
  podCreated,
  podUpdated,
  policyRequest,
  tenancy,
} from './scene.ts';

const other = { group: 'cilium.io', kind: 'CiliumNetworkPolicy', resource: 'ciliumnetworkpolicies' };

/** Everything that any room may ask of these objects. */
function everyAnswer(object: JsonObject, old: JsonObject): readonly Violation[] {
  const pods = inNamespace({
    boundaries: [boundary(), boundary({ name: 'b', pods: { hostAccess: 'Warn' } })],
  });
  const spaces = ofNamespace({ boundaries: [boundary()] });
  mutatePod(podCreated(object), pods);
  mutatePod(podUpdated(old, object, { subresource: 'ephemeralcontainers' }), pods);
  mutateNamespace(namespaceCreated(object), tenancy);
  return [
    ...judgePod(podCreated(object), pods),
    ...judgePod(podUpdated(old, object), pods),
    ...judgePod(podUpdated(old, object, { subresource: 'status' }), pods),
    ...judgeBinding(podBound({}, { object }), pods),
    ...judgeNamespace(namespaceCreated(object), spaces),
    ...judgeNamespace(namespaceUpdated(old, object), spaces),
    ...judgeFloor(policyRequest({ operation: 'UPDATE', object, oldObject: old }), ofFloor()),
    ...judgeOtherPolicy(policyRequest({ ...other, operation: 'UPDATE', object, oldObject: old }), [
      boundary(),
    ]),
  ];
}

function expectPresentable(violations: readonly Violation[]): void {
  for (const { code, message, field, rule } of violations) {
    expect(Object.keys(invariantCodes)).toContain(code);
    expect(message).toMatch(/^[\x20-\x7e]{20,300}$/);
    expect(field).toMatch(/^(\/[\x21-\x7e]*)?$/);
    expect(field.length).toBeLessThanOrEqual(400);
    expect(rule).not.toBe('');
  }
}

describe('any JSON', () => {
  const key = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('metadata', 'spec', 'labels', 'annotations', 'containers', 'name'),
    },
    { weight: 3, arbitrary: fc.constantFrom('securityContext', 'capabilities', 'drop', 'ports', 'hostPort') },
    { weight: 2, arbitrary: fc.constantFrom('__proto__', 'constructor', 'ovn.kubernetes.io/x', 'exposure') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom(null, true, false, '', 'x', 'NET_RAW', 0, -1, 1.5, 80, 2 ** 53, 1e308),
      fc.string({ unit: 'binary' }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  const object = fc.dictionary(key, value, { maxKeys: 4 });

  test('is answered without a throw, in presentable words', () => {
    fc.assert(
      fc.property(object, object, (one, old) => {
        expectPresentable(everyAnswer(one, old));
      }),
      { numRuns: 1000 },
    );
    expect(({} as { hostNetwork?: unknown }).hostNetwork).toBeUndefined();
  });

  test.each(['spec', 'containers', 'labels'])('a wrong type in place of %s never passes', (place) => {
    fc.assert(
      fc.property(fc.constantFrom<unknown>(1, 'x', true, [1], ['x']), (junk) => {
        const pod = goodPod(
          place === 'containers' ? { containers: junk } : {},
          place === 'labels' ? { labels: junk } : {},
        );
        const broken = place === 'spec' ? { ...pod, spec: junk } : pod;
        const violations = judgePod(podCreated(broken), inNamespace());
        expect(violations.map(({ action, code }) => `${action} ${code}`)).toContain('Deny object.unreadable');
      }),
    );
  });
});

describe('sizes', () => {
  const many = (text: (index: number) => string): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [text(index), 'x']));

  test('100,000 labels and free annotations pass', () => {
    const labels = { ...many((at) => `l${at}`), 'bulkhead.dev/tenant': 'payments' };
    const pod = goodPod({}, { labels, annotations: many((at) => `example.org/a${at}`) });
    expect(judgePod(podCreated(pod), inNamespace())).toEqual([]);
    expect(judgePod(podUpdated(pod, structuredClone(pod)), inNamespace())).toEqual([]);
  });

  test('100,000 faults are denied in a bounded answer', () => {
    const pod = goodPod({}, { annotations: many((at) => `ovn.kubernetes.io/a${at}`) });
    const violations = judgePod(podCreated(pod), inNamespace());
    expect(violations).toHaveLength(mostOfOneKind + 1);
    expect(violations.at(-1)).toMatchObject({ action: 'Deny', code: 'pods.addressRequests' });
    expect(violations.at(-1)?.message).toBe(`and ${100_000 - mostOfOneKind} more of this kind`);
    expectPresentable(violations);
  });

  test('100,000 containers are refused unread, new ones on a stored Pod too', () => {
    const pod = (count: number): object =>
      goodPod({ containers: Array.from({ length: count }, (_, at) => goodContainer({ name: `c${at}` })) });
    const found = ['Deny object.unreadable /spec/containers'];
    const list = (violations: readonly Violation[]): readonly string[] =>
      violations.map(({ action, code, field }) => `${action} ${code} ${field}`);
    expect(list(judgePod(podCreated(pod(100_000)), inNamespace()))).toEqual(found);
    expect(list(judgePod(podUpdated(pod(100_000), pod(100_000)), inNamespace()))).toEqual([]);
    const changed = goodPod({
      containers: Array.from({ length: 100_000 }, (_, at) => goodContainer({ name: `d${at}` })),
    });
    expect(list(judgePod(podUpdated(pod(100_000), changed), inNamespace()))).toEqual(found);
    expect(mutatePod(podCreated(pod(100_000)), inNamespace())).toEqual([]);
  });

  test('a key of a megabyte is not shown', () => {
    const long = `ovn.kubernetes.io/${'x/'.repeat(500_000)}`;
    const violations = judgePod(podCreated(goodPod({}, { annotations: { [long]: 'x' } })), inNamespace());
    expect(violations.map(({ field }) => field)).toEqual(['/metadata/annotations']);
    expectPresentable(violations);
  });
});

describe('keys that JavaScript knows', () => {
  test('in a prototype decide nothing', () => {
    const pod = JSON.parse(
      JSON.stringify(goodPod()).replace(
        '"spec":{',
        '"__proto__":{"hostPID":true},"constructor":{},"spec":{"__proto__":{"hostNetwork":true},',
      ),
    ) as JsonObject;
    expect(judgePod(podCreated(pod), inNamespace())).toEqual([]);
  });

  test('are protected and stamped like others', () => {
    const keys = new Set(['__proto__', 'constructor']);
    const context = inNamespace({
      tenancy: { ...tenancy, protectedPodLabels: keys },
      namespace: { name: 'shop', labels: new Map([['__proto__', 'a']]), terminating: false },
      boundaries: [boundary({ stampPods: ['__proto__', 'constructor'] })],
    });
    expect(mutatePod(podCreated(goodPod()), context)).toEqual([
      { op: 'add', path: '/metadata/labels/__proto__', value: 'a' },
    ]);
    expect(JSON.stringify(mutatePod(podCreated(goodPod({}, { labels: null })), context))).toBe(
      '[{"op":"add","path":"/metadata/labels","value":{"__proto__":"a"}}]',
    );
    const labels = JSON.parse('{"__proto__":"b","constructor":"c"}') as JsonObject;
    expect(
      judgePod(podCreated(goodPod({}, { labels })), context).map(({ code, field }) => [code, field]),
    ).toEqual([
      ['labels.podProtected', '/metadata/labels/__proto__'],
      ['labels.podProtected', '/metadata/labels/constructor'],
      ['pods.stamp', '/metadata/labels/__proto__'],
    ]);
  });
});

describe('texts', () => {
  test.each([
    ['a line break and an escape sequence', 'a\nb\u001b[31m', 'a?b?[31m'],
    ['letters beyond ASCII', 'na\u00efve', 'na?ve'],
    ['what is too long', 'x'.repeat(400), `${'x'.repeat(longestMessage - 3)}...`],
    ['what just fits', 'x'.repeat(longestMessage), 'x'.repeat(longestMessage)],
  ])('%s', (_says, text, shown) => {
    expect(asciiLine(text)).toBe(shown);
  });

  test.each([
    ['/metadata/labels/a~1b', '/metadata/labels/a~1b'],
    ['/metadata/labels/\u00e9', '/metadata/labels'],
    ['/metadata/labels/a b', '/metadata/labels'],
    [`/metadata/${'x'.repeat(401)}/y`, '/metadata'],
    [`/${'x'.repeat(10_000)}`, ''],
    ['', ''],
  ])('a pointer %#', (pointer, shown) => {
    expect(shownPointer(pointer)).toBe(shown);
  });

  test("a user's text in a message cannot break the line", () => {
    const pod = goodPod({ hostNetwork: true, containers: [{ name: 'a\nX-Evil: 1\u0007' }] });
    const violations = judgePod(podCreated(pod), inNamespace());
    expect(violations).toHaveLength(2);
    expectPresentable(violations);
  });
});
