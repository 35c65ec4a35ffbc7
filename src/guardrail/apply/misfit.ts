/** What a mutation wrote that the kind has no place for: unknown fields and values of the wrong type, which the API server refuses to decode. */
import { typeOfKind } from '../../cel/openapi/schema.ts';
import { type Type, describeType } from '../../cel/typing/type.ts';
import { withArticle } from '../../cel/values/wording.ts';
import { isObject, own } from '../../k8s/json.ts';
import { kinds } from './layouts.ts';
import { fieldsOf } from './merge.ts';

/**
 * A sentence on the first misfit among what is new in `after`; undefined where there is none, or where nothing is known of the kind
 * (`apps/v1 Deployment`). What stood in `before` is the API server's own and is not looked at. Pods, Namespaces and NetworkPolicies are
 * known to the last field; of workloads and Services it is known which fields there are, but for those of lists that are replaced as a whole.
 */
export function misfit(kind: string, before: unknown, after: unknown): string | undefined {
  const [apiVersion = '', name = ''] = kind.split(' ');
  const type = typeOfKind(apiVersion, name);
  if (type !== undefined) return ofType(type, before, after, '');
  const layout = kinds.get(kind);
  return layout === undefined ? undefined : ofLayout(layout, before, after, '');
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
const unknownField = (path: string): string => `${path.slice(0, 200)}: there is no such field`;

function ofType(type: Type, before: unknown, after: unknown, path: string): string | undefined {
  if (after === before || after === null || after === undefined) return undefined;
  const wrong = `${path.slice(0, 200)} must be ${withArticle(describeType(type))}`;
  switch (type.kind) {
    case 'string':
      return typeof after === 'string' ? undefined : wrong;
    case 'bool':
      return typeof after === 'boolean' ? undefined : wrong;
    case 'int':
      return Number.isInteger(after) ? undefined : wrong;
    case 'list':
      return Array.isArray(after)
        ? first(newItems(before, after), (item) => ofType(type.element, undefined, item, path))
        : wrong;
    case 'map':
    case 'object':
      if (!isObject(after)) return `${path.slice(0, 200)} must be an object`;
      return first(Object.entries(after), ([key, value]) => {
        const field = type.kind === 'map' ? type.value : type.field(key);
        const place = below(path, key);
        return field === undefined ? unknownField(place) : ofType(field, oldField(before, key), value, place);
      });
    // Times, quantities and what is of several types.
    case 'dyn':
    case 'error':
    case 'null':
    case 'uint':
    case 'double':
    case 'bytes':
    case 'timestamp':
    case 'duration':
    case 'optional':
    case 'type':
    case 'opaque':
    case 'parameter':
      return undefined;
  }
}

function ofLayout(layout: string, before: unknown, after: unknown, path: string): string | undefined {
  if (after === before) return undefined;
  if (layout.startsWith('[')) {
    const items = layout.slice(layout.indexOf(']') + 1);
    if (items === '' || !Array.isArray(after)) return undefined;
    return first(newItems(before, after), (item) => ofLayout(items, undefined, item, path));
  }
  const fields = fieldsOf(layout).layouts;
  if (layout === '-' || layout.startsWith('{') || fields.size === 0 || !isObject(after)) return undefined;
  return first(Object.entries(after), ([key, value]) => {
    const field = fields.get(key);
    const place = below(path, key);
    return field === undefined ? unknownField(place) : ofLayout(field, oldField(before, key), value, place);
  });
}

const oldField = (before: unknown, key: string): unknown => (isObject(before) ? own(before, key) : undefined);

/** The items that were not there; mutations leave what they do not touch as it is, so that identity tells. */
function newItems(before: unknown, after: readonly unknown[]): readonly unknown[] {
  const old = new Set<unknown>(Array.isArray(before) ? before : []);
  return after.filter((item) => !old.has(item));
}

/** The first answer. */
function first<T>(items: readonly T[], ask: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
