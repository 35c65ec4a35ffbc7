/** What is held once a step is taken: new certificates where the step asks for them, and the phase after it. */
import { leafOf, signerOf } from './held.ts';
import type { Held, Leaf, Pair, Signer } from './held.ts';
import { lifetimes } from './step.ts';
import type { Step } from './step.ts';

/** Who makes certificates; `days` may be a fraction. */
export interface Mint {
  readonly authority: (now: Date, days: number) => Promise<Pair>;
  readonly serving: (authority: Pair, names: readonly string[], now: Date, days: number) => Promise<Pair>;
}

export interface Taking {
  readonly mint: Mint;
  /** What serving certificates must be valid for. */
  readonly names: readonly string[];
  readonly now: Date;
  /** The request for a new authority that a new one answers. */
  readonly request: string;
}

const day = 24 * 60 * 60 * 1000;

/** A step that does not belong to the phase changes nothing. */
export async function taken(held: Held | undefined, step: Step['step'], taking: Taking): Promise<Held> {
  const { request } = taking;
  if (held === undefined || step === 'make') {
    const authority = await newAuthority(taking);
    return { phase: 'Stable', authority, serving: await newLeaf(authority, taking), request };
  }
  const { authority, serving, request: answered } = held;
  switch (step) {
    case 'add':
      return { phase: 'Adding', authority, serving, request, next: await newAuthority(taking) };
    case 'switch':
      if (held.phase !== 'Adding') return held;
      return {
        phase: 'Switching',
        authority: held.next,
        serving: await newLeaf(held.next, taking),
        request: answered,
        previous: withoutKey(authority),
      };
    case 'drop':
      return { phase: 'Dropping', authority, serving, request: answered };
    case 'finish':
      return { phase: 'Stable', authority, serving, request: answered };
    case 'renew':
      return { ...held, serving: await newLeaf(authority, taking) };
    case 'wait':
      return held;
  }
}

const newAuthority = async ({ mint, now }: Taking): Promise<Signer> =>
  signerOf(await mint.authority(now, lifetimes.authorityDays));

/** Never longer than its authority. */
async function newLeaf(authority: Signer, { mint, names, now }: Taking): Promise<Leaf> {
  const left = (authority.notAfter - now.getTime()) / day;
  return leafOf(await mint.serving(authority, names, now, Math.min(lifetimes.servingDays, left)));
}

const withoutKey = ({ certificate, fingerprint, notBefore, notAfter }: Signer) => ({
  certificate,
  fingerprint,
  notBefore,
  notAfter,
});
