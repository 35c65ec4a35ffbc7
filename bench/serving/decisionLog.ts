/**
 * What the decision log costs the webhook: one server, whose log is switched off and on by turns while it is loaded. `node bench/serving/decisionLog.ts [PROCESSES [ROWS]]`, ROWS being
 * a regular expression that the names of rows match: `written` for the writes alone.
 * First writes as the API server makes them, two calls and one record each; then calls alone, each with a record.
 * The threads that answer have core 0, everything else has core 1: the load, and the writer of the log, which on a machine of two cores takes from the load what it needs.
 * With few connections the answering thread then waits for requests; with many it always has some, so throughput is what it can do. Beside it stands what it spends on a request.
 *
 * Two processes of the same program differ by some seven percent for as long as they live, and the machine by more from minute to minute: so both ways are compared in one process and
 * within seconds. A row shows what all stretches of all processes had together, each way, and the median of the ratios of all pairs, with the interval in which the true one lies
 * with a probability of 95 %.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { build } from 'esbuild';
import { bundling } from '../../scripts/bundling.ts';
import { bodies, writes } from './bodies.ts';
import type { Sent } from './bodies.ts';
import { measure } from './load.ts';
import type { ToServer } from './switchedLog.ts';

const processes = Number(process.argv[2] ?? 7);
/** Stretches of each row and process, each way. */
const pairs = Number(process.env['BENCH_PAIRS'] ?? 8);
const warmMillis = 5_000;
/** What is not measured of a stretch: the writer begins with what comes, or has come to an end. */
const settleMillis = 400;
const stretchMillis = 1_200;
/**
 * As many writes as an API server has under way at a rush, by its default of `--max-mutating-requests-inflight`, and as few as at most times. Fewer than many do not do: while the
 * writer and the disk keep the load from its core, 64 are all answered and the answering thread waits, which is no property of the webhook.
 */
const many = 200;
const few = 16;

const root = join(import.meta.dirname, '..', '..');

interface Row {
  readonly sent: Sent;
  readonly connections: number;
}

const table: readonly Row[] = [
  ...writes.flatMap((sent) => [many, few].map((connections) => ({ sent, connections }))),
  ...bodies.map((sent) => ({ sent, connections: many })),
].filter(({ sent }) => new RegExp(process.argv[3] ?? '').test(sent.name));

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly authority: Buffer;
}

/** The product as it is shipped, but for the log that can be switched. What it reads of its package stands beside it. */
async function bundled(directory: string): Promise<string> {
  let replaced = 0;
  await build({
    ...bundling(join(directory, 'dist')),
    logLevel: 'error',
    plugins: [
      {
        name: 'switched-log',
        setup: (builder) => {
          builder.onResolve({ filter: /^\.\/server\/decisionLog\.ts$/ }, () => {
            replaced += 1;
            return { path: join(import.meta.dirname, 'switchedLog.ts') };
          });
        },
      },
    ],
  });
  if (replaced === 0)
    throw new Error(
      'nothing imports ./server/decisionLog.ts, in whose place the log that can be switched stands',
    );
  for (const beside of ['package.json', 'examples', 'policies', 'schemas', 'certs'])
    symlinkSync(join(root, beside), join(directory, beside));
  return join(directory, 'dist', 'bulkhead.js');
}

function start(program: string, directory: string): Promise<Server> {
  const state = mkdtempSync(join(directory, 'state-'));
  const config = join(state, 'configuration.yaml');
  writeFileSync(
    config,
    'apiVersion: config.bulkhead.dev/v1alpha1\nkind: Configuration\ndecisionLog: {store: sqlite}\n',
  );
  const words = ['serve', '--port', '0', '--address', '127.0.0.1', '--state', state, '--config', config];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const port = /listening on https:\/\/[^\s]*:(\d+)/.exec(text)?.[1];
      if (port !== undefined) {
        resolve({ child, port: Number(port), authority: readFileSync(join(state, 'tls', 'ca.crt')) });
      }
    });
    child.once('exit', () => {
      reject(new Error(`did not start: ${text}`));
    });
  });
}

/** Tells the server; resolves to how many requests it has had. */
const tell = ({ child }: Server, message: ToServer): Promise<number> =>
  new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error('the server has ended'));
    };
    child.once('exit', ended);
    child.once('message', (count) => {
      child.off('exit', ended);
      resolve(Number(count));
    });
    child.send(message, (error) => {
      if (error !== null) reject(error);
    });
  });

const taskset = ['/usr/bin/taskset', '/bin/taskset'].find((path) => existsSync(path));

/** Gives a process's first thread one core, and all others another. */
function pin(pid: number, first: number, others: number): void {
  if (taskset === undefined) return;
  execFileSync(taskset, ['-a', '-p', '-c', String(others), String(pid)], { stdio: 'ignore' });
  execFileSync(taskset, ['-p', '-c', String(first), String(pid)], { stdio: 'ignore' });
}

function textAt({ port, authority: ca }: Server, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, ca, servername: 'localhost' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(text);
      });
    }).on('error', reject);
  });
}

/** What the server says of decisions without a record; empty where there are none. */
const lossesOf = async (server: Server): Promise<string> =>
  /decisions without a record[^"]*/.exec(await textAt(server, '/readyz'))?.[0] ?? '';

/** Waits until the log's writer has nothing left to do: else it would slow whatever is measured next. */
async function drained(server: Server): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (/^bulkhead_decision_log_queued 0$/m.test(await textAt(server, '/metrics'))) return;
    await setTimeout(50);
  }
  throw new Error('the writer does not come to an end');
}

/** Processor time of the answering thread so far, in microseconds. */
const busy = ({ child }: Server): number => {
  const pid = String(child.pid);
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000;
};

/** What the server did in one stretch: calls, milliseconds of it, and microseconds of the answering thread. */
interface Done {
  readonly calls: number;
  readonly millis: number;
  readonly micros: number;
}

async function stretch(server: Server, mode: 'on' | 'off'): Promise<Done> {
  await tell(server, mode);
  if (mode === 'off') await drained(server);
  await setTimeout(settleMillis);
  const [count, began, before] = [await tell(server, 'count'), performance.now(), busy(server)];
  await setTimeout(stretchMillis);
  const calls = (await tell(server, 'count')) - count;
  return { calls, millis: performance.now() - began, micros: busy(server) - before };
}

interface Pair {
  readonly off: Done;
  readonly on: Done;
}

/** Where the uid of the review begins: a uid that comes twice would be a retry, whose record is small. */
const uidAt = ({ calls }: Sent): number => (calls[0]?.body.indexOf('"uid":"') ?? 0) + '"uid":"'.length;

async function compared(server: Server, { sent, connections }: Row): Promise<readonly Pair[]> {
  const ending = new AbortController();
  const { port, authority } = server;
  const load = measure({
    ...{ port, authority, connections, calls: sent.calls, countAt: uidAt(sent) },
    millis: 600_000,
    signal: ending.signal,
  });
  const rounds = async (): Promise<readonly Pair[]> => {
    await tell(server, 'on');
    await setTimeout(warmMillis);
    const done: Pair[] = [];
    const of = (mode: 'on' | 'off'): Promise<Done> => stretch(server, mode);
    for (let pair = 0; pair < pairs; pair += 1) {
      done.push(
        pair % 2 === 0
          ? { off: await of('off'), on: await of('on') }
          : { on: await of('on'), off: await of('off') },
      );
    }
    return done;
  };
  try {
    // A load that fails ends it at once.
    return await Promise.race([rounds(), load.then(() => Promise.reject(new Error('the load has ended')))]);
  } finally {
    ending.abort();
    const { failed } = await load;
    if (failed > 0) throw new Error(`${failed} answers were no allow`);
    await drained(server);
  }
}

/** Ends the server at hand: it must not outlive a benchmark that is interrupted. */
let stop = (): void => undefined;

/** All rows with one new process. */
async function measured(program: string, directory: string): Promise<readonly (readonly Pair[])[]> {
  const server = await start(program, directory);
  stop = () => {
    server.child.kill('SIGKILL');
  };
  try {
    pin(server.child.pid ?? 0, 0, 1);
    const rows: (readonly Pair[])[] = [];
    for (const row of table) rows.push(await compared(server, row));
    const lost = await lossesOf(server);
    if (lost !== '') process.stdout.write(`${lost}\n`);
    return rows;
  } finally {
    stop();
  }
}

const ratioOf = ({ off, on }: Pair): number => on.calls / on.millis / (off.calls / off.millis);

/** The middle of an ordered list, and between which of it the true median lies with a probability of 95 % (by the sign test, near enough from 8 values on). */
function medianOf(values: readonly number[]): readonly [least: number, median: number, most: number] {
  const ordered = values.toSorted((a, b) => a - b);
  const at = (index: number): number => ordered[Math.min(Math.max(index, 0), ordered.length - 1)] ?? NaN;
  const [half, reach] = [(ordered.length - 1) / 2, 0.98 * Math.sqrt(ordered.length)];
  return [
    at(Math.floor(half - reach)),
    (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    at(Math.ceil(half + reach)),
  ];
}

function together(all: readonly Done[]): { readonly perSecond: number; readonly micros: number } {
  const sum = (of: keyof Done): number => all.reduce((so, one) => so + one[of], 0);
  return { perSecond: (sum('calls') * 1_000) / sum('millis'), micros: sum('micros') / sum('calls') };
}

function line({ sent, connections }: Row, all: readonly Pair[]): string {
  const [off, on] = [together(all.map((pair) => pair.off)), together(all.map((pair) => pair.on))];
  const [least, median, most] = medianOf(all.map(ratioOf));
  const cells = [
    `${sent.name.padEnd(24)} ${String(connections).padStart(10)}`,
    `${off.perSecond.toFixed(0).padStart(8)} ${on.perSecond.toFixed(0).padStart(8)} ${(on.perSecond / off.perSecond).toFixed(3).padStart(7)}`,
    `${median.toFixed(3).padStart(8)} (${least.toFixed(3)} to ${most.toFixed(3)})`,
    `${off.micros.toFixed(1).padStart(10)} ${on.micros.toFixed(1).padStart(8)} ${(off.micros / on.micros).toFixed(3).padStart(7)}`,
  ];
  return `${cells.join('  ')}\n`;
}

async function main(): Promise<void> {
  if (table.length === 0) throw new Error(`no row has a name like ${process.argv[3] ?? ''}`);
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  const end = (): void => {
    stop();
    rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      end();
      process.exit(1);
    });
  }
  try {
    const program = await bundled(directory);
    pin(process.pid, 1, 1);
    const done: (readonly (readonly Pair[])[])[] = [];
    for (let at = 0; at < processes; at += 1) {
      const rows = await measured(program, directory);
      done.push(rows);
      process.stderr.write(
        `process ${at + 1}: ${rows.map((all) => medianOf(all.map(ratioOf))[1].toFixed(3)).join(' ')}\n`,
      );
    }
    process.stdout.write(
      'sent                    connections     off/s     on/s   ratio    median of pairs           µs of the answering thread off, on, ratio\n',
    );
    for (const [at, row] of table.entries()) {
      const all = done.flatMap((rows) => rows[at] ?? []);
      process.stdout.write(line(row, all));
    }
  } finally {
    end();
  }
}

await main();
