/** The JSON Patch that turns one object into another: what changed, and little else. */
import { isObject } from '../../k8s/json.ts';
import { sameJson } from '../../k8s/jsonEqual.ts';
import { type PatchOperation, pointerTo } from '../../k8s/jsonPatch.ts';

/** The operations, in an order in which they apply. A list that changes in the middle is replaced as a whole. */
export function difference(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): readonly PatchOperation[] {
  if (before === after) return [];
  if (isObject(before) && isObject(after)) {
    const removed = Object.keys(before).flatMap((key): PatchOperation[] =>
      Object.hasOwn(after, key) ? [] : [{ op: 'remove', path: pointerTo([...path, key]) }],
    );
    const changed = Object.entries(after).flatMap(([key, value]): readonly PatchOperation[] =>
      Object.hasOwn(before, key)
        ? difference(before[key], value, [...path, key])
        : [{ op: 'add', path: pointerTo([...path, key]), value }],
    );
    return [...removed, ...changed];
  }
  if (Array.isArray(before) && Array.isArray(after)) return differenceOfLists(before, after, path);
  return sameJson(before, after) ? [] : [{ op: 'replace', path: pointerTo(path), value: after }];
}

function differenceOfLists(
  before: readonly unknown[],
  after: readonly unknown[],
  path: readonly string[],
): readonly PatchOperation[] {
  if (after.length < before.length) return [{ op: 'replace', path: pointerTo(path), value: after }];
  return after.flatMap((item, index): readonly PatchOperation[] =>
    index < before.length
      ? difference(before[index], item, [...path, `${index}`])
      : [{ op: 'add', path: `${pointerTo(path)}/-`, value: item }],
  );
}
