/** From a case of a suite to the request that it stands for. */
import { toRequest } from '../../admission/manifests/request.ts';
import type { Document } from '../../config/document.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { toAttributes } from '../../admission/review.ts';
import type { Attributes, UserInfo } from '../../k8s/attributes.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { CaseDocument } from './schema.ts';

/** A case with the documents that it names or holds. */
export interface CaseInputs {
  readonly case: CaseDocument;
  /** Where the case stands in its suite. */
  readonly pointer: string;
  readonly object: Document | undefined;
  readonly oldObject: Document | undefined;
  readonly admissionReview: Document | undefined;
}

/** The request of a case. An object that the inventory holds already makes it an UPDATE, as kubectl apply would. */
export function caseRequest(
  inputs: CaseInputs,
  suite: Document,
  inventory: readonly Document[],
): Read<Attributes> {
  const { admissionReview, object, oldObject } = inputs;
  const user = userOf(inputs.case);
  const mistake = (message: string, field = ''): Read<Attributes> =>
    unsound([placed({ code: 'suite.case', message, pointer: inputs.pointer + field }, suite)]);
  if (admissionReview !== undefined) return reviewed(admissionReview, inputs.case);
  const subject = object ?? oldObject;
  if (subject === undefined) return mistake('nothing is asked: give object, oldObject or admissionReview');

  const old =
    oldObject === undefined ? sound(undefined) : toRequest(oldObject, { user, stored: () => undefined });
  if (!old.ok) return old;
  const given = old.value?.object ?? undefined;
  const read = toRequest(subject, {
    user,
    stored: (kind, namespace, name) =>
      object !== undefined && given !== undefined ? given : storedIn(inventory, kind, namespace, name),
  });
  if (!read.ok) return read;
  const attributes = { ...read.value, subresource: inputs.case.subresource ?? '', uid: inputs.pointer };
  const operation = inputs.case.operation ?? (object === undefined ? 'DELETE' : attributes.operation);
  switch (operation) {
    case 'DELETE':
      return sound({
        ...attributes,
        operation,
        object: null,
        oldObject: given ?? attributes.oldObject ?? attributes.object,
      });
    case 'UPDATE':
      if (object === undefined) return mistake('an UPDATE needs the new object too', '/operation');
      if (attributes.oldObject === null)
        return mistake(
          'an UPDATE needs the object as it is stored: give oldObject, or put it into the inventory',
          '/operation',
        );
      return sound({ ...attributes, operation });
    case 'CREATE':
    case 'CONNECT':
      return sound({ ...attributes, operation, oldObject: null });
  }
}

function reviewed(document: Document, { user }: CaseDocument): Read<Attributes> {
  const read = toAttributes(document.value);
  if (!read.ok) return unsound([placed({ code: read.code, message: read.message, pointer: '' }, document)]);
  return sound(user === undefined ? read.attributes : { ...read.attributes, user: namedUser(user) });
}

/** Adds the place to a mistake that knows its pointer. */
export const placed = (issue: Issue & { readonly pointer: string }, document: Document): Issue => ({
  ...issue,
  file: document.file,
  ...document.positionOf(issue.pointer),
});

const authenticated = 'system:authenticated';

const userOf = ({ user }: CaseDocument): UserInfo =>
  user === undefined ? { username: 'someone', groups: [authenticated] } : namedUser(user);

function namedUser(user: NonNullable<CaseDocument['user']>): UserInfo {
  if (typeof user === 'string') return { username: user, groups: [authenticated] };
  const { username = 'someone', groups = [] } = user;
  return { username, groups: [...new Set([...groups, authenticated])] };
}

/** The object of that kind and name in the inventory. */
function storedIn(
  inventory: readonly Document[],
  kind: string,
  namespace: string,
  name: string,
): JsonObject | undefined {
  for (const { value } of inventory) {
    if (isObject(value) && isNamed(value, kind, namespace, name)) return value;
  }
  return undefined;
}

/** Whether an object is the one of that kind and name; one that says no namespace is in `default`, where its kind has one. */
export function isNamed(value: JsonObject, kind: string, namespace: string, name: string): boolean {
  if (stringAt(value, 'kind') !== kind || stringAt(value, 'metadata', 'name') !== name) return false;
  const home = stringAt(value, 'metadata', 'namespace');
  return namespace === '' ? home === undefined : (home ?? 'default') === namespace;
}
