/** Since when a claim about a certificate has held without a break, by the own clock: counted from when it was seen, forgotten when it was not. */
import type { Timing } from '../timing.ts';

/** The certificates of which something holds now, by fingerprint; `any` where nobody could object; undefined while nobody knows. */
export type Holding = ReadonlySet<string> | 'any' | undefined;

export interface Lasting {
  /** Tells what holds now; to be told at every change, so that no break is missed. */
  readonly see: (holding: Holding) => void;
  /** Milliseconds for which it has held of that certificate; undefined where it does not. */
  readonly lastedFor: (fingerprint: string) => number | undefined;
}

export function lasting({ now }: Pick<Timing, 'now'>): Lasting {
  let since: ReadonlyMap<string, number> = new Map();
  let anySince: number | undefined;
  return {
    see: (holding) => {
      const at = now();
      anySince = holding === 'any' ? (anySince ?? at) : undefined;
      const each = typeof holding === 'object' ? [...holding] : [];
      since = new Map(each.map((one) => [one, since.get(one) ?? at]));
    },
    lastedFor: (fingerprint) => {
      const begun = since.get(fingerprint) ?? anySince;
      return begun === undefined ? undefined : now() - begun;
    },
  };
}
