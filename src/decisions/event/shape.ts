/** Shapes: which part of an object may be written down. What a shape does not name is left out. */

/** `whole`: everything below; `fields`: these members; `items`: each item of a list; `keys`: the members of a map whose key is allowed. */
export type Shape =
  | 'whole'
  | { readonly fields: ReadonlyMap<string, Shape> }
  | { readonly items: Shape }
  | { readonly keys: (key: string) => boolean };

/** A shape of fields; the names are sorted, so that what it makes is in canonical order. */
export const fields = (members: { readonly [name: string]: Shape }): Shape => ({
  fields: new Map(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))),
});

export const items = (item: Shape): Shape => ({ items: item });

/** What stands below one token of a JSON pointer; undefined where the shape has nothing there. */
export function below(shape: Shape, token: string): Shape | undefined {
  if (shape === 'whole') return 'whole';
  if ('fields' in shape) return shape.fields.get(token);
  if ('items' in shape) return shape.items;
  return shape.keys(token) ? 'whole' : undefined;
}

/** What either of two shapes lets through. */
export function either(one: Shape, other: Shape): Shape {
  if (one === 'whole' || other === 'whole') return 'whole';
  if ('fields' in one && 'fields' in other) {
    const merged = new Map(one.fields);
    for (const [name, shape] of other.fields) {
      const known = merged.get(name);
      merged.set(name, known === undefined ? shape : either(known, shape));
    }
    return { fields: new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
  if ('items' in one && 'items' in other) return { items: either(one.items, other.items) };
  if ('keys' in one && 'keys' in other) return { keys: (key) => one.keys(key) || other.keys(key) };
  if ('keys' in one && 'fields' in other) return { keys: (key) => one.keys(key) || other.fields.has(key) };
  if ('fields' in one && 'keys' in other) return { keys: (key) => other.keys(key) || one.fields.has(key) };
  return one;
}
