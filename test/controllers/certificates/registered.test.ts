/** Who trusts and who serves what, and for how long that has been seen. */
import { describe, expect, test } from '@jest/globals';
import { lasting } from '../../../src/controllers/certificates/lasting.ts';
import { bundlesOf, servedByAll, trustedByAll } from '../../../src/controllers/certificates/registered.ts';

describe('how long', () => {
  test('a claim is counted from when it was seen, and anew after a break', () => {
    let now = 0;
    const { see, lastedFor } = lasting({ now: () => now });
    expect(lastedFor('a')).toBeUndefined();
    see(new Set(['a']));
    now = 5;
    see(new Set(['a', 'b']));
    now = 7;
    expect([lastedFor('a'), lastedFor('b'), lastedFor('c')]).toEqual([7, 2, undefined]);
    see(new Set(['b']));
    see(new Set(['a', 'b']));
    now = 10;
    expect([lastedFor('a'), lastedFor('b')]).toEqual([3, 5]);
  });

  test('while nobody knows nothing lasts', () => {
    let now = 0;
    const { see, lastedFor } = lasting({ now: () => now });
    see(new Set(['a']));
    see(undefined);
    expect(lastedFor('a')).toBeUndefined();
    see(new Set(['a']));
    now = 1;
    expect(lastedFor('a')).toBe(1);
  });

  test('where nobody could object everything holds, and is counted anew once somebody can', () => {
    let now = 0;
    const { see, lastedFor } = lasting({ now: () => now });
    see('any');
    now = 9;
    see('any');
    expect([lastedFor('a'), lastedFor('b')]).toEqual([9, 9]);
    see(new Set(['a']));
    expect([lastedFor('a'), lastedFor('b')]).toEqual([0, undefined]);
  });
});

describe('who trusts', () => {
  const bundles = (...all: readonly (readonly string[])[]): ReadonlySet<string>[] =>
    all.map((one) => new Set(one));
  test.each<[string, ReadonlySet<string>[], unknown]>([
    ['nobody is registered', [], 'any'],
    ['one entry trusts two', bundles(['a', 'b']), new Set(['a', 'b'])],
    ['one entry lacks the second', bundles(['a', 'b'], ['a']), new Set(['a'])],
    ['one entry trusts nobody', bundles(['a'], []), new Set()],
  ])('%s', (_sentence, all, holding) => {
    expect(trustedByAll(all)).toEqual(holding);
  });

  test('each caBundle of both configurations counts once; an entry without one counts as empty', () => {
    const entry = (caBundle?: string): object => ({
      clientConfig: caBundle === undefined ? {} : { caBundle },
    });
    expect(
      bundlesOf([{ webhooks: [entry('x'), entry('x'), entry('y')] }, { webhooks: [entry()] }, {}]),
    ).toEqual(['x', 'y', '']);
  });
});

describe('who serves', () => {
  const replica = (certificate?: string) => ({
    name: 'one',
    silentMillis: 0,
    ...(certificate === undefined ? {} : { certificate }),
  });
  test.each([
    ['it is not known who lives', undefined, undefined],
    ['nobody is known to live', [], undefined],
    ['one has not said', [replica('a'), replica()], undefined],
    ['they differ', [replica('a'), replica('b')], undefined],
    ['all serve the same', [replica('a'), replica('a')], new Set(['a'])],
  ])('%s', (_sentence, living, holding) => {
    expect(servedByAll(living)).toEqual(holding);
  });
});
