/** The CustomResourceDefinitions: nothing in them is unbounded, and everything is described, so that `kubectl explain` reads well. */
import { describe, expect, test } from '@jest/globals';
import { definition } from '../../scripts/crd/definition.ts';
import { kinds } from '../../scripts/crd/kinds.ts';
import { structural } from '../../scripts/crd/structural.ts';
import { isObject, listAt, ownAt, stringAt } from '../../src/k8s/json.ts';

/** Every schema below one, with where it stands; `named` is whether it stands behind a field's name. */
function* schemas(
  schema: unknown,
  path: string,
  named: boolean,
): Generator<readonly [string, unknown, boolean]> {
  yield [path, schema, named];
  const properties = ownAt(schema, 'properties');
  if (isObject(properties)) {
    for (const [name, field] of Object.entries(properties)) yield* schemas(field, `${path}.${name}`, true);
  }
  for (const inner of ['items', 'additionalProperties']) {
    const below = ownAt(schema, inner);
    if (isObject(below)) yield* schemas(below, `${path}[]`, false);
  }
}

const all = kinds.flatMap((kind) => {
  const [version] = listAt(definition(kind), 'spec', 'versions');
  return [...schemas(ownAt(version, 'schema', 'openAPIV3Schema'), kind.kind, true)];
});
const pathsWhere = (claim: (schema: unknown, named: boolean) => boolean): readonly string[] =>
  all.filter(([, schema, named]) => claim(schema, named)).map(([path]) => path);
const has = (schema: unknown, keyword: string): boolean => ownAt(schema, keyword) !== undefined;
const rootFields = /^\w+\.(?:apiVersion|kind|metadata)$/;

describe('every schema of every kind', () => {
  test('is looked at', () => expect(all.length).toBeGreaterThan(400));

  test('bounds its lists', () =>
    expect(pathsWhere((schema) => stringAt(schema, 'type') === 'array' && !has(schema, 'maxItems'))).toEqual(
      [],
    ));

  test('bounds its maps', () =>
    expect(
      pathsWhere((schema) => has(schema, 'additionalProperties') && !has(schema, 'maxProperties')),
    ).toEqual([]));

  test('bounds its strings', () => {
    const unbounded = (schema: unknown): boolean =>
      stringAt(schema, 'type') === 'string' &&
      !has(schema, 'maxLength') &&
      !has(schema, 'enum') &&
      !has(schema, 'format');
    expect(pathsWhere(unbounded).filter((path) => !rootFields.test(path))).toEqual([]);
  });

  test('says what each field is for', () =>
    expect(
      pathsWhere((schema, named) => named && !has(schema, 'description')).filter(
        (path) => !rootFields.test(path),
      ),
    ).toEqual([]));

  test('keeps no unknown fields', () =>
    expect(pathsWhere((schema) => has(schema, 'x-kubernetes-preserve-unknown-fields'))).toEqual([]));
});

describe('a kind', () => {
  test.each(kinds)('$kind has a short name, the category, a status and its age', (kind) => {
    const made = definition(kind);
    expect(ownAt(made, 'spec', 'names', 'categories')).toEqual(['bulkhead']);
    expect(listAt(made, 'spec', 'names', 'shortNames')).toHaveLength(1);
    const [version] = listAt(made, 'spec', 'versions');
    expect(ownAt(version, 'subresources', 'status')).toEqual({});
    expect(listAt(version, 'additionalPrinterColumns')).toContainEqual(
      expect.objectContaining({ jsonPath: '.metadata.creationTimestamp' }),
    );
  });
});

test.each([
  ['a keyword that a definition has not', { type: 'object', propertyNames: { type: 'string' } }],
  ['a union other than integer or string', { anyOf: [{ type: 'boolean' }, { type: 'string' }] }],
])('%s is refused, not left out', (_, schema) => {
  expect(() => structural(schema)).toThrow(/x-structural/);
});
