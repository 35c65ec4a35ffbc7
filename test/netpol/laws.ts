/** How many cases a law is tried on: few in everyday runs, 10,000 with BULKHEAD_DEEP=ci, 100,000 with BULKHEAD_DEEP=full. */

const everyday = 300;

/** Runs for one law. `share` is the part of the cases that a slow law gets; a failure prints the seed that repeats it. */
export function lawCases(share = 1): { readonly numRuns: number } {
  const depth = process.env['BULKHEAD_DEEP'];
  const cases = depth === 'full' ? 100_000 : depth === 'ci' ? 10_000 : everyday;
  return { numRuns: Math.max(1, Math.round(cases * share)) };
}
