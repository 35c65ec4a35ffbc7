/** What the exceptions take from a proof: those that are active, what they let in, and that nothing is known of either. */
import { describe, expect, test } from '@jest/globals';
import { servedExceptions } from '../../../src/cli/serve/servedExceptions.ts';
import type { Followed } from '../../../src/cluster/followed.ts';
import { worldOf } from '../../admission/scenario.ts';

const { rules } = worldOf();

/** Copies of so many milliseconds of age; the policies that carry a mark are `marked`. */
function lacking({
  certain = true,
  age = 0,
  marked = [],
}: {
  readonly certain?: boolean;
  readonly age?: number | undefined;
  readonly marked?: readonly string[];
}): readonly string[] {
  const policies: Followed = {
    get: () => undefined,
    keys: () => marked,
    listed: () => true,
    age: () => age,
    served: () => true,
  };
  const served = servedExceptions(
    {
      api: { ask: () => Promise.reject(new Error('nothing is asked')) },
      view: () => {
        throw new Error('nothing is looked at');
      },
      followStored: () => policies,
    },
    { all: () => [], of: () => [], certain: () => certain, stored: policies, onChange: () => undefined },
    () => rules,
  );
  served.follow(() => undefined);
  return served.lacking('tenants');
}

describe('a proof lacks', () => {
  test.each<[string, Parameters<typeof lacking>[0], readonly string[]]>([
    ['nothing where there are no exceptions and nothing that they let in', {}, []],
    ['what exceptions let in', { marked: ['shop/out'] }, ['let in by exceptions: shop/out']],
    [
      'the exceptions where they are not known',
      { certain: false },
      ['not known which exceptions are active'],
    ],
    [
      'the policies where they were last heard of long ago',
      { age: 60_001 },
      ['not known what exceptions let in'],
    ],
  ])('%s', (_sentence, given, told) => {
    expect(lacking(given)).toEqual(told);
  });
});
