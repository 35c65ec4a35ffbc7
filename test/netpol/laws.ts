/** How many cases a law is tried on: few in everyday runs, 10,000 with BULKHEAD_DEEP=ci, 100,000 with BULKHEAD_DEEP=full. */

const everyday = 300;

/** Runs for one law. `share`: a slow law gets that part of the everyday cases; a failure prints the seed that repeats it. */
export function lawCases(share = 1): { readonly numRuns: number } {
  const depth = process.env['BULKHEAD_DEEP'];
  if (depth === 'full') return { numRuns: 100_000 };
  return { numRuns: depth === 'ci' ? 10_000 : Math.round(everyday * share) };
}
