/** What people write is read as Kubernetes reads it, and every mistake has its line and column. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Document } from '../../src/config/document.ts';
import { readBytes, readDocuments } from '../../src/config/documents.ts';
import { describe as print } from '../../src/config/issue.ts';
import { toPointer } from '../../src/config/pointer.ts';

const documents = (text: string, file = 'a.yaml'): readonly Document[] => {
  const read = readDocuments(text, file);
  if (!read.ok) throw new Error(read.issues.map(print).join('\n'));
  return read.value;
};
const values = (text: string, file?: string): unknown[] => documents(text, file).map(({ value }) => value);
const mistakes = (text: string, file = 'a.yaml'): string[] => {
  const read = readDocuments(text, file);
  return read.ok ? [] : read.issues.map(print);
};

/** Answers of sigs.k8s.io/yaml 1.6.0 (`YAMLToJSON` of `v: WORD`), recorded from a run of that library. */
const recorded = (
  JSON.parse(
    readFileSync(new URL('../fixtures/config/kubernetes-scalars.json', import.meta.url), 'utf8'),
  ) as [word: string, json: string][]
).map(([word, json]) => ({ word, json, value: (JSON.parse(json) as unknown) ?? null }));

describe('a word of YAML', () => {
  test.each(recorded)('$word means to us what it means to Kubernetes: $json', ({ word, value }) => {
    expect(values(`v: ${word}\n`)).toEqual([{ v: value }]);
  });
});

describe('YAML documents', () => {
  test('a stream gives its documents, empty ones left out', () => {
    expect(values('---\n# nothing\n---\na: 1\n---\n\n---\nb: [x, "y"]\n---\nnull\n...\n')).toEqual([
      { a: 1 },
      { b: ['x', 'y'] },
    ]);
  });

  test('nothing at all is no document', () => {
    expect(values('')).toEqual([]);
    expect(values('# only a comment\n')).toEqual([]);
  });

  test('a byte order mark is passed over', () => {
    expect(values('\uFEFFa: 1')).toEqual([{ a: 1 }]);
  });

  test('keys are named as in JSON', () => {
    expect(values('1: a\nyes: b\n"no": c\n')).toEqual([{ 1: 'a', true: 'b', no: 'c' }]);
  });

  test('anchors, aliases and merge keys give copies', () => {
    const [document] = documents(
      'p: &p {k: [1]}\nq: *p\nz: {<<: [*p, {k: 2, l: 3}], m: 4}\nw: {<<: *p, k: 5}\n',
    );
    expect(document?.value).toEqual({
      p: { k: [1] },
      q: { k: [1] },
      z: { k: [1], l: 3, m: 4 },
      w: { k: 5 },
    });
    const { p, q } = document?.value as { p: object; q: object };
    expect(q).not.toBe(p);
  });

  test.each(['a.yaml', 'a.json'])('keys of Object.prototype are plain data (%s)', (file) => {
    const [value] = values('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 2}', file);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });

  test('block YAML keeps a key __proto__ as data, also through a merge', () => {
    const [value] = values('p: &p\n  __proto__: {polluted: true}\nq:\n  <<: *p\n');
    const { q } = value as { q: object };
    expect(Object.keys(q)).toEqual(['__proto__']);
    expect('polluted' in q).toBe(false);
  });

  test.each([
    [
      'a duplicate key',
      'a: 1\nb:\n  c: 1\n  c: 2\n',
      'a.yaml:4:3: key "c" is written twice; keep one (document.duplicateKey)',
    ],
    [
      'a duplicate key by meaning',
      '1: a\n"1": b\n',
      'a.yaml:2:1: key "1" is written twice; keep one (document.duplicateKey)',
    ],
    [
      'a tab',
      'a:\n\tb: 1\n',
      'a.yaml:2:1: a tab is used for indentation; YAML wants spaces (document.syntax)',
    ],
    [
      'a second colon',
      'a: b: c\n',
      'a.yaml:1:4: a second ": " on one line, or a line indented too far; quote the value or align the line with its siblings (document.syntax)',
    ],
    [
      'a missing space',
      'a:b\nc: d\n',
      'a.yaml:1:1: expected "key: value"; a colon needs a space after it, and every line of a mapping needs a colon (document.syntax)',
    ],
    [
      'a reserved character',
      'a: @b\n',
      'a.yaml:1:4: a value may not start with this character; put quotes around it (document.syntax)',
    ],
    ['an open quote', 'a: "b\n', 'a.yaml:2:1: not valid YAML: a closing quote is missing (document.syntax)'],
    [
      'an alias without an anchor',
      'a: *b\n',
      'a.yaml:1:4: alias *b has no anchor &b before it (document.alias)',
    ],
    [
      'an alias inside its anchor',
      'a: &a [*a]\n',
      'a.yaml:1:8: alias *a stands inside its own anchor (document.alias)',
    ],
    ['a tag', 'a: !vault x\n', 'a.yaml:1:11: tag "!vault" does not fit here; leave it out (document.tag)'],
    [
      'a collection tag',
      'a: !!set {b}\n',
      'a.yaml:1:10: tag "tag:yaml.org,2002:set" does not fit here; leave it out (document.tag)',
    ],
    [
      'a tag that lies',
      'a: !!int x\n',
      'a.yaml:1:10: tag "int" does not fit here; leave it out (document.tag)',
    ],
    [
      'a list as a key',
      '? [a]\n: 1\n',
      'a.yaml:1:3: a key must be a word; put quotes around it (document.key)',
    ],
    ['a null key', '~: 1\n', 'a.yaml:1:1: a key must be a word; put quotes around it (document.key)'],
    ['a merge of a word', '<<: a\n', 'a.yaml:1:1: << takes a mapping or a list of mappings (document.key)'],
    [
      'an integer beyond 2^53',
      'a: 9007199254740993\n',
      'a.yaml:1:4: 9007199254740993 is a number that JSON cannot carry exactly; quote it if it is meant as text (document.number)',
    ],
    [
      'an endless number',
      'a: .inf\n',
      'a.yaml:1:4: .inf is a number that JSON cannot carry exactly; quote it if it is meant as text (document.number)',
    ],
  ])('%s is refused with its place', (_, text, issue) => {
    expect(mistakes(text)).toEqual([issue]);
  });

  test('mistakes of every document are told at once', () => {
    expect(mistakes('a: 1\na: 2\n---\nb: [\n---\nc: *c\n')).toHaveLength(3);
  });

  test('an alias bomb is refused, once', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? 'x' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array(10).fill(below).join(', ')}]`;
    });
    expect(mistakes(levels.join('\n'))).toEqual([
      expect.stringMatching(/^a\.yaml:\d+:\d+: aliases add more than 100000 values .*\(document\.alias\)$/),
    ]);
  });

  test.each(['a.yaml', 'a.json'])(
    'a text nested 100,000 levels deep is refused, not a crash (%s)',
    (file) => {
      expect(mistakes('['.repeat(100_000), file)).toHaveLength(1);
      expect(mistakes('{"a":'.repeat(100_000), file)).toHaveLength(1);
    },
  );
});

describe('JSON documents', () => {
  test('several values after one another are several documents', () => {
    expect(values('{"a": 1}\n{"b": [true, false, null, -1.5e2, "\\u00e4"]}\nnull', 'a.json')).toEqual([
      { a: 1 },
      { b: [true, false, null, -150, 'ä'] },
    ]);
  });

  test('flow-style YAML that only looks like JSON is YAML', () => {
    expect(values('{a: yes, b: [c]}\n')).toEqual([{ a: true, b: ['c'] }]);
  });

  test('whatever JSON.stringify writes, as JSON or as YAML, reads back the same', () => {
    fc.assert(
      fc.property(
        fc
          .jsonValue({ noUnicodeString: false })
          .filter((value) => value !== null && !/\d{16}/.test(JSON.stringify(value))),
        (value) => {
          const text = JSON.stringify(value);
          const plain: unknown = JSON.parse(text);
          expect(values(text, 'a.json')).toEqual([plain]);
          expect(values(`# YAML\n${text}`)).toEqual([plain]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('whatever JSON.parse refuses is refused', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', 'true', ' ', '01', '-', '\\'), {
          maxLength: 9,
        }),
        (parts) => {
          const text = parts.join('');
          let sound = true;
          try {
            JSON.parse(text);
          } catch {
            sound = false;
          }
          const read = readDocuments(text, 'a.json');
          if (sound) expect(read.ok || read.issues[0]?.code === 'document.duplicateKey').toBe(true);
          else if (read.ok) expect(read.value.length).not.toBe(1);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test.each([
    [
      'a trailing comma',
      '{"a": 1,}',
      'a.json:1:9: not valid JSON: expected another item after the comma, found "}" (document.syntax)',
    ],
    [
      'a missing comma',
      '{"a": 1\n"b": 2}',
      'a.json:2:1: not valid JSON: expected "," or "}", found "\\"" (document.syntax)',
    ],
    [
      'an open string',
      '{"a": "b\n}',
      'a.json:1:9: not valid JSON: expected the closing quote of a string, found "\\n" (document.syntax)',
    ],
    [
      'a cut text',
      '{"a": [1',
      'a.json:1:9: not valid JSON: expected "," or "]", found the end of the text (document.syntax)',
    ],
    [
      'a bare word',
      '{"a": yes}',
      'a.json:1:7: not valid JSON: expected a value, found "y" (document.syntax)',
    ],
    [
      'an unquoted key',
      '{a: 1}',
      'a.json:1:2: not valid JSON: expected a field name in double quotes, found "a" (document.syntax)',
    ],
    [
      'a broken escape',
      '["\\q"]',
      'a.json:1:2: not valid JSON: a string with a broken escape (\\) (document.syntax)',
    ],
    [
      'a duplicate key',
      '{"a": 1, "a": 2}',
      'a.json:1:10: key "a" is written twice; keep one (document.duplicateKey)',
    ],
    [
      'an integer beyond 2^53',
      '[12345678901234567890]',
      'a.json:1:2: 12345678901234567890 is a number that a double cannot carry exactly; quote it if it is meant as text (document.number)',
    ],
    [
      'an endless number',
      '[1e999]',
      'a.json:1:2: 1e999 is a number that a double cannot carry exactly; quote it if it is meant as text (document.number)',
    ],
  ])('%s is refused with its place', (_, text, issue) => {
    expect(mistakes(text, 'a.json')).toEqual([issue]);
  });

  test('bytes that are no UTF-8 are refused', () => {
    expect(readBytes(Uint8Array.of(0x61, 0xff, 0xfe), 'a.yaml')).toEqual({
      ok: false,
      issues: [
        {
          code: 'document.encoding',
          message: 'not UTF-8 text; save it as UTF-8',
          file: 'a.yaml',
          line: 1,
          column: 2,
        },
      ],
    });
  });
});

describe('places', () => {
  const yaml = 'a:\n  b: 1\n  c/d: [x, {e: 2}]\nl:\n- m: 3\n- &n {o: 4}\n- *n\nmerged:\n  <<: {p: 5}\n';
  const json = '{\n  "a": {"b": 1},\n  "l": [10, {"m": 3}]\n}';

  test.each([
    [yaml, '/a/b', 'value', 2, 6],
    [yaml, '/a/b', 'key', 2, 3],
    [yaml, '/a', 'value', 1, 1],
    [yaml, '/a/c~1d/0', 'value', 3, 9],
    [yaml, '/a/c~1d/1/e', 'value', 3, 16],
    [yaml, '/a/c~1d', 'value', 3, 8],
    [yaml, '/a/missing/deep', 'value', 1, 1],
    [yaml, '/l/0/m', 'value', 5, 6],
    [yaml, '/l/2/o', 'value', 6, 10],
    [yaml, '/l/7', 'value', 4, 1],
    [yaml, '/merged/p', 'value', 9, 11],
    [yaml, '', 'value', 1, 1],
    [json, '/a/b', 'value', 2, 14],
    [json, '/a/b', 'key', 2, 9],
    [json, '/l/1/m', 'value', 3, 19],
    [json, '/l/5', 'value', 3, 8],
    [json, '/nothing', 'value', 1, 1],
  ] as const)('of %j: %s (%s) stands at %i:%i', (text, pointer, part, line, column) => {
    expect(documents(text)[0]?.positionOf(pointer, part)).toEqual({ line, column });
  });

  test('every string in a JSON text is found where it is written', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constant('mark'),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 3 }), tie('node'), { maxKeys: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.constantFrom('a.json', 'a.yaml'), (value, file) => {
        const lines: string[][] = [];
        const walk = (node: unknown, path: (string | number)[]): void => {
          if (node === 'mark') lines.push([toPointer(path)]);
          else for (const [key, child] of Object.entries(node as object)) walk(child, [...path, key]);
        };
        walk(value, []);
        const text = JSON.stringify(value, null, 1);
        const [document] = documents(file === 'a.json' ? text : `#\n${text}`, file);
        for (const [pointer] of lines) {
          const place = document?.positionOf(pointer ?? '');
          const row = (file === 'a.json' ? text : `#\n${text}`).split('\n')[(place?.line ?? 0) - 1] ?? '';
          expect(row.slice((place?.column ?? 0) - 1)).toMatch(/^"mark",?$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('lists', () => {
  test('a List gives its items, each with its own place', () => {
    const items = documents('apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n  x: 1\n');
    expect(items.map(({ value }) => value)).toEqual([{ kind: 'A' }, { kind: 'B', x: 1 }]);
    expect(items[1]?.positionOf('/x')).toEqual({ line: 6, column: 6 });
  });

  test('items of a typed list without a kind of their own get the kind of the list', () => {
    expect(
      values(
        '{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {}}, {"apiVersion": "x/v1", "kind": "Y"}]}',
      ),
    ).toEqual([
      { apiVersion: 'v1', kind: 'Pod', metadata: {} },
      { apiVersion: 'x/v1', kind: 'Y' },
    ]);
  });

  test('lists inside lists are taken apart too', () => {
    expect(values('{"kind": "List", "items": [{"kind": "List", "items": [{"kind": "A"}]}]}')).toEqual([
      { kind: 'A' },
    ]);
  });

  test('an object whose kind merely ends in List is left alone', () => {
    expect(values('kind: AllowList\nspec: {}\n')).toEqual([{ kind: 'AllowList', spec: {} }]);
  });
});
