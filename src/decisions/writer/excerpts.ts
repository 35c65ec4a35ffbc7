/** Takes excerpts from reviews as they came; one that comes again under another uid is not read again. */
import { crc32 } from 'node:zlib';
import type { Allowance } from '../event/allowance.ts';
import { excerptOf } from '../event/excerpt.ts';
import type { Excerpt } from '../event/excerpt.ts';

/** How kube-apiserver begins a review; behind the uid, which is a UUID, stands everything that an excerpt is taken from. */
const beginning = Buffer.from(
  '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"',
);
const uidForm = /^[0-9a-f-]{36}"$/;
const restAt = beginning.length + 36;

/** As many as the server remembers reviews, and of the same size at most. */
const mostRemembered = 32;
const mostBytes = 65_536;

interface Remembered {
  /** CRC-32 of what stands behind the uid. */
  readonly key: number;
  readonly length: number;
  readonly allowance: Allowance;
  readonly excerpt: Excerpt;
}

export class Excerpts {
  /** A ring, as the server has it, in memory of its own: that of a review is used again, and a copy in memory made for it costs more than the excerpt. */
  readonly #known: (Remembered | undefined)[] = Array.from({ length: mostRemembered });
  readonly #memory = Buffer.alloc(mostRemembered * mostBytes);
  #next = 0;

  /** What may be kept of the objects in a review; it was read as one before. */
  of(source: Buffer, allowance: Allowance): Excerpt {
    if (source.length > mostBytes || !beginsAsUsual(source)) return excerptOf(source, allowance);
    const key = crc32(source.subarray(restAt));
    for (const [slot, known] of this.#known.entries()) {
      if (known?.key !== key || known.allowance !== allowance) continue;
      const start = slot * mostBytes;
      const rest = source.compare(this.#memory, start + restAt, start + known.length, restAt);
      if (rest === 0) return known.excerpt;
    }
    const excerpt = excerptOf(source, allowance);
    source.copy(this.#memory, this.#next * mostBytes);
    this.#known[this.#next] = { key, length: source.length, allowance, excerpt };
    this.#next = (this.#next + 1) % mostRemembered;
    return excerpt;
  }
}

const beginsAsUsual = (source: Buffer): boolean =>
  source.length > restAt &&
  beginning.compare(source, 0, beginning.length) === 0 &&
  uidForm.test(source.toString('latin1', beginning.length, restAt + 1));
