/**
 * `npm run bench:cluster`: 10,000 namespaces, 20,000 policies and 100,000 pods served by an API server of this folder; how long the product takes to
 * be ready and how much memory it holds, as a replica that follows, as the one that leads, and as a leader of which every pod waits for its floor.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { measureCluster } from './measure.ts';
import type { Size } from './objects.ts';

const bundle = join(import.meta.dirname, '..', '..', 'dist', 'bulkhead.js');
const main = existsSync(bundle) ? bundle : join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const whole: Size = { namespaces: 10_000, policies: 20_000, pods: 100_000, gated: 0 };

const cases: readonly (readonly [string, Size, boolean])[] = [
  ['nothing, followed', { namespaces: 0, policies: 0, pods: 0, gated: 0 }, false],
  ['everything, followed', whole, false],
  ['everything, led, every pod pending', whole, true],
  ['everything, led, every pod gated', { ...whole, gated: whole.pods }, true],
];

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(0);
const seconds = (millis: number | undefined): string =>
  millis === undefined ? '-' : (millis / 1_000).toFixed(1);

process.stdout.write('case                                 ready s  settled s  RSS MiB  peak MiB\n');
for (const [name, size, leads] of cases) {
  for (let round = 0; round < rounds; round += 1) {
    const one = await measureCluster({ size, leads, main, idleMillis: 15_000, mostMillis: 300_000 });
    const numbers = [
      seconds(one.readyMillis),
      seconds(one.settledMillis),
      mebibytes(one.rss),
      mebibytes(one.peak),
    ];
    const [ready = '', settled = '', rss = '', peak = ''] = numbers;
    process.stdout.write(
      `${name.padEnd(36)} ${ready.padStart(7)} ${settled.padStart(10)} ${rss.padStart(8)} ${peak.padStart(9)}\n`,
    );
  }
}
