/** The recorded form of a patch: its operations, and of their values what may be written down. */
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { Projection } from './projection.ts';
import { below } from './shape.ts';
import type { Shape } from './shape.ts';

/** The operations in canonical order; a value of which nothing may be kept is null, and its pointer is among the masked. */
export function recordedPatch(
  patch: readonly PatchOperation[],
  shape: Shape,
  projection: Projection,
): readonly PatchOperation[] {
  return patch.map((operation, index) => {
    const { op, path } = operation;
    if (op === 'remove') return { op, path };
    const pointer = `/patch/${index}/value`;
    const part = shapeAt(shape, path);
    if (part === undefined) {
      projection.mask(pointer);
      return { op, path, value: null };
    }
    return { op, path, value: projection.take(operation.value, part, pointer) ?? null };
  });
}

function shapeAt(shape: Shape, path: string): Shape | undefined {
  let at: Shape | undefined = shape;
  for (const token of path.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    // Environment variables stay out of patches too.
    if (key === 'env' || key === 'managedFields' || at === undefined) return undefined;
    at = below(at, key);
  }
  return at;
}
