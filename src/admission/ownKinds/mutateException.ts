/** What Bulkhead writes into a GuardrailException: who created it, and who approved what and when, from the request and never from its sender. */
import { creatorAnnotation, specHashOf } from '../../boundary/exceptions/exception.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { isObject, ownAt, stringAt } from '../../k8s/json.ts';
import { sameJson } from '../../k8s/jsonEqual.ts';
import { addAt, pointerTo } from '../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { World } from '../world.ts';

/** The creator is written at CREATE and restored ever after; an approval that changed gets `by`, `at` and `specHash` of this request. */
export function mutateException(attributes: Attributes, { now }: World): readonly PatchOperation[] {
  const { object, oldObject, operation, subresource, user } = attributes;
  if (object === null) return [];
  if (subresource === '') {
    const creator = operation === 'CREATE' ? user.username : creatorOf(oldObject);
    return recreated(object, creator);
  }
  if (subresource !== 'status' || operation !== 'UPDATE' || !changesApproval(attributes)) return [];
  const approval = ownAt(object, 'status', 'approval');
  if (now === undefined || !isObject(approval)) return [];
  const decided = {
    state: approval['state'],
    by: user.username,
    at: new Date(now).toISOString(),
    specHash: specHashOf(ownAt(object, 'spec')),
  };
  return [{ op: 'replace', path: '/status/approval', value: decided }];
}

/** Claims that the request decides about an exception, or takes a decision back. */
export const changesApproval = ({ object, oldObject }: Attributes): boolean =>
  !sameJson(ownAt(object, 'status', 'approval'), ownAt(oldObject, 'status', 'approval'));

export const creatorOf = (object: unknown): string | undefined =>
  stringAt(object, 'metadata', 'annotations', creatorAnnotation);

function recreated(object: object, creator: string | undefined): readonly PatchOperation[] {
  const path = ['metadata', 'annotations', creatorAnnotation];
  if (creatorOf(object) === creator) return [];
  if (creator === undefined) return [{ op: 'remove', path: pointerTo(path) }];
  const operation = addAt(object, path, creator);
  return operation === undefined ? [] : [operation];
}
