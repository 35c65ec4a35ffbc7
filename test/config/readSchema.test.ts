/** Values are settled by their schema, and every mistake says what, where and how to fix it. */
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { readDocuments } from '../../src/config/documents.ts';
import { describe as print } from '../../src/config/issue.ts';
import { readSchema } from '../../src/config/readSchema.ts';
import { listOf, object, type TSchema } from '../../src/config/shape.ts';

const thing = object(
  {
    name: { type: 'string', format: 'labelKey', description: 'What it is called; unique.' },
    mode: { enum: ['Create', 'Audit'], default: 'Audit' },
    size: { type: 'integer', minimum: 1, maximum: 9, default: 1 },
    ratio: { type: 'number' },
    secret: { type: ['string', 'null'], pattern: '^s:', default: null, writeOnly: true },
    tags: listOf({ type: 'string', minLength: 2, maxLength: 4 }, { maxItems: 3, uniqueItems: true }),
    labels: {
      type: 'object',
      propertyNames: { type: 'string', format: 'labelKey' },
      additionalProperties: { type: 'string' },
      minProperties: 1,
      maxProperties: 2,
    },
    port: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', format: 'namespaceName' },
      ],
    },
    source: {
      anyOf: [
        object({ kind: { const: 'file' }, path: { type: 'string' } }),
        object({ kind: { const: 'url' }, url: { type: 'string', format: 'httpsUrl' } }),
      ],
    },
    inner: object({ deep: { type: 'boolean', default: false } }, { default: {} }),
    few: object({ a: { type: 'null' }, b: { type: 'null' } }, { optional: ['a', 'b'], minProperties: 1 }),
  },
  { optional: ['ratio', 'labels', 'port', 'source', 'few'] },
);

const mistakes = (value: unknown, schema: TSchema = thing): string[] => {
  const read = readSchema(schema, value);
  return read.ok ? [] : read.issues.map(print);
};

describe('a sound value', () => {
  test('is settled: defaults at every depth, nothing else changed', () => {
    expect(readSchema(thing, { name: 'a/b' })).toEqual({
      ok: true,
      value: { name: 'a/b', mode: 'Audit', size: 1, secret: null, tags: [], inner: { deep: false } },
    });
  });

  test('is frozen all the way down', () => {
    const read = readSchema(thing, { name: 'a', tags: ['ab'], labels: { a: 'b' } });
    if (!read.ok) throw new Error('unsound');
    const { value } = read;
    expect([value, value.tags, value.labels, value.inner].every(Object.isFrozen)).toBe(true);
  });

  test('shares nothing with what was given', () => {
    const given = { name: 'a', tags: ['ab'] };
    const read = readSchema(thing, given);
    given.tags.push('cd');
    expect(read.ok && read.value.tags).toEqual(['ab']);
  });

  test('keeps keys of Object.prototype as data and inherits nothing', () => {
    const schema = { type: 'object', additionalProperties: { type: 'integer' } } as const;
    const read = readSchema(schema, JSON.parse('{"__proto__": 1, "constructor": 2}'));
    if (!read.ok) throw new Error('unsound');
    expect(Object.entries(read.value)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(Object.getPrototypeOf(read.value)).toBeNull();
    expect('toString' in read.value).toBe(false);
  });

  test('may be described by what TypeBox builds', () => {
    const schema = Type.Object(
      {
        a: Type.Optional(Type.Union([Type.Literal('x'), Type.Literal('y')])),
        b: Type.Record(Type.String(), Type.Integer()),
        c: Type.Enum(['p', 'q']),
      },
      { additionalProperties: false },
    );
    const read = readSchema(schema, { a: 'x', b: { k: 1 }, c: 'p' });
    const typed: { readonly a?: 'x' | 'y'; readonly c: 'p' | 'q' } | undefined = read.ok
      ? read.value
      : undefined;
    expect(typed).toEqual({ a: 'x', b: { k: 1 }, c: 'p' });
    expect(mistakes({ a: 'z', b: { k: 'v' }, c: 'p' }, schema)).toEqual([
      '/a: expected "x" or "y", found "z"; did you mean "x"? (schema.choice)',
      '/b/k: expected an integer, found "v" (schema.type)',
    ]);
  });
});

describe('a mistake', () => {
  test.each<[string, object, string]>([
    [
      'a number in quotes',
      { size: '3' },
      '/size: expected an integer from 1 to 9, found "3"; remove the quotes (schema.type)',
    ],
    [
      'a number out of range',
      { size: 10 },
      '/size: expected an integer from 1 to 9, found 10 (schema.range)',
    ],
    ['a fraction', { size: 1.5 }, '/size: expected an integer from 1 to 9, found 1.5 (schema.type)'],
    [
      'an integer beyond 2^53',
      { size: 2 ** 53 },
      '/size: expected an integer from 1 to 9, found 9007199254740992 (schema.type)',
    ],
    [
      'null for a value',
      { size: null },
      '/size: expected an integer from 1 to 9, found nothing; give it a value or leave it out (schema.type)',
    ],
    [
      'a misspelled field',
      { siez: 3 },
      '/siez: unknown field "siez"; did you mean "size"? (schema.unknownField)',
    ],
    [
      'a field in another case',
      { SIZE: 3 },
      '/SIZE: unknown field "SIZE"; did you mean "size"? (schema.unknownField)',
    ],
    [
      'a field that lives elsewhere',
      { deep: true },
      '/deep: unknown field "deep"; it belongs at /inner/deep (schema.unknownField)',
    ],
    [
      'a field unlike all others',
      { inner: { zzz: 1 } },
      '/inner/zzz: unknown field "zzz"; known here: deep (schema.unknownField)',
    ],
    [
      'a field of Object.prototype',
      JSON.parse('{"inner": {"__proto__": 1}}') as object,
      '/inner/__proto__: unknown field "__proto__"; known here: deep (schema.unknownField)',
    ],
    [
      'a choice in another case',
      { mode: 'create' },
      '/mode: expected "Create" or "Audit", found "create"; did you mean "Create"? (schema.choice)',
    ],
    [
      'a form that does not fit',
      { name: 'a b' },
      '/name: expected a label key such as bulkhead.dev/tenant, found "a b" (schema.format)',
    ],
    [
      'a boolean for a string',
      { name: true },
      '/name: expected a label key such as bulkhead.dev/tenant, found true; put quotes around it (YAML reads yes, no, on and off as booleans) (schema.type)',
    ],
    [
      'a word for a list',
      { tags: 'ab' },
      '/tags: expected a list, found "ab"; write it as a list: [ ... ] (schema.type)',
    ],
    ['a list too long', { tags: ['ab', 'cd', 'ef', 'gh'] }, '/tags: 4 items; at most 3 (schema.size)'],
    [
      'an item twice',
      { tags: ['ab', 'ab'] },
      '/tags/1: "ab" stands twice in this list; keep one (schema.duplicate)',
    ],
    ['a text too short', { tags: ['a'] }, '/tags/0: 1 characters long; at least 2 (schema.size)'],
    [
      'a text too long in characters',
      { tags: ['😀😀😀😀😀'] },
      '/tags/0: 5 characters long; at most 4 (schema.size)',
    ],
    ['a map too large', { labels: { a: '', b: '', c: '' } }, '/labels: 3 fields; at most 2 (schema.size)'],
    [
      'a key that does not fit',
      { labels: { 'a b': '' } },
      '/labels/a b: expected a label key such as bulkhead.dev/tenant, found "a b" (schema.format)',
    ],
    [
      'neither side of a union',
      { port: true },
      '/port: expected an integer of at least 1 or a namespace name such as kube-system, found true (schema.type)',
    ],
    [
      'the side of a union that was meant',
      { port: 0 },
      '/port: expected an integer of at least 1, found 0 (schema.range)',
    ],
    [
      'a union told apart by a constant',
      { source: { kind: 'url', url: 'http://a' } },
      '/source/url: expected an https:// address without user, query or fragment, found "http://a" (schema.format)',
    ],
    ['none of a few fields', { few: {} }, '/few: needs at least one of a, b (schema.size)'],
    ['none of free fields', { labels: {} }, '/labels: needs at least 1 field (schema.size)'],
    ['a list for an object', { inner: [] }, '/inner: expected an object, found a list (schema.type)'],
    [
      'a secret',
      { secret: 'hunter2' },
      '/secret: a value that is not shown does not match ^s: (schema.format)',
    ],
    [
      'a secret of the wrong type',
      { secret: 12345 },
      '/secret: expected a string or null, found a value that is not shown (schema.type)',
    ],
  ])('of %s is told with its remedy', (_, value, issue) => {
    expect(mistakes({ name: 'a', ...value })).toEqual([issue]);
  });

  test('of a missing field reminds of what the field is for', () => {
    expect(mistakes({})).toEqual(['missing field "name" (What it is called) (schema.required)']);
  });

  test('never hides another', () => {
    expect(mistakes({ nam: 'a', size: 0, tags: ['x', 'yy', 'yy'], inner: { deep: 1 } })).toHaveLength(6);
  });

  test('in a document has its line, and issues follow the text', () => {
    const read = readDocuments('tags:\n- ab\n- ab\nmode: x\nsiez: 1\n', 'a.yaml');
    const [document] = read.ok ? read.value : [];
    const result = readSchema(thing, document?.value, document);
    expect(result.ok ? [] : result.issues.map(print)).toEqual([
      'a.yaml:1:1: missing field "name" (What it is called) (schema.required)',
      'a.yaml:3:3: /tags/1: "ab" stands twice in this list; keep one (schema.duplicate)',
      'a.yaml:4:7: /mode: expected "Create" or "Audit", found "x" (schema.choice)',
      'a.yaml:5:1: /siez: unknown field "siez"; did you mean "size"? (schema.unknownField)',
    ]);
  });

  test('shows no control characters and cuts what is long', () => {
    const [issue] = mistakes({ name: `\u001b[31m\u202e${'x'.repeat(100)}` });
    expect(issue).toMatch(/^\/name: expected .* found "\\u001b\[31m\?x{54}\.\.\." \(schema\.format\)$/);
  });

  test('in a part of a document is pointed at from the root', () => {
    const read = readSchema(thing, {}, { pointer: '/spec', file: 'f' });
    expect(read.ok ? [] : read.issues).toEqual([
      {
        code: 'schema.required',
        message: 'missing field "name" (What it is called)',
        pointer: '/spec',
        file: 'f',
      },
    ]);
  });

  test('by a form that another room knows better is told in its words', () => {
    const even = {
      expected: 'an even length',
      pattern: '',
      matches: (text: string) => text.length % 2 === 0,
    };
    const read = readSchema({ type: 'string', format: 'even' } as const, 'odd', {
      formats: new Map([['even', even]]),
    });
    expect(read.ok ? '' : read.issues[0]?.message).toBe('expected an even length, found "odd"');
  });
});

describe('a schema', () => {
  test('with a keyword that is not enforced is a bug', () => {
    expect(() => readSchema({ type: 'integer', multipleOf: 2 }, 1)).toThrow('multipleOf');
    expect(() => readSchema({ type: 'string', format: 'unheardOf' }, 'x')).toThrow('unheardOf');
  });
});

describe('other validators agree', () => {
  const plain = object(
    {
      a: { type: 'integer', minimum: 0, maximum: 5 },
      b: { type: ['string', 'null'], minLength: 1, maxLength: 2 },
      c: { type: 'array', minItems: 1, maxItems: 2, uniqueItems: true, items: { enum: ['x', 'y', 1] } },
      d: {
        anyOf: [
          { type: 'boolean' },
          object({ e: { const: 'k' }, f: { type: 'number' } }, { optional: ['f'] }),
        ],
      },
      g: {
        type: 'object',
        maxProperties: 2,
        propertyNames: { type: 'string', maxLength: 1 },
        additionalProperties: { type: 'integer' },
      },
    },
    { optional: ['b', 'd', 'g'] },
  );
  const scalar = fc.constantFrom<unknown>(0, 1, 6, -1, 1.5, '', 'x', 'y', 'xyz', '😀😀', true, null, 'k');
  const mostly = (sound: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 8, arbitrary: sound }, { weight: 1, arbitrary: scalar });
  const sometimes = (name: string) => fc.constantFrom({ [name]: 1 }, ...Array<object>(9).fill({}));
  const value = fc.record(
    {
      a: mostly(fc.nat(5)),
      b: mostly(fc.constantFrom('x', '😀😀', null)),
      c: mostly(fc.array(mostly(fc.constantFrom('x', 'y', 1)), { minLength: 1, maxLength: 3 })),
      d: mostly(
        fc
          .tuple(fc.record({ e: mostly(fc.constant('k')) }), sometimes('f'), sometimes('h'))
          .map((parts) => Object.assign({}, ...parts) as object),
      ),
      g: mostly(fc.dictionary(fc.constantFrom('p', 'q', 'r', 'long'), mostly(fc.integer()))),
    },
    { requiredKeys: ['a', 'c'] },
  );
  const ajv = new Ajv({ strict: false }).compile(plain);

  test('with ajv and TypeBox, whatever the value', () => {
    let accepted = 0;
    fc.assert(
      fc.property(value, sometimes('z'), (known, stray) => {
        const given = { ...known, ...stray };
        const { ok } = readSchema(plain, given);
        accepted += ok ? 1 : 0;
        expect(ok).toBe(ajv(given));
        expect(ok).toBe(Check(plain, given));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
