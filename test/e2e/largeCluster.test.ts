// A leader of thousands of namespaces, against an API server that serves them made up: it is ready soon, comes to rest, and stays small.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { measureCluster } from '../../bench/cluster/measure.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const mebibyte = 1_048_576;

test('3,000 namespaces, 6,000 policies and 10,000 pending pods are known, and nothing is left to do', async () => {
  const { readyMillis, settledMillis, rss } = await measureCluster({
    size: { namespaces: 3_000, policies: 6_000, pods: 10_000, gated: 0 },
    leads: true,
    main,
    idleMillis: 2_000,
  });
  // All of it took twelve seconds on two busy cores; when each look went past all that wait, it did not even listen after 25.
  expect(readyMillis).toBeLessThan(25_000);
  expect(settledMillis).toBeLessThan(60_000);
  // From source the process has 200 MiB before it knows anything.
  expect(rss / mebibyte).toBeLessThan(350);
});
