// Numbers at their edges, as kube-apiserver 1.36 answered in the end-to-end suite.
import { expect, test } from '@jest/globals';
import { refusal, run } from './running.ts';

test.each<[string, unknown]>([
  ['(-9223372036854775807 - 1) % -1', 'cel.overflow'],
  ['(-9223372036854775807 - 1) % object.one', 'cel.overflow'],
  ['(-9223372036854775807 - 1) % 2', 0],
  ['-9223372036854775807 % -1', 0],
  ['double("0x1p4")', 16],
  ['double("-0X1.8p-1")', -0.75],
  ['double("0x.8p1")', 1],
  ['double("0x10p+2")', 64],
  ['double("0x1p-1080")', 0],
])('%s', (source, expected) => {
  expect(run(source, { object: { one: -1 } })).toEqual(expected);
});

test.each(['double("0x1")', 'double("0xp1")', 'double("0x1p")', 'double("0x1.8")', 'double("0x1p1024")'])(
  '%s is refused',
  (source) => {
    expect(refusal(source)).toEqual(['cel.invalidConstant']);
  },
);
