/**
 * What the decision log costs the webhook: two servers, one without and one with the log, are loaded in turn, and throughput and processor time compared.
 * `npm run -s bundle && node bench/serving/decisionLog.ts [PAIRS]`. First writes as the API server makes them, two calls and one record each; then calls alone, each with a record.
 * The threads that answer have core 0, everything else has core 1: the load, and the writer of the log, which on a machine of two cores takes from the load what it needs.
 * With few connections the answering thread then waits for requests; with many it always has some, so throughput is what it can do. Beside it stands what it spends on a request.
 *
 * Two processes of the same program differ by some seven percent for as long as they live: a process keeps what its compiler made of its first requests, and the memory that it was
 * given. So there are several pairs of servers, each new; a row shows the median of the pairs, and between which ratios the middle half of them lies.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { bodies, writes } from './bodies.ts';
import type { Sent } from './bodies.ts';
import { measure } from './load.ts';

const pairs = Number(process.argv[2] ?? 9);
/** Of each server and row: once to become warm, twice as long, and then so often. */
const rounds = 4;
const millis = Number(process.env['BENCH_MILLIS'] ?? 1_000);
/**
 * As many writes as an API server has under way at a rush, by its default of `--max-mutating-requests-inflight`, and as few as at most times. Fewer than many do not do: while the
 * writer and the disk keep the load from its core, 64 are all answered and the answering thread waits, which is no property of the webhook.
 */
const many = 200;
const few = 16;

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly authority: Buffer;
}

const configuration = (store: string): string => `apiVersion: config.bulkhead.dev/v1alpha1
kind: Configuration
decisionLog: {store: ${store}}
`;

function start(directory: string, store: string): Promise<Server> {
  const state = join(directory, store);
  const config = join(directory, `${store}.yaml`);
  writeFileSync(config, configuration(store));
  const words = ['serve', '--port', '0', '--address', '127.0.0.1', '--state', state, '--config', config];
  const child = spawn(process.execPath, ['dist/bulkhead.js', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
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

/** Waits until the log's writer has nothing left to do: else it would take from the load of whoever is measured next. */
async function drained(server: Server): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (/^bulkhead_decision_log_queued 0$/m.test(await textAt(server, '/metrics'))) return;
    await setTimeout(50);
  }
  throw new Error('the writer does not come to an end');
}

/** Processor time so far, in ticks of a hundredth of a second: of the thread that answers, and of the process. */
function ticks({ child }: Server): { readonly main: number; readonly all: number } {
  const read = (path: string): number => {
    const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  };
  const tasks = `/proc/${child.pid ?? 0}/task`;
  const all = readdirSync(tasks)
    .map((task) => `${tasks}/${task}/stat`)
    // A thread may have ended since.
    .reduce((sum, path) => sum + (existsSync(path) ? read(path) : 0), 0);
  return { main: read(`${tasks}/${child.pid ?? 0}/stat`), all };
}

/** Where the uid of the review begins: a uid that comes twice would be a retry, whose record is small. */
const uidAt = ({ calls }: Sent): number => (calls[0]?.body.indexOf('"uid":"') ?? 0) + '"uid":"'.length;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** What one server did in one round: calls a second, and microseconds a call of the thread that answers and of the process. */
interface Done {
  readonly perSecond: number;
  readonly main: number;
  readonly all: number;
}

interface Row {
  readonly sent: Sent;
  readonly connections: number;
}

async function once(server: Server, { sent, connections }: Row, time: number): Promise<Done> {
  const before = ticks(server);
  const { port, authority } = server;
  const { calls } = sent;
  const done = await measure({ port, authority, calls, connections, millis: time, countAt: uidAt(sent) });
  if (done.failed > 0) throw new Error(`${done.failed} answers were no allow`);
  const after = ticks(server);
  const count = (done.perSecond * time) / 1000;
  const micros = (ticked: number): number => (ticked * 10_000) / count;
  return {
    perSecond: done.perSecond,
    main: micros(after.main - before.main),
    all: micros(after.all - before.all),
  };
}

/** The medians of the rounds of one pair of servers, and the median of their ratios. */
interface Compared {
  readonly off: Done;
  readonly on: Done;
  readonly ratio: number;
}

const medians = (all: readonly Done[]): Done => ({
  perSecond: median(all.map(({ perSecond }) => perSecond)),
  main: median(all.map(({ main }) => main)),
  all: median(all.map(({ all: whole }) => whole)),
});

async function compared(off: Server, on: Server, row: Row): Promise<Compared> {
  for (const server of [off, on]) await once(server, row, 2 * millis);
  await drained(on);
  const without: Done[] = [];
  const within: Done[] = [];
  for (let round = 0; round < rounds; round += 1) {
    without.push(await once(off, row, millis));
    within.push(await once(on, row, millis));
    await drained(on);
  }
  const ratios = within.map(({ perSecond }, round) => perSecond / (without[round]?.perSecond ?? 0));
  return { off: medians(without), on: medians(within), ratio: median(ratios) };
}

const table: readonly Row[] = [
  ...writes.flatMap((sent) => [many, few].map((connections) => ({ sent, connections }))),
  ...bodies.map((sent) => ({ sent, connections: many })),
];

/** Ends the servers of the pair at hand: they must not outlive a benchmark that is interrupted. */
let stop = (): void => undefined;

/** All rows with one new pair of servers. */
async function pair(isFirstOff: boolean): Promise<readonly Compared[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  const children: ChildProcess[] = [];
  stop = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  const begin = async (store: string): Promise<Server> => {
    const server = await start(directory, store);
    children.push(server.child);
    pin(server.child.pid ?? 0, 0, 1);
    return server;
  };
  try {
    const early = isFirstOff ? undefined : await begin('sqlite');
    const off = await begin('none');
    const on = early ?? (await begin('sqlite'));
    const rows: Compared[] = [];
    for (const row of table) rows.push(await compared(off, on, row));
    const lost = await lossesOf(on);
    if (lost !== '') process.stdout.write(`${lost}\n`);
    return rows;
  } finally {
    stop();
  }
}

const quartile = (values: readonly number[], quarter: 1 | 3): number =>
  [...values].sort((a, b) => a - b)[Math.round(((values.length - 1) * quarter) / 4)] ?? 0;

function line({ sent, connections }: Row, all: readonly Compared[]): string {
  const ratios = all.map(({ ratio }) => ratio);
  const [off, on] = [medians(all.map((one) => one.off)), medians(all.map((one) => one.on))];
  const whole = (value: number, width: number): string => value.toFixed(0).padStart(width);
  return (
    `${sent.name.padEnd(24)} ${whole(connections, 10)} ${whole(off.perSecond, 8)} ${whole(on.perSecond, 8)} ` +
    `${median(ratios).toFixed(2).padStart(8)} (${quartile(ratios, 1).toFixed(2)} to ${quartile(ratios, 3).toFixed(2)})` +
    `${whole(off.main, 23)} ${whole(on.main, 8)}${whole(off.all, 24)} ${whole(on.all, 8)}\n`
  );
}

async function main(): Promise<void> {
  pin(process.pid, 1, 1);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop();
      process.exit(1);
    });
  }
  const done: (readonly Compared[])[] = [];
  for (let at = 0; at < pairs; at += 1) {
    done.push(await pair(at % 2 === 0));
    process.stderr.write(
      `pair ${at + 1}: ${
        done
          .at(-1)
          ?.map(({ ratio }) => ratio.toFixed(2))
          .join(' ') ?? ''
      }\n`,
    );
  }
  process.stdout.write(
    'sent                    connections    off/s     on/s    ratio (middle half)   µs of the answering thread off, on   µs of the process off, on\n',
  );
  for (const [at, row] of table.entries()) {
    process.stdout.write(
      line(
        row,
        done.flatMap((rows) => rows[at] ?? []),
      ),
    );
  }
}

await main();
