/** Places that readers share, such as open tails: so many in all, and nobody holds more than a part of them. */

export interface Places {
  readonly inAll: number;
  /** The most that one reader holds. */
  readonly each: number;
}

/** `leave` gives the place back, once; without one, who is in the way: everybody together or the reader alone. */
export type Place =
  { readonly ok: true; readonly leave: () => void } | { readonly ok: false; readonly full: 'all' | 'own' };

/** Hands out places to readers by name. */
export function sharing({ inAll, each }: Places): (name: string) => Place {
  const held = new Map<string, number>();
  let taken = 0;
  return (name) => {
    const own = held.get(name) ?? 0;
    if (taken >= inAll) return { ok: false, full: 'all' };
    if (own >= each) return { ok: false, full: 'own' };
    taken += 1;
    held.set(name, own + 1);
    let hasLeft = false;
    const leave = (): void => {
      if (hasLeft) return;
      hasLeft = true;
      taken -= 1;
      const left = (held.get(name) ?? 0) - 1;
      if (left > 0) held.set(name, left);
      else held.delete(name);
    };
    return { ok: true, leave };
  };
}
