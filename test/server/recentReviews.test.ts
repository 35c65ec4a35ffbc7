/** What is read from memory is what the parser reads, byte for byte different or not, and no decision changes what is remembered. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readReview } from '../../src/admission/review.ts';
import type { ReadReview } from '../../src/admission/review.ts';
import { RecentReviews } from '../../src/server/recentReviews.ts';
import { settled } from '../../src/server/review.ts';
import type { Review } from '../../src/server/review.ts';
import { reviewer } from '../../src/server/reviewer.ts';
import { tenants, worldOf } from '../admission/scenario.ts';

const uid = (n: number): string => `705ab4f5-6393-11e8-b7cc-${String(n).padStart(12, '0')}`;

/** As kube-apiserver writes it. */
const review = (number: number, rest: object = {}): string =>
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: uid(number),
      kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      name: 'web',
      namespace: 'payments',
      operation: 'CREATE',
      userInfo: { username: 'dev', groups: ['system:authenticated'] },
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'web', namespace: 'payments' },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [] },
      },
      oldObject: null,
      dryRun: false,
      ...rest,
    },
  });

/** A reader that counts what it parses. */
function counting(): { readonly recent: RecentReviews; readonly parsed: () => number } {
  let parsed = 0;
  const recent = new RecentReviews((body): ReadReview => {
    parsed += 1;
    return readReview(body);
  });
  return { recent, parsed: () => parsed };
}

describe('a review is parsed once, whatever its uid', () => {
  test('the same bytes under three uids', () => {
    const { recent, parsed } = counting();
    for (const text of [1, 2, 3].map((number) => review(number))) {
      expect(recent.read(Buffer.from(text))).toEqual(readReview(Buffer.from(text)));
    }
    expect(parsed()).toBe(1);
  });

  test('escapes that the API server writes, of what no uid has', () => {
    const { recent, parsed } = counting();
    for (const text of [1, 2].map((n) => review(n).replace('"web"', '"\\u003cw\\u0026b\\u003e"')))
      expect(recent.read(Buffer.from(text))).toEqual(readReview(Buffer.from(text)));
    expect(parsed()).toBe(1);
  });

  const long = 'x'.repeat(65_536);
  test.each<[string, readonly string[]]>([
    ['an object that differs in one character', [review(1), review(2).replace('"web"', '"wex"')]],
    ['another length', [review(1), `${review(2)} `]],
    ['a uid that is no UUID', [review(1), review(2).replace(uid(2), 'x'.repeat(36))]],
    ['a uid with an escape', [review(1), review(2).replace(uid(2), uid(2).replace('705ab4', '\\u0037'))]],
    ['a shorter uid', [review(1), review(2).replace(uid(2), '705ab4f5')]],
    [
      'fields in another order',
      [1, 2].map((n) => review(n).replace('{"kind":"AdmissionReview",', '{ "kind":"AdmissionReview",')),
    ],
    ['more than is remembered', [1, 2].map((n) => review(n, { name: long }))],
    [
      'a second uid in the request, of which the last counts',
      [1, 2].map((n) => review(n).replace('"dryRun":false', `"uid":"${uid(1)}","dryRun":false`)),
    ],
    ...['-', '9', 'a'].map((part): [string, readonly string[]] => {
      const escaped = `\\u00${part.charCodeAt(0).toString(16)}`;
      const second = `"uid":"${uid(1).replace(part, escaped)}","dryRun":false`;
      return [
        `a second uid that is the first one but for the escape ${escaped}`,
        [1, 2].map((n) => review(n).replace('"dryRun":false', second)),
      ];
    }),
    ['a body that is cut off', [1, 2].map((n) => review(n).slice(0, -3))],
    ['a body that ends in its uid', [1, 2].map((n) => review(n).slice(0, 100))],
    ['nothing', ['', '']],
  ])('not so with %s', (_, texts) => {
    const { recent, parsed } = counting();
    for (const text of texts) {
      expect(recent.read(Buffer.from(text))).toEqual(readReview(Buffer.from(text)));
    }
    expect(parsed()).toBe(texts.length);
  });

  test('thirty-two are remembered, and then the oldest is forgotten', () => {
    const { recent, parsed } = counting();
    const read = (name: number): unknown => recent.read(Buffer.from(review(name, { name: `n${name}` })));
    for (let name = 0; name < 32; name += 1) read(name);
    for (let name = 0; name < 32; name += 1) read(name);
    expect(parsed()).toBe(32);
    read(32);
    read(1);
    expect(parsed()).toBe(33);
    read(0);
    expect(parsed()).toBe(34);
  });

  test('whatever comes, in whatever order, it is read as the parser reads it', () => {
    const body = fc
      .tuple(
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom('web', 'wé', '𝒳', uid(0), uid(1), '"', '\\', '__proto__'),
        fc.option(fc.tuple(fc.nat(1_000), fc.constantFrom(0, 32, 34, 48, 92, 125, 255))),
      )
      .map(([number, name, damage]) => {
        const bytes = Buffer.from(review(number, { name }));
        if (damage !== null) bytes[damage[0] % bytes.length] = damage[1];
        return bytes;
      });
    fc.assert(
      fc.property(fc.array(body, { maxLength: 12 }), (bodies) => {
        const { recent } = counting();
        for (const bytes of bodies) expect(recent.read(bytes)).toEqual(readReview(bytes));
      }),
    );
  });
});

describe('a decision leaves what it was given as it was', () => {
  const narrowing = tenants.replace('floor: {mode: Create}', 'floor: {mode: Create}\n  onExcess: Narrow');
  test.each<[string, string, string]>([
    ['a denial', tenants, review(1)],
    ['a policy that is narrowed', narrowing, review(1)],
    [
      'a pod that gets its labels',
      tenants,
      review(1, {
        kind: { group: '', version: 'v1', kind: 'Pod' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        object: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web', namespace: 'payments' },
          spec: { containers: [{ name: 'web', image: 'web' }] },
        },
      }),
    ],
  ])('%s', async (_, rules, text) => {
    const world = worldOf(rules);
    const fresh = (): Review =>
      reviewer({
        world: () => world,
        decisionId: () => '01JDAAAAAAAAAAAAAAAAAAAAAA',
        clock: () => 0,
        told: () => undefined,
        failed: (error) => {
          throw error;
        },
      });
    const remembering = fresh();
    const answers: string[] = [];
    for (const [number, door] of (['mutate', 'validate', 'mutate', 'validate'] as const).entries()) {
      const body = (): Buffer => Buffer.from(text.replace(uid(1), uid(number)));
      const answer = settled(await remembering(door, body(), Infinity));
      expect(answer).toEqual(settled(await fresh()(door, body(), Infinity)));
      answers.push(JSON.stringify(answer));
    }
    // Something was found or changed: else this would show nothing.
    expect(answers.join('\n')).toMatch(/"allowed\\":false|JSONPatch/);
  });
});
