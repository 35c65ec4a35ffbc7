/** The next step, as a table: what each phase waits for, and what overrules it. */
import { describe, expect, test } from '@jest/globals';
import type { Held, Leaf, Signer } from '../../../src/controllers/certificates/held.ts';
import { nextStep } from '../../../src/controllers/certificates/step.ts';
import type { Known } from '../../../src/controllers/certificates/step.ts';

const day = 24 * 60 * 60 * 1000;
const settleMillis = 100_000;

/** A certificate from the first day to the last, as far as the next step looks at it. */
const valid = (fingerprint: string, first: number, last: number): Signer & Leaf => ({
  fingerprint,
  notBefore: first * day,
  notAfter: last * day,
  certificate: fingerprint,
  key: '',
});
const common = { authority: valid('A', 0, 365), serving: valid('leaf', 0, 30), request: '' };
const stable: Held = { ...common, phase: 'Stable' };
const adding: Held = { ...common, phase: 'Adding', next: valid('B', 0, 365) };
const switching: Held = {
  ...common,
  phase: 'Switching',
  authority: valid('B', 0, 365),
  previous: valid('A', 0, 365),
};
const dropping: Held = { ...common, phase: 'Dropping' };

const known = (more: Partial<Known> = {}): Known => ({
  now: day,
  named: true,
  request: '',
  trustedFor: () => undefined,
  trustsOnly: () => false,
  servedFor: () => undefined,
  settleMillis,
  ...more,
});
const lasting =
  (of: string, millis: number) =>
  (fingerprint: string): number | undefined =>
    fingerprint === of ? millis : undefined;

describe('in each phase', () => {
  test.each<[string, Held | undefined, Partial<Known>, string]>([
    ['nothing is held', undefined, {}, 'make'],
    ['nothing is due', stable, {}, 'wait'],
    ['the certificate is nineteen days old', stable, { now: 19.9 * day }, 'wait'],
    ['the certificate is twenty days old', stable, { now: 20 * day }, 'renew'],
    ['a name is missing', stable, { named: false }, 'renew'],
    ['a new authority is asked for', stable, { request: 'now' }, 'add'],
    ['the request was answered', { ...stable, request: 'now' }, { request: 'now' }, 'wait'],
    [
      'two thirds of the authority are over',
      { ...stable, serving: valid('leaf', 240, 270) },
      { now: 244 * day },
      'add',
    ],
    ['nobody trusts the next authority', adding, {}, 'wait'],
    ['all have trusted it for just as long', adding, { trustedFor: lasting('B', settleMillis) }, 'wait'],
    ['all have trusted it for longer', adding, { trustedFor: lasting('B', settleMillis + 1) }, 'switch'],
    ['all trust the old one alone', adding, { trustedFor: lasting('A', settleMillis + 1) }, 'wait'],
    ['replicas serve something else', switching, { servedFor: lasting('x', settleMillis + 1) }, 'wait'],
    ['all serve it for just as long', switching, { servedFor: lasting('leaf', settleMillis) }, 'wait'],
    ['all have served it for longer', switching, { servedFor: lasting('leaf', settleMillis + 1) }, 'drop'],
    ['some trust the old authority', dropping, {}, 'wait'],
    ['all trust the new one alone', dropping, { trustsOnly: (one) => one === 'A' }, 'finish'],
  ])('%s', (_sentence, held, more, step) => {
    expect(nextStep(held, known(more)).step).toBe(step);
  });
});

describe('whatever the phase', () => {
  const trusting = {
    trustedFor: lasting('B', settleMillis + 1),
    servedFor: lasting('leaf', settleMillis + 1),
  };
  test.each([stable, adding, switching, dropping])(
    'a certificate that is due comes first ($phase)',
    (held) => {
      expect(nextStep(held, known({ ...trusting, now: 21 * day })).step).toBe('renew');
    },
  );

  test.each([stable, switching, dropping])('an authority that expired is made anew ($phase)', (held) => {
    expect(nextStep(held, known({ now: 365 * day })).step).toBe('make');
  });

  test('an authority that expired while the next one waited is followed by that one, at once', () => {
    const next = valid('B', 300, 665);
    expect(nextStep({ ...adding, next }, known({ now: 365 * day })).step).toBe('switch');
    expect(nextStep({ ...adding, next }, known({ now: 665 * day })).step).toBe('make');
  });

  test('a next authority that waited for a year is replaced before anybody relies on it', () => {
    const old = { ...adding, authority: valid('A', 300, 665), serving: valid('leaf', 330, 360) };
    expect(nextStep(old, known({ ...trusting, now: 336 * day })).step).toBe('add');
  });

  test('a clock that is an hour behind what was made with another asks for nothing', () => {
    const hourAhead = valid('leaf', 1 + 1 / 24, 31);
    expect(nextStep({ ...stable, serving: hourAhead }, known()).step).toBe('wait');
    const authority = valid('A', 1 + 1 / 24, 366);
    expect(nextStep({ ...stable, authority }, known()).step).toBe('wait');
  });

  test('a certificate that a clock far ahead made, which nobody trusts yet, is replaced', () => {
    expect(nextStep({ ...stable, serving: valid('leaf', 12, 42) }, known()).step).toBe('renew');
    expect(nextStep({ ...switching, serving: valid('leaf', 12, 42) }, known(trusting)).step).toBe('renew');
  });

  test('so is a next authority, before anybody relies on it', () => {
    const next = valid('B', 250, 615);
    expect(nextStep({ ...adding, next }, known(trusting)).step).toBe('add');
  });

  test.each([stable, adding, switching, dropping])(
    'an authority that a clock far ahead made is made anew ($phase)',
    (held) => {
      const authority = valid('A', 250, 615);
      expect(nextStep({ ...held, authority }, known(trusting)).step).toBe('make');
    },
  );
});
