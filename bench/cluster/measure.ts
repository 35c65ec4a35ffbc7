/** Starts the product against a made-up cluster, and measures how long it takes to be ready and how much memory it holds. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Size } from './objects.ts';

export interface Measured {
  /** From the start of the process until `/readyz` answers 200. */
  readonly readyMillis: number;
  /** From the start of the process until it leads and its first look at everything is done; absent where it does not lead. */
  readonly settledMillis: number | undefined;
  /** Resident memory once nothing happens any more, and the most that there ever was, in bytes. */
  readonly rss: number;
  readonly peak: number;
}

export interface MeasureOptions {
  readonly size: Size;
  /** Whether the process leads: it then follows records and pending pods too, and looks at every namespace. */
  readonly leads: boolean;
  /** The product's entry, a script for Node. */
  readonly main: string;
  /** How long it is left alone before its memory is read. */
  readonly idleMillis: number;
  /** How long being ready may take. */
  readonly mostMillis?: number;
}

const here = import.meta.dirname;
const rules = join(here, 'rules.yaml');

export async function measureCluster(options: MeasureOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-bench-cluster-'));
  const children: ChildProcess[] = [];
  const start = (args: readonly string[], environment: NodeJS.ProcessEnv = process.env): ChildProcess => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
    children.push(child);
    return child;
  };
  try {
    const server = start([join(here, 'apiServer.ts'), folder, rules, JSON.stringify(options.size)]);
    const kubeconfig = (await firstLine(server)).trim();
    const config = join(folder, 'configuration.yaml');
    writeFileSync(
      config,
      `apiVersion: config.bulkhead.dev/v1alpha1\nkind: Configuration\ncontrollers: { enabled: ${options.leads} }\n`,
    );
    const begun = performance.now();
    const product = start(
      [
        ...[options.main, 'serve', '--kubeconfig', kubeconfig, '--rules', rules, '--config', config],
        ...['--state', join(folder, 'state'), '--address', '127.0.0.1', '--port', '0'],
      ],
      { PATH: process.env['PATH'], BULKHEAD_DECISION_LOG_STORE: 'none' },
    );
    const told = printed(product);
    const deadline = begun + (options.mostMillis ?? 60_000);
    const port = await until(deadline, told, () => /listening on https:\/\/\S+:(\d+)/.exec(told())?.[1]);
    await until(deadline, told, () => isReady(port));
    const readyMillis = performance.now() - begun;
    const settledMillis = options.leads ? await settled(product, begun, deadline, told) : undefined;
    await pause(options.idleMillis);
    const memory = memoryOf(product);
    return {
      readyMillis,
      settledMillis,
      rss: memory.get('VmRSS') ?? 0,
      peak: memory.get('VmHWM') ?? 0,
    };
  } finally {
    for (const child of children.toReversed()) {
      if (child.exitCode === null && child.kill()) await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It leads, and uses less than a tenth of a core for a second. */
async function settled(
  product: ChildProcess,
  begun: number,
  deadline: number,
  told: () => string,
): Promise<number> {
  await until(deadline, told, () => told().includes('leading: '));
  let before = cpuMillis(product);
  for (;;) {
    await pause(1_000);
    const now = cpuMillis(product);
    if (now - before < 100 || performance.now() > deadline) return performance.now() - begun - 1_000;
    before = now;
  }
}

function printed(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text = `${text}${chunk}`.slice(-20_000)));
  return () => text;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const told = printed(child);
  return until(performance.now() + 30_000, told, () => /^(.+)\n/.exec(told())?.[1]);
}

async function until<T>(
  deadline: number,
  told: () => string,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`it took too long; it printed:\n${told()}`);
    await pause(20);
  }
}

const isReady = (port: string): Promise<true | undefined> =>
  new Promise((resolve) => {
    const call = request({
      host: '127.0.0.1',
      port,
      path: '/readyz',
      rejectUnauthorized: false,
      agent: false,
    });
    call.once('error', () => resolve(undefined));
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : undefined);
    });
    call.end();
  });

/** The numbers of /proc that are sizes, in bytes. */
function memoryOf({ pid }: ChildProcess): ReadonlyMap<string, number> {
  const text = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return new Map(
    [...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(([, name = '', size]) => [name, Number(size) * 1_024]),
  );
}

/** Processor time so far; a tick is a hundredth of a second. */
function cpuMillis({ pid }: ChildProcess): number {
  const path = `/proc/${pid ?? 0}/stat`;
  const fields = existsSync(path)
    ? readFileSync(path, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
    : [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}
