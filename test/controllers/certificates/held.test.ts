/** What the Secret holds: read back as it was written in every phase, and nothing at all where any part of it is damaged. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  fingerprints,
  isFor,
  leafOf,
  read,
  requestOf,
  signerOf,
  trusted,
  written,
} from '../../../src/controllers/certificates/held.ts';
import type { Held, Leaf, Signer } from '../../../src/controllers/certificates/held.ts';
import { makeAuthority, makeServing } from '../../../src/server/tls/issue.ts';

let one: Signer;
let two: Signer;
let leaf: Leaf;
let foreign: Leaf;
beforeAll(async () => {
  const now = new Date();
  one = signerOf(await makeAuthority('One', now, 10));
  two = signerOf(await makeAuthority('Two', now, 10));
  leaf = leafOf(await makeServing(one, 'bulkhead', ['walls.example', '192.0.2.1'], now, 1));
  foreign = leafOf(await makeServing(two, 'bulkhead', ['walls.example'], now, 1));
});

const inPhase = (phase: Held['phase']): Held => {
  const common = { authority: one, serving: leaf, request: 'asked' };
  switch (phase) {
    case 'Adding':
      return { ...common, phase, next: two };
    case 'Switching': {
      const { certificate, fingerprint, notBefore, notAfter } = two;
      return { ...common, phase, previous: { certificate, fingerprint, notBefore, notAfter } };
    }
    case 'Stable':
    case 'Dropping':
      return { ...common, phase };
  }
};
const secretOf = (held: Held): { metadata: { annotations: object }; data: Record<string, unknown> } => {
  const { annotations, data } = written(held);
  return { metadata: { annotations }, data };
};

test.each(['Stable', 'Adding', 'Switching', 'Dropping'] as const)(
  'in the phase %s it is read back as it was written, with no key that is not needed',
  (phase) => {
    const held = inPhase(phase);
    const secret = secretOf(held);
    expect(read(secret)).toEqual(held);
    const keys = Object.keys(secret.data).filter((key) => key.endsWith('.key'));
    expect(keys).toEqual(['tls.key', 'authority.key', ...(phase === 'Adding' ? ['next.key'] : [])]);
    const both = phase === 'Adding' || phase === 'Switching';
    expect(fingerprints(trusted(held))).toEqual(
      new Set(both ? [one.fingerprint, two.fingerprint] : [one.fingerprint]),
    );
  },
);

describe('nothing is held', () => {
  const text = (value: string): string => Buffer.from(value).toString('base64');
  test.each<[string, (phase: 'Stable' | 'Adding' | 'Switching') => unknown]>([
    ['no Secret', () => undefined],
    ['an empty one', () => ({ metadata: {} })],
    ['no phase', () => ({ ...secretOf(inPhase('Stable')), metadata: {} })],
    [
      'a phase that there is not',
      () => ({
        ...secretOf(inPhase('Stable')),
        metadata: { annotations: { 'bulkhead.dev/phase': 'Done' } },
      }),
    ],
  ])('where there is %s', (_what, secret) => {
    expect(read(secret('Stable'))).toBeUndefined();
  });

  test.each<['Stable' | 'Adding' | 'Switching', string]>([
    ['Stable', 'tls.crt'],
    ['Stable', 'tls.key'],
    ['Stable', 'authority.crt'],
    ['Stable', 'authority.key'],
    ['Adding', 'next.crt'],
    ['Adding', 'next.key'],
    ['Switching', 'previous.crt'],
  ])('where %s lacks %s, or it is damaged', (phase, key) => {
    const secret = secretOf(inPhase(phase));
    for (const value of [undefined, '', text('no PEM'), 7])
      expect(read({ ...secret, data: { ...secret.data, [key]: value } })).toBeUndefined();
  });

  test('where the certificate is of another authority, its key another one, or the authority none', () => {
    const secret = secretOf(inPhase('Stable'));
    const changed = (data: Record<string, string>): unknown =>
      read({ ...secret, data: { ...secret.data, ...data } });
    expect(changed({})).toBeDefined();
    expect(changed({ 'tls.crt': text(foreign.certificate), 'tls.key': text(foreign.key) })).toBeUndefined();
    expect(changed({ 'tls.key': text(foreign.key) })).toBeUndefined();
    expect(
      changed({ 'authority.crt': text(leaf.certificate), 'authority.key': text(leaf.key) }),
    ).toBeUndefined();
  });
});

test('the certificate is for its names and addresses and no others', () => {
  expect(isFor(leaf, ['walls.example', '192.0.2.1'])).toBe(true);
  expect(isFor(leaf, ['walls.example', 'other.example'])).toBe(false);
});

test('a request is what stands in the annotation', () => {
  expect(requestOf({ metadata: { annotations: { 'bulkhead.dev/rotate': 'now' } } })).toBe('now');
  expect(requestOf(undefined)).toBe('');
});
