/** Takes excerpts from reviews as they came; one that comes again under another uid is not read again. */
import { crc32 } from 'node:zlib';
import { isObject, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { Allowance } from '../event/allowance.ts';
import { excerptOf } from '../event/excerpt.ts';
import type { Excerpt, Objects } from '../event/excerpt.ts';

/** How kube-apiserver begins a review; behind the uid, which is a UUID, stands everything that an excerpt is taken from. */
const beginning = Buffer.from(
  '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"',
);
const uidForm = /^[0-9a-f-]{36}"$/;
const restAt = beginning.length + 36;

/** As many as the server remembers reviews. */
const mostRemembered = 32;

interface Remembered {
  readonly source: Buffer;
  readonly allowance: Allowance;
  readonly excerpt: Excerpt;
}

export class Excerpts {
  readonly #known = new Map<number, Remembered>();

  /** What may be kept of the objects in a review; it was read as one before. */
  of(source: Buffer, allowance: Allowance): Excerpt {
    if (!beginsAsUsual(source)) return taken(source, allowance);
    const key = crc32(source.subarray(restAt));
    const known = this.#known.get(key);
    if (known?.allowance === allowance && known.source.compare(source, restAt, source.length, restAt) === 0) {
      return known.excerpt;
    }
    const excerpt = taken(source, allowance);
    if (this.#known.size >= mostRemembered) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    // The memory that it stands in is used again.
    this.#known.set(key, { source: Buffer.from(source), allowance, excerpt });
    return excerpt;
  }
}

const beginsAsUsual = (source: Buffer): boolean =>
  source.length > restAt &&
  beginning.compare(source, 0, beginning.length) === 0 &&
  uidForm.test(source.toString('latin1', beginning.length, restAt + 1));

const taken = (source: Buffer, allowance: Allowance): Excerpt =>
  excerptOf(() => objectsIn(source), allowance);

function objectsIn(source: Buffer): Objects {
  const request = ownAt(JSON.parse(source.toString()), 'request');
  if (!isObject(request)) throw new Error('a review that was decided has no request');
  const [object, oldObject] = [own(request, 'object'), own(request, 'oldObject')];
  return {
    kind: stringAt(request, 'kind', 'kind') ?? '',
    resource: stringAt(request, 'resource', 'resource') ?? '',
    object: isObject(object) ? object : null,
    oldObject: isObject(oldObject) ? oldObject : null,
  };
}
