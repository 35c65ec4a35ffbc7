// Tests that need Helm: they run where there is one, and where there must be one its absence is a failure.
import { describe, expect, test } from '@jest/globals';
import { helm } from './helm.ts';
import type { Helm } from './helm.ts';

const found = await helm();

/** Declares tests of the chart. Without Helm one test says loudly that they did not run; under BULKHEAD_REQUIRE_CLUSTER=1 it fails. */
export function withHelm(name: string, declare: (helm: Helm) => void): void {
  if (found !== undefined) {
    describe(name, () => {
      declare(found);
    });
    return;
  }
  test(`${name}: NOT TESTED, there is no Helm 4`, () => {
    process.stderr.write(
      `!!! ${name}: CHART TESTS SKIPPED, THERE IS NO HELM 4. npm run cluster:build -- --helm\n`,
    );
    expect(process.env['BULKHEAD_REQUIRE_CLUSTER']).not.toBe('1');
  });
}
