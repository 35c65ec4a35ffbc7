/** Finds what somebody probably meant to type. */

/**
 * The known word nearest to a mistyped one: the same but for case and punctuation, or at most one slip for every three letters
 * (a wrong, missing, surplus letter or two swapped). Undefined where nothing is near.
 */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  const allowed = Math.min(3, Math.max(1, Math.floor(typed.length / 3)));
  let best: string | undefined;
  let least = allowed + 1;
  for (const word of known) {
    if (bare(word) === bare(typed)) return word;
    if (Math.abs(word.length - typed.length) >= least) continue;
    const slips = slipsBetween(typed.toLowerCase(), word.toLowerCase());
    if (slips < least) [best, least] = [word, slips];
  }
  return best;
}

const bare = (word: string): string => word.toLowerCase().replace(/[-_. ]/g, '');

/** Optimal string alignment distance; the words are field names, so the quadratic table stays tiny. */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      line[column] = Math.min(
        (above[column] ?? Infinity) + 1,
        (line[column - 1] ?? Infinity) + 1,
        (above[column - 1] ?? Infinity) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? Infinity) + 1 : Infinity,
      );
    }
    [before, above] = [above, line];
  }
  return above[b.length] ?? Infinity;
}
