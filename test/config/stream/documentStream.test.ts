/** Long texts are read piece by piece, and it has to be as if they had been read whole. */
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Document } from '../../../src/config/document.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { describe as told } from '../../../src/config/issue.ts';
import { readChunks } from '../../../src/config/stream/documentStream.ts';
import { JsonCutter } from '../../../src/config/stream/jsonCutter.ts';
import { YamlCutter } from '../../../src/config/stream/yamlCutter.ts';

interface Outcome {
  readonly documents: readonly Document[];
  readonly issues: readonly string[];
}

/** Reads a text in pieces of some bytes, every text a long one. */
async function stream(text: string | Uint8Array, file: string, size = 7): Promise<Outcome> {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / size);
  const chunks = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  const documents: Document[] = [];
  const issues: string[] = [];
  for await (const read of readChunks(Readable.from(chunks), file, 0)) {
    if (read.ok) documents.push(read.value);
    else issues.push(...read.issues.map(told));
  }
  return { documents, issues };
}

function whole(text: string, file: string): Outcome {
  const read = readDocuments(text, file);
  return read.ok ? { documents: read.value, issues: [] } : { documents: [], issues: read.issues.map(told) };
}

/** One mistake, told with the same words and place. */
async function expectSameRefusal(text: string, file: string): Promise<void> {
  const { issues } = whole(text, file);
  expect(issues).toHaveLength(1);
  expect((await stream(text, file)).issues).toEqual(issues);
}

const values = ({ documents }: Outcome): readonly unknown[] => documents.map(({ value }) => value);

/** Where a few things stand. */
const places = ({ documents }: Outcome): unknown =>
  documents.map((document) => [
    document.positionOf(''),
    document.positionOf('/metadata/name'),
    document.positionOf('/metadata', 'key'),
    document.positionOf('/spec/list/1'),
    document.placeIn?.('/metadata/name', 1),
  ]);

const word = fc.constantFrom(
  'a',
  'é"x',
  'back\\slash',
  '{[',
  ']},',
  'items',
  'two\nlines',
  '# no',
  ': :',
  '-',
  '---',
  '',
);
const item = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        apiVersion: fc.constant('v1'),
        kind: fc.constantFrom('Pod', 'Namespace'),
        metadata: fc.dictionary(fc.constantFrom('name', 'labels', 'items'), word),
        spec: fc.record({
          list: fc.array(fc.oneof(word, fc.integer(), fc.boolean())),
          items: fc.array(word),
        }),
      },
      { requiredKeys: ['kind'] },
    ),
  },
  fc.constant({ apiVersion: 'v1', kind: 'List', items: [{ kind: 'Pod' }, { kind: 'Secret' }] }),
);
const list = fc.oneof(
  fc.record({ apiVersion: fc.constant('v1'), items: fc.array(item), kind: fc.constant('List') }),
  fc.record({ kind: fc.constant('List'), metadata: fc.record({ note: word }), items: fc.array(item) }),
  fc.record({
    kind: fc.constant('PodList'),
    apiVersion: fc.constant('v1'),
    items: fc.array(fc.record({ spec: word })),
  }),
  fc.record({ kind: fc.constant('Other'), items: fc.array(fc.oneof(item, word)) }),
  item,
);
const size = fc.integer({ min: 1, max: 60 });
const indentation = fc.constantFrom(undefined, 2, '\t');

describe('JSON', () => {
  test('gives what reading it whole gives, with the same places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(list, { maxLength: 3 }), indentation, size, async (all, space, bytes) => {
        const text = all.map((one) => JSON.stringify(one, null, space)).join('\n');
        const [found, expected] = [await stream(text, 'f.json', bytes), whole(text, 'f.json')];
        expect(found.issues).toEqual([]);
        expect(values(found)).toEqual(values(expected));
        expect(places(found)).toEqual(places(expected));
      }),
    );
  });

  test('tells the mistake that reading it whole tells', async () => {
    const slip = fc.tuple(fc.nat(), fc.constantFrom('', ',', '}', ']', '{', '[', '"', ':', '1', 'x', ' '));
    await fc.assert(
      fc.asyncProperty(list, indentation, slip, size, async (one, space, [where, replacement], bytes) => {
        const right = JSON.stringify(one, null, space);
        const at = where % right.length;
        const text = right.slice(0, at) + replacement + right.slice(at + 1);
        const expected = whole(text, 'f.json');
        const found = await stream(text, 'f.json', bytes);
        if (expected.issues.length > 0) expect(found.issues.slice(0, 1)).toEqual(expected.issues);
        else if (found.issues.length === 0) expect(values(found)).toEqual(values(expected));
        else expect(found.issues.join()).toMatch(/document\.list/);
      }),
    );
  });

  test.each([
    ['a key written twice', '{"kind":"List","items":[\n{"kind":"Pod"},\n{"kind":"A","kind":"B"}]}'],
    ['a key of the list written twice', '{"kind":"List","items":[{"kind":"Pod"}],\n "items":[]}'],
    ['a number that a double rounds', '{"kind":"List","items":[\n {"n": 12345678901234567890}]}'],
    ['a number that is too large', '{"kind":"List","items":[{"n": 1e400}]}'],
    ['no comma between items', '{"kind":"List","items":[{"a":1} {"b":2}]}'],
    ['a comma before items', '{"kind":"List","items":[,{"b":2}]}'],
    ['a comma behind items', '{"kind":"List","items":[{"b":2},]}'],
    ['a text that ends between items', '{"kind":"List","items":[{"b":2},'],
    ['a text that ends behind an item', '{"kind":"List","items":[{"b":2}'],
    ['a text that ends in an item', '{"kind":"List","items":[{"b":"2'],
    ['a text that ends behind the items', '{"kind":"List","items":[{"b":2}]'],
    ['a broken escape', '{"kind":"List","items":[{"b":"\\x"}]}'],
  ])('refuses %s as reading it whole does', async (_, text) => {
    await expectSameRefusal(text, 'f.json');
  });

  test.each(['f.json', '-'])('passes over a byte order mark in %s', async (file) => {
    const text = '\uFEFF{"kind":"List","items":[{"kind":"A"},{"kind":"A","kind":"B"}]}';
    await expectSameRefusal(text, file);
    expect(values(await stream(text, file))).toEqual([{ kind: 'A' }]);
  });

  test('refuses values that nest too deeply', async () => {
    const text = `{"kind":"List","items":[${'['.repeat(1_002)}${']'.repeat(1_002)}]}`;
    expect((await stream(text, 'f.json')).issues).toEqual([expect.stringContaining('document.depth')]);
  });

  test('takes what only looks like a mistake', async () => {
    const text =
      '{"kind":"List","items":[null, 7 ,"x" , true, {"uid":"1234567890123456789","__proto__":{"a":1}}, []]}';
    expect(values(await stream(text, 'f.json'))).toEqual(values(whole(text, 'f.json')));
    expect((await stream(text, 'f.json')).documents).toHaveLength(6);
  });
});

describe('YAML', () => {
  const block = (value: unknown, indent: string): string =>
    Array.isArray(value)
      ? value.length === 0
        ? ' []\n'
        : `\n${value.map((one) => `${indent}-${nested(one, indent)}`).join('')}`
      : typeof value === 'object' && value !== null && Object.keys(value).length > 0
        ? `\n${fields(value, indent)}`
        : ` ${JSON.stringify(value)}\n`;
  const fields = (value: object, indent: string): string =>
    Object.entries(value)
      .map(([key, one]) => `${indent}${key}:${block(one, Array.isArray(one) ? indent : `${indent}  `)}`)
      .join('');
  const nested = (value: unknown, indent: string): string =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? ` ${fields(value, `${indent}  `).slice(indent.length + 2)}`
      : ` ${JSON.stringify(value)}\n`;

  test('gives what reading it whole gives, with the same places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(list, { maxLength: 3 }), size, async (all, bytes) => {
        const text = all.map((one) => block(one, '').trimStart()).join('---\n');
        const [found, expected] = [await stream(text, 'f.yaml', bytes), whole(text, 'f.yaml')];
        expect(expected.issues).toEqual([]);
        expect(found.issues).toEqual([]);
        expect(values(found)).toEqual(values(expected));
        expect(places(found)).toEqual(places(expected));
      }),
    );
  });

  test.each([
    [
      'comments, blank lines and indented items',
      '# first\nkind: List\nitems: # all\n\n  # one\n  - kind: Pod\n    a: |\n      - x\n\n      y\n  # two\n  -\n    kind: Secret\nmetadata: {}\n',
    ],
    [
      'documents between markers',
      '%YAML 1.2\n---\nkind: A\n...\n---\nkind: B\n--- # third\nkind: List\nitems:\n- kind: C\n---\n',
    ],
    ['a list in flow style', 'kind: List\nitems: [{kind: A},\n {kind: B}]\n'],
    ['an anchor within an item', 'kind: List\nitems:\n- kind: A\n  a: &x {b: 1}\n  c: *x\n'],
    ['a last line without an end', 'kind: List\nitems:\n- kind: A'],
  ])('reads %s', async (_, text) => {
    const [found, expected] = [await stream(text, 'f.yaml'), whole(text, 'f.yaml')];
    expect(expected.issues).toEqual([]);
    expect(found.issues).toEqual([]);
    expect(values(found)).toEqual(values(expected));
    expect(places(found)).toEqual(places(expected));
  });

  test.each([
    ['a key written twice', 'kind: List\nitems:\n- kind: A\n- kind: B\n  kind: C\n'],
    ['two colons', 'kind: List\nitems:\n- kind: A\n- kind: B: C\n  d: e\n'],
    ['a key of the list written twice', 'kind: List\nitems:\n- kind: A\nmetadata: {}\nkind: List\n'],
  ])('refuses %s as reading it whole does', async (_, text) => {
    await expectSameRefusal(text, 'f.yaml');
  });

  test('an item that is empty is null', async () => {
    expect(values(await stream('kind: List\nitems:\n-\n- kind: A\n', 'f.yaml'))).toEqual([
      null,
      { kind: 'A' },
    ]);
  });

  test('refuses an alias that leads from one item to another', async () => {
    const text = 'kind: List\nitems:\n- kind: A\n  a: &x {b: 1}\n- kind: B\n  a: *x\n';
    expect((await stream(text, 'f.yaml')).issues).toEqual([expect.stringMatching(/^f\.yaml:6:6: /)]);
  });
});

describe('what is known too late', () => {
  test.each([
    ['f.json', '{"items":[{"kind":"Pod"}],\n"kind":"Other"}', 'f.json:2:8:'],
    ['f.yaml', 'items:\n- kind: Pod\nkind: Other\n', 'f.yaml:3:7:'],
  ])('%s that has items and turns out to be no list', async (file, text, place) => {
    const { issues } = await stream(text, file);
    expect(issues).toEqual([expect.stringContaining(`${place} this has items as a List has`)]);
  });

  test('the kind that items have from their list', async () => {
    const { issues } = await stream('{"items":[{"spec":1}],"kind":"PodList"}', 'f.json');
    expect(issues[0]).toBe(
      "f.json:1:11: this item has no kind, and its list's is not known yet; write kind before items (document.list)",
    );
  });
});

describe('bytes', () => {
  test('characters of several bytes come whole, however they are cut', async () => {
    const text = '{"kind":"List","items":[{"a":"äö€😀\u{feff}"}]}';
    for (const bytes of [1, 2, 3, 4, 5]) {
      expect(values(await stream(`\u{feff}${text}`, 'f', bytes))).toEqual(values(whole(text, 'f')));
    }
  });

  test.each([
    ['in the middle', [0x22, 0xff, 0x22]],
    ['at the end', [0x22, 0xe2, 0x82]],
  ])('that are no UTF-8 are told with their place, %s', async (_, bytes) => {
    const text = Buffer.concat([Buffer.from('{"kind":"List",\n"items":['), Buffer.from(bytes)]);
    for (const size of [1, 4, 100]) {
      expect((await stream(text, 'f.json', size)).issues.at(-1)).toBe(
        'f.json:2:11: not UTF-8 text; save it as UTF-8 (document.encoding)',
      );
    }
  });
});

test('behind a mistake nothing is read any more, and the source is told', async () => {
  let [given, ended] = [0, false];
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (; given < 100; given += 1) yield Promise.resolve(Buffer.from(given === 3 ? '{x}' : '{"a":1}\n'));
    } finally {
      ended = true;
    }
  }
  const issues: string[] = [];
  for await (const read of readChunks(source(), 'f.json', 0))
    if (!read.ok) issues.push(...read.issues.map(told));
  expect(issues).toHaveLength(1);
  expect(ended).toBe(true);
  expect(given).toBeLessThan(10);
});

test.each([
  ['JSON', new JsonCutter(() => true, 10), '{"kind":"List",\n"items":[{"a":1},\n{"b": "no end'],
  ['YAML', new YamlCutter(() => true, 10), 'kind: List\nitems:\n- a: 1\n- b: |\n   1\n   2\n   3\n'],
])('a piece of %s without end is refused before nothing more can be held', (_, cutter, text) => {
  const mistake = [...cutter.push(text)].find(({ is }) => is === 'mistake');
  expect(mistake?.text).toMatch(/^what begins here is too long/);
  expect(mistake?.place).toEqual(text.startsWith('{') ? { line: 3, column: 1 } : { line: 4, column: 1 });
});
