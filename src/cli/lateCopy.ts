/** Copies that only a leader follows: until it leads they hold nothing and say that they were not listed. */
import type { Followed } from '../cluster/followed.ts';

export const nothing: Followed = {
  get: () => undefined,
  keys: () => [],
  listed: () => false,
  age: () => undefined,
  served: () => false,
};

/** Whatever copy there is at the moment of each question. */
export const late = (followed: () => Followed): Required<Followed> => ({
  get: (key) => followed().get(key),
  keys: () => followed().keys(),
  listed: () => followed().listed(),
  age: () => followed().age?.(),
  served: () => followed().served(),
});
