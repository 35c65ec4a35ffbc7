/** JSON patches at their edges, as evanphx/json-patch v4 decides them; the end-to-end suite asks the API server itself. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Budget } from '../../../src/cel/budget.ts';
import { compile } from '../../../src/cel/compile.ts';
import { admissionEnvironment } from '../../../src/cel/environment.ts';
import { applyPatches } from '../../../src/guardrail/apply/patches.ts';
import { type JsonObject, isObject } from '../../../src/k8s/json.ts';

const environment = admissionEnvironment({ mutating: true });

function patched(operations: string, object: JsonObject): unknown {
  const compiled = compile(operations, environment, 'any');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  const outcome = compiled.value.run({ variables: {} }, new Budget());
  if (!outcome.ok) throw new Error(outcome.error.message);
  const made = applyPatches(outcome.value, object);
  return made.ok ? made.object : 'refused';
}

const object: JsonObject = JSON.parse(
  '{"a": {"b": 1, "c/d": 2, "e~f": 3}, "l": [1, 2, 3], "empty": {}, "none": null, "__proto__": {"x": 1}}',
) as JsonObject;
const one = (fields: string): unknown => patched(`[JSONPatch{${fields}}]`, object);
const changed = (more: object): unknown => ({ ...object, ...more });

describe('an operation', () => {
  test.each<[string, string, unknown]>([
    ['inserts at an index', 'op: "add", path: "/l/1", value: 9', changed({ l: [1, 9, 2, 3] })],
    ['appends by -', 'op: "add", path: "/l/-", value: 9', changed({ l: [1, 2, 3, 9] })],
    ['appends by -1', 'op: "add", path: "/l/-1", value: 9', changed({ l: [1, 2, 3, 9] })],
    ['counts from the end', 'op: "add", path: "/l/-2", value: 9', changed({ l: [1, 2, 9, 3] })],
    ['takes leading zeros and signs', 'op: "add", path: "/l/+00", value: 9', changed({ l: [9, 1, 2, 3] })],
    ['refuses an index beyond the end', 'op: "add", path: "/l/4", value: 9', 'refused'],
    ['refuses an index before the start', 'op: "add", path: "/l/-5", value: 9', 'refused'],
    ['refuses a word as an index', 'op: "add", path: "/l/x", value: 9', 'refused'],
    ['adds null where nothing is given', 'op: "add", path: "/n"', changed({ n: null })],
    ['refuses to add to what is absent', 'op: "add", path: "/x/y", value: 9', 'refused'],
    ['refuses to add to null', 'op: "add", path: "/none/y", value: 9', 'refused'],
    ['refuses to add to a number', 'op: "add", path: "/a/b/c", value: 9', 'refused'],
    ['refuses to add the document', 'op: "add", path: "", value: {}', 'refused'],
    ['decodes a slash', 'op: "add", path: "/a/c~1d", value: 9', changed({ a: { b: 1, 'c/d': 9, 'e~f': 3 } })],
    ['decodes a tilde', 'op: "remove", path: "/a/e~0f"', changed({ a: { b: 1, 'c/d': 2 } })],
    ['replaces a field that is absent', 'op: "replace", path: "/n", value: 9', changed({ n: 9 })],
    ['replaces the last item', 'op: "replace", path: "/l/-1", value: 9', changed({ l: [1, 2, 9] })],
    ['refuses to replace beyond a list', 'op: "replace", path: "/l/3", value: 9', 'refused'],
    ['replaces the document', 'op: "replace", path: "", value: {"x": 1}', { x: 1 }],
    ['removes the last item', 'op: "remove", path: "/l/-1"', changed({ l: [1, 2] })],
    ['refuses to remove what is absent', 'op: "remove", path: "/n"', 'refused'],
    [
      'copies',
      'op: "copy", from: "/l", path: "/a/l"',
      changed({ a: { b: 1, 'c/d': 2, 'e~f': 3, l: [1, 2, 3] } }),
    ],
    ['copies what is absent as null', 'op: "copy", from: "/n", path: "/m"', changed({ m: null })],
    ['refuses to copy from what is absent', 'op: "copy", from: "/n/x", path: "/m"', 'refused'],
    ['refuses to copy beyond a list', 'op: "copy", from: "/l/7", path: "/m"', 'refused'],
    ['moves', 'op: "move", from: "/a/b", path: "/b"', changed({ a: { 'c/d': 2, 'e~f': 3 }, b: 1 })],
    ['moves within a list', 'op: "move", from: "/l/0", path: "/l/-"', changed({ l: [2, 3, 1] })],
    ['refuses to move what is absent', 'op: "move", from: "/n", path: "/m"', 'refused'],
    ['refuses an unknown operation', 'op: "merge", path: "/m"', 'refused'],
    ['refuses a path without a slash', 'op: "add", path: "m", value: 9', 'refused'],
  ])('%s', (_, fields, expected) => {
    expect(one(fields)).toEqual(expected);
  });

  test('writes a key that objects have by themselves', () => {
    const made = patched('[JSONPatch{op: "replace", path: "/__proto__/x", value: 2}]', object);
    expect(JSON.stringify(made)).toContain('"__proto__":{"x":2}');
  });
});

describe('a test', () => {
  const mark = 'JSONPatch{op: "add", path: "/marked", value: true}';
  const outcome = (fields: string): string => {
    const made = patched(`[JSONPatch{op: "test", ${fields}}, ${mark}]`, object);
    if (made === 'refused') return 'refused';
    return JSON.stringify(made).includes('marked') ? 'holds' : 'does not hold';
  };
  test.each<[string, string]>([
    ['path: "/a/b", value: 1', 'holds'],
    ['path: "/a/b", value: 1.0', 'holds'],
    ['path: "/a/b", value: 2', 'does not hold'],
    ['path: "/l", value: [1, 2, 3]', 'holds'],
    ['path: "/l", value: [3, 2, 1]', 'does not hold'],
    ['path: "/n", value: 1', 'does not hold'],
    ['path: "/n", value: null', 'does not hold'],
    ['path: "/n"', 'holds'],
    ['path: "/none"', 'holds'],
    ['path: "/none", value: null', 'does not hold'],
    ['path: "/empty", value: null', 'holds'],
    ['path: "/a", value: null', 'does not hold'],
    ['path: "/n/x", value: 1', 'refused'],
    ['path: "/l/7", value: 1', 'refused'],
    ['path: "/l/-", value: 1', 'refused'],
  ])('%s %s', (fields, expected) => {
    expect(outcome(fields)).toBe(expected);
  });
});

describe('a list of operations', () => {
  const paths = [
    '/a',
    '/a/b',
    '/a/x',
    '/l',
    '/l/0',
    '/l/-',
    '/l/-1',
    '/empty',
    '/empty/l',
    '/__proto__/x',
    '/m',
  ];
  const path = fc.constantFrom(...paths);
  const operation = fc
    .record({
      op: fc.constantFrom('add', 'replace', 'remove', 'copy', 'move'),
      path,
      from: path,
      value: fc.constantFrom('1', '{"x": {"y": 1}}', '[{"z": 1}, {"z": 2}]'),
    })
    .map(
      (fields) =>
        `JSONPatch{op: "${fields.op}", path: "${fields.path}", from: "${fields.from}", value: ${fields.value}}`,
    );

  test('makes what the operations make one after the other, and leaves the object as it was', () => {
    const before = JSON.stringify(object);
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
        let expected: unknown = object;
        for (const step of operations) if (isObject(expected)) expected = patched(`[${step}]`, expected);
        expect(patched(`[${operations.join(', ')}]`, object)).toEqual(expected);
        expect(JSON.stringify(object)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  test('copies what it changes once, not once an operation: thousands end before the test would', () => {
    const count = 15_000;
    const annotations = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));
    const made = patched(
      `lists.range(${count}).map(i, JSONPatch{op: "remove", path: "/annotations/k" + string(i)})`,
      { annotations },
    );
    expect(made).toEqual({ annotations: {} });
  });
});
