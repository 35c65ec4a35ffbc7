/** How often somebody may ask: a bucket of tokens for each name that fills up with time. */

export interface Rate {
  /** Questions in one go, and how many a second come back. */
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** At most so many names are remembered; the longest unused goes. */
const mostNames = 10_000;

/** Tells whether one more is allowed now; `now` in milliseconds. */
export function limiter({ burst, perSecond }: Rate, now: () => number): (name: string) => boolean {
  const buckets = new Map<string, Bucket>();
  return (name) => {
    const time = now();
    const known = buckets.get(name) ?? { left: burst, at: time };
    const left = Math.min(burst, known.left + ((time - known.at) / 1_000) * perSecond);
    buckets.delete(name);
    if (buckets.size >= mostNames)
      for (const oldest of [...buckets.keys()].slice(0, 1)) buckets.delete(oldest);
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at: time });
    return left >= 1;
  };
}
