/** JSON Patch: the examples of RFC 6902, the smallest patches, and an obvious second applier as oracle. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addAt, appendAt, applyPatch, pointerTo } from '../../src/k8s/jsonPatch.ts';
import type { PatchOperation } from '../../src/k8s/jsonPatch.ts';
import { escapeToken } from '../../src/k8s/json.ts';

const parse = (text: string): unknown => JSON.parse(text);
const applied = (document: unknown, ...operations: readonly (PatchOperation | undefined)[]): unknown => {
  const result = applyPatch(
    document,
    operations.filter((operation) => operation !== undefined),
  );
  if (!result.ok) throw new Error(result.issues[0]?.message);
  return result.value;
};

describe('applyPatch does what RFC 6902, appendix A, shows', () => {
  const cases: readonly [string, string, PatchOperation, string][] = [
    [
      'A.1 adds an object member',
      '{"foo":"bar"}',
      { op: 'add', path: '/baz', value: 'qux' },
      '{"foo":"bar","baz":"qux"}',
    ],
    [
      'A.2 adds an array element',
      '{"foo":["bar","baz"]}',
      { op: 'add', path: '/foo/1', value: 'qux' },
      '{"foo":["bar","qux","baz"]}',
    ],
    [
      'A.3 removes an object member',
      '{"baz":"qux","foo":"bar"}',
      { op: 'remove', path: '/baz' },
      '{"foo":"bar"}',
    ],
    [
      'A.4 removes an array element',
      '{"foo":["bar","qux","baz"]}',
      { op: 'remove', path: '/foo/1' },
      '{"foo":["bar","baz"]}',
    ],
    [
      'A.5 replaces a value',
      '{"baz":"qux","foo":"bar"}',
      { op: 'replace', path: '/baz', value: 'boo' },
      '{"baz":"boo","foo":"bar"}',
    ],
    [
      'A.8 tests a value',
      '{"foo":["a",2,"c"]}',
      { op: 'test', path: '/foo/1', value: 2 },
      '{"foo":["a",2,"c"]}',
    ],
    [
      'A.10 adds a nested member object',
      '{"foo":"bar"}',
      { op: 'add', path: '/child', value: { grandchild: {} } },
      '{"foo":"bar","child":{"grandchild":{}}}',
    ],
    ['A.14 orders ~ escapes', '{"/":9,"~1":10}', { op: 'test', path: '/~01', value: 10 }, '{"/":9,"~1":10}'],
    [
      'A.16 adds an array value',
      '{"foo":["bar"]}',
      { op: 'add', path: '/foo/-', value: ['abc'] },
      '{"foo":["bar",["abc"]]}',
    ],
    ['adds over an existing member', '{"a":1}', { op: 'add', path: '/a', value: 2 }, '{"a":2}'],
    ['replaces the whole document', '{"a":1}', { op: 'replace', path: '', value: [] }, '[]'],
    ['finds the empty key', '{"":1}', { op: 'replace', path: '/', value: 2 }, '{"":2}'],
  ];
  test.each(cases)('%s', (_says, document, operation, expected) => {
    expect(applied(parse(document), operation)).toEqual(parse(expected));
  });

  const failures: readonly [string, string, PatchOperation, string][] = [
    ['A.9 a test that fails', '{"baz":"qux"}', { op: 'test', path: '/baz', value: 'bar' }, 'patch.test'],
    [
      'A.12 adding to a parent that is not there',
      '{"foo":"bar"}',
      { op: 'add', path: '/baz/bat', value: 1 },
      'patch.path',
    ],
    ['A.15 a number is no string', '{"~1":10}', { op: 'test', path: '/~01', value: '10' }, 'patch.test'],
    ['removing what is not there', '{}', { op: 'remove', path: '/a' }, 'patch.path'],
    ['replacing what is not there', '{}', { op: 'replace', path: '/a', value: 1 }, 'patch.path'],
    ['removing the document', '{}', { op: 'remove', path: '' }, 'patch.path'],
    ['an index beyond the end', '[1]', { op: 'add', path: '/2', value: 1 }, 'patch.index'],
    ['an index with a leading zero', '[1,2]', { op: 'remove', path: '/01' }, 'patch.index'],
    ['the end as something to remove', '[1,2]', { op: 'remove', path: '/-' }, 'patch.index'],
    ['a pointer without a slash', '{"a":1}', { op: 'remove', path: 'a' }, 'patch.pointer'],
    ['a tilde that escapes nothing', '{"~":1}', { op: 'remove', path: '/~' }, 'patch.pointer'],
    ['a parent that is a string', '{"a":"b"}', { op: 'add', path: '/a/b', value: 1 }, 'patch.path'],
    ['an inherited member', '{}', { op: 'replace', path: '/constructor/prototype', value: 1 }, 'patch.path'],
  ];
  test.each(failures)('refuses %s', (_says, document, operation, code) => {
    const result = applyPatch(parse(document), [operation]);
    expect(result.ok).toBe(false);
    expect(result.ok ? [] : result.issues.map((issue) => issue.code)).toEqual([code]);
  });
});

describe('the smallest patch', () => {
  const path = ['spec', 'securityContext', 'capabilities', 'drop'];
  test.each([
    ['appends to a list', { drop: ['A'] }, '/spec/securityContext/capabilities/drop/-', 'X'],
    ['creates the list', {}, '/spec/securityContext/capabilities/drop', ['X']],
    ['creates a list in place of null', { drop: null }, '/spec/securityContext/capabilities/drop', ['X']],
  ])('%s', (_says, capabilities, pointer, value) => {
    const document = { spec: { securityContext: { capabilities } } };
    expect(appendAt(document, path, 'X')).toEqual({ op: 'add', path: pointer, value });
  });

  test.each([
    ['absent', { spec: {} }],
    ['null', { spec: { securityContext: null } }],
  ])('creates every parent in one operation where the first is %s', (_says, document) => {
    const operation = appendAt(document, path, 'X');
    expect(operation).toEqual({
      op: 'add',
      path: '/spec/securityContext',
      value: { capabilities: { drop: ['X'] } },
    });
    expect(applied(document, operation)).toEqual({
      spec: { securityContext: { capabilities: { drop: ['X'] } } },
    });
  });

  test.each([
    ['a parent that is a string', { spec: 'x' }],
    ['a list that is an object', { spec: { securityContext: { capabilities: { drop: {} } } } }],
    ['an item that is not there', { spec: [] }],
  ])('there is none for %s', (_says, document) => {
    expect(appendAt(document, path, 'X')).toBeUndefined();
  });

  test('escapes a tilde before a slash', () => {
    expect(pointerTo(['a', 'example.com/x~y', ''])).toBe('/a/example.com~1x~0y/');
  });

  test('makes __proto__ an own key and leaves the prototype alone', () => {
    const operation = addAt({ metadata: {} }, ['metadata', 'labels', '__proto__'], 'x');
    const result = applied({ metadata: {} }, operation) as { metadata: { labels: object } };
    expect(JSON.stringify(result)).toBe('{"metadata":{"labels":{"__proto__":"x"}}}');
    const { labels } = result.metadata;
    expect(JSON.stringify(applied(labels, { op: 'add', path: '/__proto__', value: 'y' }))).toBe(
      '{"__proto__":"y"}',
    );
    expect(JSON.stringify(applied(labels, { op: 'remove', path: '/__proto__' }))).toBe('{}');
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('what addAt writes is found at its path, and everything else stays', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b', '__proto__', 'constructor', 'x/y', '~', '~1', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.dictionary(key, fc.string())),
        fc.array(key, { minLength: 1, maxLength: 4 }),
        (before, path) => {
          const operation = addAt(before, path, 42);
          if (operation === undefined) return;
          const result = applied(before, operation);
          expect(applied(result, { op: 'test', path: pointerTo(path), value: 42 })).toEqual(result);
          const restored = without(result, path);
          expect(without(before, path)).toEqual(prune(restored, before, path));
        },
      ),
    );
  });
});

/** A copy without what stands at the path. */
function without(document: unknown, path: readonly string[]): unknown {
  const result = applyPatch(document, [{ op: 'remove', path: pointerTo(path) }]);
  return result.ok ? result.value : document;
}

/** Takes out the parents that were created for the path: those that `before` lacks. */
function prune(document: unknown, before: unknown, path: readonly string[]): unknown {
  for (let depth = path.length - 1; depth > 0; depth -= 1) {
    const parent = path.slice(0, depth);
    const was = applyPatch(before, [{ op: 'remove', path: pointerTo(parent) }]);
    if (!was.ok) document = without(document, parent);
  }
  return document;
}

describe('applyPatch against an obvious applier', () => {
  const key = fc.constantFrom('a', 'b', '__proto__', 'x/y', '0', '1');
  const document: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.integer({ min: 0, max: 3 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const path = fc
    .array(fc.oneof(key, fc.constantFrom('-', '2')), { maxLength: 3 })
    .map((tokens) => tokens.map((token) => `/${escapeToken(token)}`).join(''));
  const operation: fc.Arbitrary<PatchOperation> = fc.oneof(
    fc.record({ op: fc.constantFrom('add' as const, 'replace' as const), path, value: document }),
    fc.record({ op: fc.constant('test' as const), path, value: document }),
    fc.record({ op: fc.constant('remove' as const), path }),
  );

  test('same result or same refusal, and the document itself is never touched', () => {
    fc.assert(
      fc.property(document, fc.array(operation, { maxLength: 4 }), (before, operations) => {
        const text = JSON.stringify(before);
        const result = applyPatch(before, operations);
        const expected = obvious(before, operations);
        expect(result.ok ? JSON.stringify(result.value) : 'refused').toBe(
          expected === undefined ? 'refused' : JSON.stringify(expected.value),
        );
        expect(JSON.stringify(before)).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  test('100,000 operations in one list cost what one pass costs', () => {
    const items = Array.from({ length: 100_000 }, (_, index) => ({ index }));
    const operations = items.map((_, index) => addAt({ items }, ['items', String(index), 'x'], index));
    const result = applied({ items }, ...operations) as { items: readonly unknown[] };
    expect(result.items[99_999]).toEqual({ index: 99_999, x: 99_999 });
    expect(items[99_999]).toEqual({ index: 99_999 });
  });
});

/** The obvious applier: rebuilds lists of entries by recursion, one operation after the other. */
function obvious(
  document: unknown,
  operations: readonly PatchOperation[],
): { readonly value: unknown } | undefined {
  let at: { readonly value: unknown } | undefined = { value: document };
  for (const operation of operations) {
    const tokens = operation.path
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    at = at && rebuilt(at.value, tokens, operation);
  }
  return at;
}

function rebuilt(
  value: unknown,
  [token, ...rest]: readonly string[],
  operation: PatchOperation,
): { readonly value: unknown } | undefined {
  if (token === undefined) {
    if (operation.op === 'remove') return undefined;
    if (operation.op !== 'test') return { value: operation.value };
    return canonical(value) === canonical(operation.value) ? { value } : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: [string, unknown][] = Object.entries(value);
  const list = Array.isArray(value);
  const made = (changed: readonly (readonly [string, unknown])[]): { readonly value: unknown } => ({
    value: list ? changed.map(([, item]) => item) : Object.fromEntries(changed),
  });
  const index = entries.findIndex(([key]) => key === token);
  const found = entries[index];
  if (rest.length === 0 && operation.op === 'add') {
    const entry: [string, unknown] = [token, operation.value];
    if (!list) return made(found ? entries.with(index, entry) : [...entries, entry]);
    if (token === '-' || token === String(entries.length)) return made([...entries, entry]);
    return found ? made(entries.toSpliced(index, 0, entry)) : undefined;
  }
  if (found === undefined) return undefined;
  if (rest.length === 0 && operation.op === 'remove') return made(entries.toSpliced(index, 1));
  const inner = rebuilt(found[1], rest, operation);
  return inner && made(entries.with(index, [token, inner.value]));
}

/** JSON text with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
