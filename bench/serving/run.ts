/** `npm run bench`: decisions per second against a bare server, alternating in one run, with the ratio that alone is worth anything. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodies } from './bodies.ts';
import { measure } from './load.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const millis = Number(process.env['BENCH_MILLIS'] ?? 2_000);
const connections = 16;

const taskset = ['/usr/bin/taskset', '/bin/taskset'].find((path) => existsSync(path));

/** Pins a process to a core where the machine can, so that server and load do not share one. */
const pinned = (core: number, args: readonly string[]): readonly [string, readonly string[]] =>
  taskset === undefined
    ? [process.execPath, args]
    : [taskset, ['-c', String(core), process.execPath, ...args]];

/** Keeps this process, which makes the load, off the servers' core: else each answer wakes it there, on the server's time. */
function pinLoad(): void {
  if (taskset !== undefined) {
    execFileSync(taskset, ['-a', '-p', '-c', '1', String(process.pid)], { stdio: 'ignore' });
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
}

function start(args: readonly string[]): Promise<Started> {
  const [command, words] = pinned(0, args);
  // The decision itself is measured here; what its record costs, bench/serving/decisionLog.ts measures.
  const env = { ...process.env, BULKHEAD_DECISION_LOG_STORE: 'none' };
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'], env });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const port = /listening on https:\/\/[^\s]*:(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve({ child, port: Number(port) });
    });
    child.once('exit', () => {
      reject(new Error(`did not start: ${text}`));
    });
  });
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor(sorted.length * part)] ?? 0;

async function main(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  const children: ChildProcess[] = [];
  try {
    const bulkhead = await start([
      'dist/bulkhead.js',
      'serve',
      '--port',
      '0',
      '--address',
      '127.0.0.1',
      '--state',
      state,
    ]);
    children.push(bulkhead.child);
    const [certificate, key, ca] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => join(state, 'tls', name));
    const bare = await start(['bench/serving/bare.ts', certificate ?? '', key ?? '']);
    children.push(bare.child);
    const authority = readFileSync(ca ?? '');
    const results: object[] = [];
    process.stdout.write(
      'body                  bytes   bare/s  bulkhead/s   ratio (min..max)   p50 ms   p99 ms\n',
    );
    for (const { name, calls } of bodies) {
      const bytes = calls[0]?.body.length ?? 0;
      const ratios: number[] = [];
      const speeds: [number[], number[]] = [[], []];
      const latencies: number[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        // The first round warms both up: the compiler needs some ten thousand requests.
        const load = {
          calls,
          authority,
          connections,
          millis: round === 0 ? 4 * millis : millis,
        };
        const yardstick = await measure({ ...load, port: bare.port });
        const ours = await measure({ ...load, port: bulkhead.port });
        if (ours.failed + yardstick.failed > 0)
          throw new Error(`${name}: ${ours.failed} answers were no allow`);
        if (round === 0) continue;
        ratios.push(ours.perSecond / yardstick.perSecond);
        speeds[0].push(yardstick.perSecond);
        speeds[1].push(ours.perSecond);
        latencies.push(...ours.latencies);
      }
      latencies.sort((a, b) => a - b);
      const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
      const ratio = { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
      results.push({
        name,
        bytes,
        bare: median(speeds[0]),
        bulkhead: median(speeds[1]),
        ratio,
        p50,
        p99,
      });
      process.stdout.write(
        `${name.padEnd(17)} ${String(bytes).padStart(9)} ${median(speeds[0]).toFixed(0).padStart(8)} ${median(speeds[1]).toFixed(0).padStart(11)}` +
          `   ${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})   ${p50.toFixed(2).padStart(6)}   ${p99.toFixed(2).padStart(6)}\n`,
      );
    }
    const file = process.argv[2];
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
  }
}

pinLoad();
await main();
