/** The hash of the object that a request is about: of its text as the API server sent it. */
import { hash } from 'node:crypto';
import type { Attributes } from '../../k8s/attributes.ts';
import type { JsonObject } from '../../k8s/json.ts';

/** With the brace that ends userInfo before it: few bytes before it are one, and many are a comma. */
const objectKey = Buffer.from('},"object":{');
const behind = Buffer.from(',"oldObject":null,"dryRun":');

/**
 * SHA-256, in hex, of the JSON of the object (of oldObject at DELETE). For a CREATE it is taken of the very bytes, which costs a tenth of writing JSON again; the
 * API server writes its fields in a fixed order, and quotes inside strings are escaped, so what stands before and behind the object is found without parsing.
 */
export function objectHash({ operation, object, oldObject, source }: Attributes): string | undefined {
  if (operation === 'CREATE' && object !== null && source !== undefined) {
    const bytes =
      source instanceof Buffer ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    const start = bytes.indexOf(objectKey) + objectKey.length - 1;
    const end = bytes.lastIndexOf(behind);
    if (start >= objectKey.length && end > start) return hash('sha256', bytes.subarray(start, end));
  }
  const subject = object ?? oldObject;
  return subject === null ? undefined : hash('sha256', JSON.stringify(subject));
}

/** As many as the server remembers reviews: what is sent again under another uid is the same object in memory, and is not hashed again. */
const mostRemembered = 32;

/** Hashes of the latest objects, in a ring: the tables that a Map leaves behind would keep the objects alive until a full garbage collection. */
export class ObjectHashes {
  readonly #objects: (JsonObject | undefined)[] = Array.from({ length: mostRemembered });
  readonly #hashes: string[] = Array.from({ length: mostRemembered }, () => '');
  #next = 0;

  /** {@link objectHash}. An object must not be changed while it is remembered. */
  of(attributes: Attributes): string | undefined {
    const { object } = attributes;
    if (object === null) return objectHash(attributes);
    const known = this.#objects.indexOf(object);
    if (known >= 0) return this.#hashes[known];
    const made = objectHash(attributes);
    if (made === undefined) return made;
    this.#objects[this.#next] = object;
    this.#hashes[this.#next] = made;
    this.#next = (this.#next + 1) % mostRemembered;
    return made;
  }
}
