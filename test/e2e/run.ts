// `npm run e2e`: control planes around one run of the end-to-end tests; arguments go to Jest.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { findAssets } from '../cluster/assets.ts';
import { connectionVariable } from '../cluster/connection.ts';
import { startControlPlane } from '../cluster/controlPlane.ts';
import type { ControlPlane } from '../cluster/controlPlane.ts';

const root = join(import.meta.dirname, '..', '..');
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const given = process.argv.slice(2);
// The tests wait more than they compute, each file for its own; a second control plane halves the run. A choice of files seldom needs it.
const wanted = given.length > 0 ? 1 : Math.min(2, availableParallelism());

/** Jest's exit code; it inherits the terminal. */
function jest(environment: NodeJS.ProcessEnv, workers: number): Promise<number> {
  const args = [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...['--config', join(root, 'jest.e2e.config.js'), '--rootDir', root],
    ...['--maxWorkers', String(workers), ...given],
  ];
  const child = spawn(process.execPath, args, { cwd: root, env: environment, stdio: 'inherit' });
  // Jest hears of Ctrl-C from the terminal itself; we only have to outlive it, so that the control plane is stopped.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Where a control plane is, for the tests that stand on it. */
async function written({ cluster }: ControlPlane): Promise<string> {
  const file = join(cluster.connection.folder, 'connection.json');
  await writeFile(file, JSON.stringify(cluster.connection), { mode: 0o600 });
  return file;
}

async function withControlPlanes(): Promise<number> {
  const assets = await findAssets(process.env);
  if (!assets.found) {
    const required = process.env['BULKHEAD_REQUIRE_CLUSTER'] === '1';
    tell(
      `!!! END-TO-END TESTS ${required ? 'FAILED: THERE IS' : 'SKIPPED:'} NO CONTROL PLANE (${assets.reason}).`,
    );
    tell('!!! Build one, once, in about ten minutes (needs Go 1.26): npm run cluster:build');
    return required ? 1 : 0;
  }
  tell(`starting ${wanted === 1 ? 'a control plane' : `${wanted} control planes`} from ${assets.source}`);
  const started = await Promise.allSettled(
    Array.from({ length: wanted }, () => startControlPlane(assets.binaries)),
  );
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    const files = await Promise.all(running.map(written));
    return await jest({ ...process.env, [connectionVariable]: files.join(delimiter) }, wanted);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
}

// Control planes that somebody keeps running are used as they are.
const kept = process.env[connectionVariable];
process.exitCode =
  kept === undefined ? await withControlPlanes() : await jest(process.env, kept.split(delimiter).length);
