/** The recorded form of a patch: its operations, and of their values what may be written down. */
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import { quoted } from '../canonicalJson.ts';
import type { Projection } from './projection.ts';
import { below } from './shape.ts';
import type { Shape } from './shape.ts';

/** The operations as canonical text; a value of which nothing may be kept is null, and its pointer is among the masked. */
export function recordedPatch(
  patch: readonly PatchOperation[],
  shape: Shape,
  projection: Projection,
): string {
  const operations = patch.map((operation, index) => {
    const head = `{"op":"${operation.op}","path":${quoted(operation.path)}`;
    if (operation.op === 'remove') return `${head}}`;
    const at = ['patch', index, 'value'];
    const part = shapeAt(shape, operation.path);
    if (part === undefined) projection.mask(`/${at.join('/')}`);
    const value = part === undefined ? undefined : projection.takeValue(operation.value, part, at);
    return `${head},"value":${value ?? 'null'}}`;
  });
  return `[${operations.join(',')}]`;
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
