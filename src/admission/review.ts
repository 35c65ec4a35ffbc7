/** Reads an AdmissionReview from bytes: the attributes of the request, or why it is none. */
import { isUtf8 } from 'node:buffer';
import type { Attributes, Operation, UserInfo } from '../k8s/attributes.ts';
import { isObject, listAt, own, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';

/** A body that is no review; `status` is the HTTP answer. */
export interface NoReview {
  readonly ok: false;
  readonly status: 400 | 422;
  readonly code: string;
  readonly message: string;
}

export type ReadReview = { readonly ok: true; readonly attributes: Attributes } | NoReview;

const operations: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

const refused = (code: string, message: string): NoReview => ({ ok: false, status: 400, code, message });

/** Reads a body. Only `admission.k8s.io/v1` is spoken; without a uid there is nobody to answer to. */
export function readReview(body: Uint8Array): ReadReview {
  if (!isUtf8(body)) return refused('review.encoding', 'the body is not UTF-8 text');
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return refused('review.json', 'the body is not JSON, or is cut off');
  }
  return toAttributes(parsed, body);
}

/** Reads a parsed AdmissionReview; `source` are the bytes that it was parsed from. */
export function toAttributes(review: unknown, source?: Uint8Array): ReadReview {
  if (!isObject(review) || own(review, 'kind') !== 'AdmissionReview') {
    return refused('review.kind', 'the body is no AdmissionReview');
  }
  if (own(review, 'apiVersion') !== 'admission.k8s.io/v1') {
    return refused(
      'review.version',
      'the AdmissionReview is not of admission.k8s.io/v1, the only version spoken here',
    );
  }
  const request = own(review, 'request');
  const uid = stringAt(request, 'uid');
  if (!isObject(request) || uid === undefined || uid === '' || uid.length > 256) {
    return refused('review.uid', 'the AdmissionReview has no request.uid, so there is nobody to answer to');
  }
  const operation = operations.find((known) => known === own(request, 'operation'));
  const resource = stringAt(request, 'resource', 'resource');
  if (operation === undefined || resource === undefined) {
    return {
      ...refused('review.request', 'request.operation or request.resource is missing or unknown'),
      status: 422,
    };
  }
  return {
    ok: true,
    attributes: {
      ...readTarget(request),
      uid,
      operation,
      resource,
      ...readObjects(request),
      request,
      ...(source === undefined ? {} : { source }),
    },
  };
}

function readTarget(
  request: JsonObject,
): Omit<Attributes, 'uid' | 'operation' | 'resource' | 'object' | 'oldObject'> {
  const text = (...path: readonly string[]): string => stringAt(request, ...path) ?? '';
  return {
    dryRun: own(request, 'dryRun') === true,
    group: text('resource', 'group'),
    version: text('resource', 'version'),
    kind: text('kind', 'kind'),
    subresource: text('subResource'),
    namespace: text('namespace'),
    name: text('name'),
    user: readUser(request),
  };
}

function readUser(request: JsonObject): UserInfo {
  return {
    username: stringAt(request, 'userInfo', 'username') ?? '',
    groups: listAt(request, 'userInfo', 'groups').filter((group) => typeof group === 'string'),
  };
}

function readObjects(request: JsonObject): Pick<Attributes, 'object' | 'oldObject'> {
  const object = own(request, 'object');
  const oldObject = own(request, 'oldObject');
  return { object: isObject(object) ? object : null, oldObject: isObject(oldObject) ? oldObject : null };
}
