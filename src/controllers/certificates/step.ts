/** The next step of self-managed certificates, from what is held and what is known: a pure function, so every leader comes to the same one. */
import type { Held } from './held.ts';

/** What a leader knows beside what is held. Times that something has lasted are in milliseconds of its own clock. */
export interface Known {
  /** Milliseconds since 1970, by a clock that may be wrong by an hour. */
  readonly now: number;
  /** Whether the certificate that is served is valid for all names that it must have. */
  readonly named: boolean;
  /** The request for a new authority that stands in the Secret; empty where none does. */
  readonly request: string;
  /** How long every registered caBundle has been seen to trust that authority; undefined while one does not, or is not known. */
  readonly trustedFor: (authority: string) => number | undefined;
  /** Claims that no registered caBundle trusts anybody else. */
  readonly trustsOnly: (authority: string) => boolean;
  /** How long every living replica has reported that it serves that certificate; undefined while one does not, or is not known. */
  readonly servedFor: (certificate: string) => number | undefined;
  /** How long something must have lasted: more than the 90 s for which API servers keep what they know and the connections that they have. */
  readonly settleMillis: number;
}

/**
 * `make`: everything anew at once, for nobody can be served by what is held. `renew`: another certificate of the same authority. `add`, `switch`,
 * `drop`, `finish`: into the phases Adding, Switching, Dropping, Stable.
 */
export type Step =
  | { readonly step: 'make' | 'renew' | 'add' | 'switch' | 'drop' | 'finish'; readonly why: string }
  | { readonly step: 'wait'; readonly why: string };

const hour = 60 * 60 * 1000;
const day = 24 * hour;
/** How long certificates last; an authority is replaced after two thirds, long before it could not outlive what it signs. */
export const lifetimes = { authorityDays: 365, servingDays: 30 } as const;

/** What to do now. Doing it twice does no harm, and whoever does it next goes on where the Secret says. */
export function nextStep(held: Held | undefined, known: Known): Step {
  if (held === undefined) return { step: 'make', why: 'there is no certificate yet' };
  const { authority, serving } = held;
  const { now } = known;
  if (now >= authority.notAfter) {
    // What is served is trusted by nobody any more, so there is nothing to wait for.
    return held.phase === 'Adding' && now < held.next.notAfter
      ? { step: 'switch', why: 'the authority has expired' }
      : { step: 'make', why: 'the authority has expired' };
  }
  // Made while a clock ran far ahead: nobody trusts it yet either.
  if (isToCome(authority, now)) return { step: 'make', why: 'the authority is not valid yet' };
  if (isToCome(serving, now)) return { step: 'renew', why: 'the certificate is not valid yet' };
  if (!known.named) return { step: 'renew', why: 'a name is missing in the serving certificate' };
  if (now >= due(serving)) return { step: 'renew', why: 'two thirds of its time are over' };
  switch (held.phase) {
    case 'Stable':
      if (known.request !== '' && known.request !== held.request)
        return { step: 'add', why: 'a new authority is asked for' };
      return now >= due(authority)
        ? { step: 'add', why: "two thirds of the authority's time are over" }
        : { step: 'wait', why: 'nothing is due' };
    case 'Adding':
      // After a standstill of months: whoever comes next must outlive what it will sign.
      if (now + lifetimes.servingDays * day >= held.next.notAfter)
        return { step: 'add', why: 'the next authority would not last' };
      if (isToCome(held.next, now)) return { step: 'add', why: 'the next authority is not valid yet' };
      return has(known.trustedFor(held.next.fingerprint), known)
        ? { step: 'switch', why: 'every caBundle trusts the next authority' }
        : { step: 'wait', why: 'every caBundle must have trusted the next authority for a while' };
    case 'Switching':
      return has(known.servedFor(serving.fingerprint), known)
        ? { step: 'drop', why: 'every replica serves the new certificate' }
        : { step: 'wait', why: 'every replica must have served the new certificate for a while' };
    case 'Dropping':
      return known.trustsOnly(authority.fingerprint)
        ? { step: 'finish', why: 'no caBundle trusts the old authority' }
        : { step: 'wait', why: 'a caBundle trusts the old authority still' };
  }
}

const has = (lasted: number | undefined, { settleMillis }: Known): boolean =>
  lasted !== undefined && lasted > settleMillis;

/** After two thirds of its time. */
const due = ({ notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number }): number =>
  notBefore + ((notAfter - notBefore) * 2) / 3;

/**
 * Certificates are made to be valid from an hour ago on. Where this one is not valid for more than another hour, clocks differ by more than both being
 * wrong by an hour explains: API servers trust nothing of it, and waiting would take as long as the one that made it was ahead.
 */
const isToCome = ({ notBefore }: { readonly notBefore: number }, now: number): boolean =>
  notBefore > now + hour;
