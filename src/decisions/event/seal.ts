/** Seals decisions before their answer goes out: the head of the record, and the hash of it. */
import { hash } from 'node:crypto';
import type { Attributes } from '../../k8s/attributes.ts';
import { canonicalJson } from '../canonicalJson.ts';
import { recordHashOf } from '../recordHash.ts';
import type { LogEvent } from '../record.ts';
import type { Allowance } from './allowance.ts';
import { headOf } from './event.ts';
import type { Decided } from './event.ts';
import { eventOf, excerptOfRead } from './excerpt.ts';
import { fittedHead } from './fit.ts';
import type { Head } from './head.ts';
import { objectHash } from './objectHash.ts';
import type { ObjectHashes } from './objectHash.ts';
import type { Recent } from './recent.ts';

/** An event that can no longer change: `recordHash` is the SHA-256, in hex, of `event` without `masked` and `subset`. */
export interface Sealed {
  readonly event: string;
  readonly recordHash: string;
}

/** A decision of which the hash is known, and nothing taken out of its objects yet. */
export interface SealedHead {
  readonly head: Head;
  readonly recordHash: string;
  readonly attributes: Attributes;
  readonly allowance: Allowance;
}

/** Seals the text of an event. Throws where it is no JSON object, which no event is. */
export function sealed(event: string): Sealed {
  const recordHash = recordHashOf(event);
  if (recordHash === undefined) throw new Error('an event is no JSON object');
  return { event, recordHash };
}

/** Seals what is no decision: gaps and reads. */
export const sealedEvent = (event: LogEvent): Sealed => sealed(canonicalJson(event));

/** Whether a decision is written down: a call at the mutating door only if it patched or did not let the request pass as it was. */
export const isRecorded = ({ door, decision }: Pick<Decided, 'door' | 'decision'>): boolean =>
  door !== 'mutate' || decision === 'patched' || decision === 'denied' || decision === 'errored';

/** What is remembered between decisions. Without `recent` a decision stands alone. */
export interface Memory {
  readonly hashes?: ObjectHashes;
  /** Knows what came before a decision, and is told of it. */
  readonly recent?: Recent | undefined;
}

/** Seals a decision. */
export function sealHead(
  decided: Decided,
  allowance: Allowance,
  { recent, hashes }: Memory = {},
): Sealed | SealedHead {
  const { attributes } = decided;
  const objectSha256 = hashes === undefined ? objectHash(attributes) : hashes.of(attributes);
  const relations = recent?.relationsOf(decided, objectSha256);
  if (relations?.same === true) return sealedEvent(relations.retry);
  const head = fittedHead(headOf(decided, allowance, objectSha256, relations));
  // What repeats a call with another outcome points to the first, and so does what comes after it.
  if (relations?.retryOf === undefined) recent?.remember(decided, head.bytes);
  return { head, recordHash: hash('sha256', head.bytes), attributes, allowance };
}

/** The whole record, on the thread that asks. */
export function finished(given: Sealed | SealedHead): Sealed {
  if ('event' in given) return given;
  const { head, recordHash, attributes, allowance } = given;
  return { event: eventOf(head, excerptOfRead(attributes, allowance)), recordHash };
}

/** Seals a decision and takes the excerpt of its objects at once. */
export const sealDecision = (decided: Decided, allowance: Allowance, memory?: Memory): Sealed =>
  finished(sealHead(decided, allowance, memory));
