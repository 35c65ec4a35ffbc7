/** Labels of an object: where one stands, and the patch that adds some. */
import { addAt } from '../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import { escapeToken, ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';

/** The JSON pointer of a label. Keys come from the configuration and from Boundaries, so they are short and printable. */
export const labelField = (key: string): string => `/metadata/labels/${escapeToken(key)}`;

/** Adds labels: one operation each, or a single one with all of them where the object has no labels yet. */
export function addLabels(
  object: JsonObject,
  labels: readonly (readonly [string, string])[],
): readonly PatchOperation[] {
  if (labels.length === 0) return [];
  const operations =
    ownAt(object, 'metadata', 'labels') === undefined
      ? [addAt(object, ['metadata', 'labels'], Object.fromEntries(labels))]
      : labels.map(([key, value]) => addAt(object, ['metadata', 'labels', key], value));
  return operations.filter((operation) => operation !== undefined);
}
