/** Reads an AdmissionReview from bytes: the attributes of the request, or why it is none. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { Attributes, Operation, UserInfo } from '../k8s/attributes.ts';
import { isObject, listAt, own } from '../k8s/json.ts';
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
  const text = textOf(body);
  if (text === undefined) return refused('review.encoding', 'the body is not UTF-8 text');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refused('review.json', 'the body is not JSON, or is cut off');
  }
  return toAttributes(parsed, body);
}

/** Nearly every body is ASCII, which is read faster. */
function textOf(body: Uint8Array): string | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (isAscii(bytes)) return bytes.toString('latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
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
  const uid = textIn(request, 'uid');
  if (!isObject(request) || uid === undefined || uid === '' || uid.length > 256) {
    return refused('review.uid', 'the AdmissionReview has no request.uid, so there is nobody to answer to');
  }
  const operation = operations.find((known) => known === own(request, 'operation'));
  const target = own(request, 'resource');
  const resource = textIn(target, 'resource');
  if (operation === undefined || resource === undefined) {
    return {
      ...refused('review.request', 'request.operation or request.resource is missing or unknown'),
      status: 422,
    };
  }
  // Written out and without spreads: one is made for each request.
  const attributes: { -readonly [Key in keyof Attributes]: Attributes[Key] } = {
    uid,
    operation,
    dryRun: own(request, 'dryRun') === true,
    group: textIn(target, 'group') ?? '',
    version: textIn(target, 'version') ?? '',
    kind: textIn(own(request, 'kind'), 'kind') ?? '',
    resource,
    subresource: textIn(request, 'subResource') ?? '',
    namespace: textIn(request, 'namespace') ?? '',
    name: textIn(request, 'name') ?? '',
    user: readUser(own(request, 'userInfo')),
    object: objectIn(request, 'object'),
    oldObject: objectIn(request, 'oldObject'),
    request,
  };
  if (source !== undefined) attributes.source = source;
  return { ok: true, attributes };
}

function textIn(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? own(value, key) : undefined;
  return typeof found === 'string' ? found : undefined;
}

function objectIn(request: JsonObject, key: string): JsonObject | null {
  const found = own(request, key);
  return isObject(found) ? found : null;
}

const readUser = (info: unknown): UserInfo => ({
  username: textIn(info, 'username') ?? '',
  groups: listAt(info, 'groups').filter((group) => typeof group === 'string'),
});
