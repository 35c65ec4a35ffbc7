/** Mutates a Namespace: the labels that its creator is assigned. */
import type { Attributes } from '../../../k8s/attributes.ts';
import type { PatchOperation } from '../../../k8s/jsonPatch.ts';
import { readNamespace } from '../../../k8s/namespace.ts';
import type { Tenancy } from '../context.ts';
import { addLabels } from '../labels.ts';
import { assignedTo } from './assignment.ts';
import { writesNamespace } from './judgeNamespace.ts';

/**
 * The operations that give a new Namespace the labels assigned to its creator and missing on it. A differing value stays, to be denied (or, if
 * an administrator wrote it, to be kept); a label with two assigned values is left alone.
 */
export function mutateNamespace(attributes: Attributes, tenancy: Tenancy): readonly PatchOperation[] {
  const { object, operation, subresource, user } = attributes;
  if (!writesNamespace(attributes) || operation !== 'CREATE' || subresource !== '') return [];
  if (object === null) return [];
  const { namespace, issues } = readNamespace(object);
  if (issues.length > 0) return [];
  const { labels } = assignedTo(user, tenancy.assign);
  return addLabels(
    object,
    [...labels].filter(([key]) => !namespace.metadata.labels.has(key)),
  );
}
