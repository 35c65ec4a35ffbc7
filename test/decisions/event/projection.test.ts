/** What is copied from the bytes of an object is what its shape lets through of the parsed one, however it was written. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Projection } from '../../../src/decisions/event/projection.ts';
import { fields } from '../../../src/decisions/event/shape.ts';
import type { Shape } from '../../../src/decisions/event/shape.ts';
import { Tape } from '../../../src/decisions/event/tape.ts';
import { projected } from './projected.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const guards = {
  annotations: (key: string) => key.startsWith('a'),
  labels: (key: string) => key !== 'env',
};

const names = fc.constantFrom(
  ...['a', 'b', 'aa', 'ab', 'env', 'labels', 'annotations', 'managedFields', lastApplied, 'x/y', '~', ''],
  ...['10', '2', '__proto__', 'constructor', 'toString', 'é', '水', '\u{1F512}', '\uE000', '\uFFFD', 'q"\\'],
  ...['a !', 'a"', 'a\u0000', 'a\u007f'],
);
const strings = fc.oneof(names, fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 200 }));
const numbers = fc.constantFrom(
  ...['0', '-0', '7', '-7', '007'.slice(2), '1.50', '1e3', '1E400', '-1e-400', '0.1e-6', '1e21', '12e19'],
  ...['123456789012345', '1234567890123456', '12345678901234567890', '9007199254740993', '8080'],
);
const blanks = fc.constantFrom('', '', '', ' ', '\n', '\t\r\n  ');

/** A string as JSON may write it: any unit may be escaped. */
const written = fc.tuple(strings, fc.infiniteStream(fc.nat(9))).map(([text, choice]) => {
  const pieces = Array.from(text, (character) => {
    const plain = JSON.stringify(character).slice(1, -1);
    if (choice.next().value !== 0) return plain;
    if (character === '/') return '\\/';
    return character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  });
  return `"${pieces.join('')}"`;
});

/** Texts of JSON values, with white space, names that come twice, and nothing in order. */
const texts = fc.letrec<{ value: string; member: string }>((tie) => ({
  member: fc.tuple(written, blanks, blanks, tie('value')).map(([k, a, b, v]) => `${k}${a}:${b}${v}`),
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(written, numbers, fc.constantFrom('true', 'false', 'null')),
    fc
      .tuple(blanks, fc.array(tie('member'), { maxLength: 20 }))
      .map(([blank, all]) => `{${blank}${all.join(`${blank},${blank}`)}${blank}}`),
    fc
      .tuple(blanks, fc.array(tie('value'), { maxLength: 8 }))
      .map(([blank, all]) => `[${blank}${all.join(`${blank},${blank}`)}${blank}]`),
  ),
})).value;

const shapes = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Shape>('whole', 'whole', 'whole', 'present', 'never'),
    tie('shape').map((item): Shape => ({ items: item })),
    fc
      .array(fc.tuple(names, tie('shape')), { maxLength: 8 })
      .map((all): Shape => fields(Object.fromEntries(all))),
    fc.constant<Shape>({ keys: (key) => key.length < 3 }),
  ),
})).shape;

const tape = new Tape();
/** What the bytes give, and what the parsed value gives. */
function both(text: string, shape: Shape): readonly [unknown, unknown] {
  const at = ['subset', 'object'];
  const projection = new Projection(guards);
  tape.read(Buffer.from(text));
  const made = projection.take(tape, 0, shape, at);
  return [{ text: made, masked: projection.masked }, projected(JSON.parse(text), shape, at, guards)];
}

test('bytes and parsed values give the same text and the same pointers', () => {
  let kept = 0;
  fc.assert(
    fc.property(texts, shapes, (text, shape) => {
      const [made, expected] = both(text, shape);
      expect(made).toEqual(expected);
      if (text.startsWith('{') && text.length > 10) kept += 1;
    }),
    { numRuns: 5_000 },
  );
  // Nothing is shown by texts that have nothing in them.
  expect(kept).toBeGreaterThan(500);
});

test.each<[string, string]>([
  ['more values than are looked at', `[${Array.from({ length: 5_000 }, () => '{"a":[1]}').join()}]`],
  ['a list that is deeper than is looked at', `${'['.repeat(100)}${']'.repeat(100)}`],
  ['an object that is deeper than is looked at', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
  [
    'more names than are sorted one by one',
    `{${Array.from({ length: 3_000 }, (_, n) => `"${(n * 7919) % 2_500}":${n}`).join()}}`,
  ],
  ['more tokens than there is room for', `{"a":[${Array.from({ length: 20_000 }, (_, n) => n).join()}]}`],
  ['more that is left out than is noted', `{${Array.from({ length: 100 }, (_, n) => `"k${n}":1`).join()}}`],
  [
    'a text that is longer than there is room for',
    `{"a":"${'x'.repeat(200_000)}","b":"${'é'.repeat(100_000)}"}`,
  ],
  ['names that are less than each other only in UTF-16', '{"\uE000":1,"\u{1F512}":2,"水":3,"\uD7FF":4}'],
])('so does %s', (_sentence, text) => {
  for (const shape of ['whole', 'present', fields({ a: 'whole' })] satisfies Shape[]) {
    const [made, expected] = both(text, shape);
    expect(made).toEqual(expected);
  }
});

test('a large text leaves nothing behind', () => {
  both(`[${'1,'.repeat(100_000)}1]`, 'whole');
  const [made, expected] = both('{"b":1,"a":[true]}', 'whole');
  expect(made).toEqual(expected);
  expect(made).toEqual({ text: '{"a":[true],"b":1}', masked: [] });
});

test.each(['', ' ', '{"a":1', '{"a', '{"a\\', '["a\\"]', ']', '[1]]', '[[1]'])(
  'a text that is cut off or closes too much is no tape: %j',
  (text) => {
    expect(() => {
      tape.read(Buffer.from(text));
    }).toThrow(/JSON text/);
  },
);
