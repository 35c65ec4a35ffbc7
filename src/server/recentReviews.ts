/** Remembers the latest reviews as parsed, so that one that is sent again under another uid is not parsed again. */
import { crc32 } from 'node:zlib';
import type { ReadReview } from '../admission/review.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { JsonObject } from '../k8s/json.ts';

/** How every kube-apiserver begins a review: its encoder writes the fields in this order. What begins otherwise is only parsed. */
const head = Buffer.from('{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"');
/** A UUID, and the quote behind it. */
const uidLength = 36;
const uidForm = /^[0-9a-f-]{36}"$/;
const restAt = head.length + uidLength;

/** Enough for the calls that one write makes, at any load; few enough to be gone before a garbage collection would carry them along. */
const mostRemembered = 32;
const mostBytes = 65_536;

interface Remembered {
  /** CRC-32 of what stands behind the uid. */
  readonly key: number;
  readonly body: Buffer;
  readonly attributes: Attributes;
  readonly request: JsonObject;
}

/**
 * One object is sent several times: to the mutating webhook, to each validating entry that it matches, and again at reinvocation, each time with a uid
 * of its own and otherwise byte for byte the same (wire.md). Bytes that are the same mean the same, so only what differs is read. Each review is decided all
 * the same; what is remembered is shared by decisions and is not theirs to change.
 */
export class RecentReviews {
  /** A ring, not a Map: the tables that a Map leaves behind would keep all their entries alive until a full garbage collection. */
  private readonly recent: (Remembered | undefined)[] = Array.from({ length: mostRemembered });
  private next = 0;
  private readonly parse: (body: Uint8Array) => ReadReview;

  constructor(parse: (body: Uint8Array) => ReadReview) {
    this.parse = parse;
  }

  /** Answers as the parser itself would. `body` must not be changed afterwards. */
  read(body: Buffer): ReadReview {
    const uid = uidOf(body);
    if (uid === undefined) return this.parse(body);
    const key = crc32(body.subarray(restAt));
    for (const known of this.recent) {
      if (known?.key !== key || known.body.compare(body, restAt, body.length, restAt) !== 0) continue;
      const { attributes, request } = known;
      return { ok: true, attributes: { ...attributes, uid, request: { ...request, uid }, source: body } };
    }
    const read = this.parse(body);
    if (read.ok) this.remember(key, body, uid, read.attributes);
    return read;
  }

  private remember(key: number, body: Buffer, uid: string, attributes: Attributes): void {
    const { request } = attributes;
    // Only where the uid was read from its place at the head: a second field of that name would have won.
    if (request === undefined || attributes.uid !== uid || saysAgain(body, uid)) return;
    this.recent[this.next] = { key, body, attributes, request };
    this.next = (this.next + 1) % mostRemembered;
  }
}

/** An escape of a character that a UUID may have; those of `<`, `>` and `&`, which the API server writes, are none. */
const escapedPart = /\\u00(?:2d|3\d|6[1-6])/i;

/** Whether the uid may stand in the body once more, as it is or with escapes. */
const saysAgain = (body: Buffer, uid: string): boolean =>
  body.includes(uid, restAt) ||
  (body.includes('\\u00', restAt) && escapedPart.test(body.toString('latin1', restAt)));

/** The uid that stands where the API server writes it; undefined where the body is larger than is remembered, or begins otherwise. */
function uidOf(body: Buffer): string | undefined {
  if (body.length > mostBytes || body.length <= restAt) return undefined;
  if (head.compare(body, 0, head.length) !== 0) return undefined;
  const text = body.toString('latin1', head.length, restAt + 1);
  return uidForm.test(text) ? text.slice(0, uidLength) : undefined;
}
