/** Shapes: which part of an object may be written down. What a shape does not name is left out. */

/**
 * `whole`: everything below; `never`: nothing, without a word; `present`: a text, number or bool as it is, of an object or list only that it is there, and of a list how many items;
 * `fields`: these members; `items`: each item; `keys`: members whose key is allowed. */
export type Shape =
  | 'whole'
  | 'never'
  | 'present'
  | { readonly fields: ReadonlyMap<string, Shape> }
  | { readonly items: Shape }
  | { readonly keys: (key: string) => boolean };

/** A shape that is plain data, and can be sent to another thread. */
export type Part =
  'whole' | 'present' | { readonly fields: ReadonlyMap<string, Part> } | { readonly items: Part };

function sorted<Inner extends Shape>(
  members: Iterable<readonly [string, Inner]>,
): { readonly fields: ReadonlyMap<string, Inner> } {
  return { fields: new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** A shape of fields; the names are sorted, so that what it makes is in canonical order. */
export const fields = <Inner extends Shape>(members: {
  readonly [name: string]: Inner;
}): { readonly fields: ReadonlyMap<string, Inner> } => sorted(Object.entries(members));

export const items = <Inner extends Shape>(item: Inner): { readonly items: Inner } => ({ items: item });

/** What stands below one token of a JSON pointer; undefined where the shape has nothing there. */
export function below(shape: Shape, token: string): Shape | undefined {
  if (shape === 'whole') return 'whole';
  if (shape === 'never' || shape === 'present') return undefined;
  if ('fields' in shape) return shape.fields.get(token);
  if ('items' in shape) return shape.items;
  return shape.keys(token) ? 'whole' : undefined;
}

/** What either of two shapes lets through; `never` wins. */
export function either(one: Shape, other: Shape): Shape {
  if (one === 'never' || other === 'never') return 'never';
  if (one === 'whole' || other === 'whole') return 'whole';
  if (one === 'present') return other;
  if (other === 'present') return one;
  if ('fields' in one && 'fields' in other) {
    const merged = new Map(one.fields);
    for (const [name, shape] of other.fields) {
      const known = merged.get(name);
      merged.set(name, known === undefined ? shape : either(known, shape));
    }
    return sorted(merged);
  }
  if ('items' in one && 'items' in other) return { items: either(one.items, other.items) };
  if ('keys' in one && 'keys' in other) return { keys: (key) => one.keys(key) || other.keys(key) };
  if ('keys' in one && 'fields' in other) return { keys: (key) => one.keys(key) || other.fields.has(key) };
  if ('fields' in one && 'keys' in other) return { keys: (key) => other.keys(key) || one.fields.has(key) };
  return one;
}
