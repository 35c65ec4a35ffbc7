/**
 * What the decision log costs the webhook: two servers, one without and one with the log, are loaded in turn, and throughput and processor time compared.
 * `npm run -s bundle && node bench/serving/decisionLog.ts [ROUNDS]`. First writes as the API server makes them, two calls and one record each; then calls alone, each with a record.
 * The threads that answer have core 0, everything else has core 1: the load, and the writer of the log, which on a machine of two cores takes from the load what it needs.
 * With few connections the answering thread then waits for requests; with many it always has some, so throughput is what it can do. Beside it stands what it spends on a request.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodies, writes } from './bodies.ts';
import type { Sent } from './bodies.ts';
import { measure } from './load.ts';

const rounds = Number(process.argv[2] ?? 5);
const millis = Number(process.env['BENCH_MILLIS'] ?? 2_000);
/** As many as an API server has under way at a rush of writes, and as few as at most times. */
const many = 64;
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

/** What the server says of decisions without a record; empty where there are none. */
function lossesOf({ port, authority: ca }: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/readyz', ca, servername: 'localhost' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(/decisions without a record[^"]*/.exec(text)?.[0] ?? '');
      });
    }).on('error', reject);
  });
}

/** Processor time so far, in ticks of a hundredth of a second: of the thread that answers, and of the process. */
function ticks({ child }: Server): { readonly main: number; readonly all: number } {
  const read = (path: string): number => {
    const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  };
  const tasks = `/proc/${child.pid ?? 0}/task`;
  const all = readdirSync(tasks).reduce((sum, task) => sum + read(`${tasks}/${task}/stat`), 0);
  return { main: read(`${tasks}/${child.pid ?? 0}/stat`), all };
}

/** Where the uid of the review begins: a uid that comes twice would be a retry, whose record is small. */
const uidAt = ({ calls }: Sent): number => (calls[0]?.body.indexOf('"uid":"') ?? 0) + '"uid":"'.length;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
  const servers: Server[] = [];
  try {
    const off = await start(directory, 'none');
    servers.push(off);
    const on = await start(directory, 'sqlite');
    servers.push(on);
    const once = async (
      server: Server,
      sent: Sent,
      connections: number,
      warm: boolean,
    ): Promise<readonly [number, number, number]> => {
      const before = ticks(server);
      const { port, authority } = server;
      const time = warm ? 4 * millis : millis;
      const done = await measure({
        port,
        authority,
        calls: sent.calls,
        connections,
        millis: time,
        countAt: uidAt(sent),
      });
      if (done.failed > 0) throw new Error(`${done.failed} answers were no allow`);
      const after = ticks(server);
      const count = (done.perSecond * time) / 1000;
      return [
        done.perSecond,
        ((after.main - before.main) * 10_000) / count,
        ((after.all - before.all) * 10_000) / count,
      ];
    };
    process.stdout.write(
      'sent                    connections    off/s     on/s    ratio   µs of the answering thread off, on   µs of the process off, on\n',
    );
    pin(process.pid, 1, 1);
    for (const { child } of servers) pin(child.pid ?? 0, 0, 1);
    const loads = [
      ...writes.flatMap((sent) => [many, few].map((connections) => ({ sent, connections }))),
      ...bodies.map((sent) => ({ sent, connections: many })),
    ];
    for (const { sent, connections } of loads) {
      const rows: (readonly [readonly [number, number, number], readonly [number, number, number]])[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        const without = await once(off, sent, connections, round === 0);
        const within = await once(on, sent, connections, round === 0);
        if (round > 0) rows.push([without, within]);
      }
      const of = (side: 0 | 1, column: 0 | 1 | 2): number => median(rows.map((row) => row[side][column]));
      const ratio = median(rows.map(([without, within]) => within[0] / without[0]));
      process.stdout.write(
        `${sent.name.padEnd(24)} ${String(connections).padStart(10)} ${of(0, 0).toFixed(0).padStart(8)} ${of(1, 0).toFixed(0).padStart(8)} ${ratio.toFixed(2).padStart(8)}` +
          `${of(0, 1).toFixed(0).padStart(24)} ${of(1, 1).toFixed(0).padStart(8)}${of(0, 2).toFixed(0).padStart(24)} ${of(1, 2).toFixed(0).padStart(8)}\n`,
      );
    }
    process.stdout.write(`${await lossesOf(on)}\n`);
  } finally {
    for (const { child } of servers) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
