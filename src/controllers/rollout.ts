/** Who of the replicas does not decide by a set of rules yet, by what they report. */
import type { Replica } from './replicas.ts';

/**
 * The names of those that decide by other rules than `reported`; undefined while that cannot be told: the reports were not read yet, or the own is not
 * among them, so that others may be missing too. Who reports no rules decides by none and refuses everything, so nobody waits for it; who was silent
 * for long is not living (replicas.ts).
 */
export function laggards(
  living: readonly Replica[] | undefined,
  own: string,
  reported: string,
): readonly string[] | undefined {
  if (living?.some(({ name }) => name === own) !== true) return undefined;
  return living
    .filter(({ name, rulesHash }) => name !== own && rulesHash !== undefined && rulesHash !== reported)
    .map(({ name }) => name)
    .sort();
}
