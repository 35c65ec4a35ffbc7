/** Seals an event before the answer goes out: its canonical text, and the hash of that text. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../canonicalJson.ts';
import type { LogEvent } from '../record.ts';
import type { Allowance } from './allowance.ts';
import { eventText } from './event.ts';
import type { Decided } from './event.ts';
import { fitted } from './fit.ts';
import { objectHash } from './objectHash.ts';
import type { Recent } from './recent.ts';

/** An event that can no longer change: `recordHash` is the SHA-256, in hex, of `event`. */
export interface Sealed {
  readonly event: string;
  readonly recordHash: string;
}

export const sealed = (event: string): Sealed => ({ event, recordHash: hash('sha256', event) });

/** Seals what is no decision: gaps and reads. */
export const sealedEvent = (event: LogEvent): Sealed => sealed(canonicalJson(event));

/** Whether a decision is written down: a call at the mutating door only if it patched or did not let the request pass as it was. */
export const isRecorded = ({ door, decision }: Pick<Decided, 'door' | 'decision'>): boolean =>
  door !== 'mutate' || decision === 'patched' || decision === 'denied' || decision === 'errored';

/** Seals a decision; `recent` knows what came before it and is told of it. Without `recent` it stands alone. */
export function sealDecision(decided: Decided, allowance: Allowance, recent?: Recent): Sealed {
  const objectSha256 = objectHash(decided.attributes);
  const relations = recent?.relationsOf(decided, objectSha256);
  if (relations?.same === true) return sealedEvent(relations.retry);
  return sealed(fitted(eventText(decided, allowance, objectSha256, relations)));
}
