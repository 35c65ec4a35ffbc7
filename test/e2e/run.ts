// `npm run e2e`: one control plane around one run of the end-to-end tests; arguments go to Jest.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findAssets } from '../cluster/assets.ts';
import { connectionVariable } from '../cluster/connection.ts';
import { startControlPlane } from '../cluster/controlPlane.ts';

const root = join(import.meta.dirname, '..', '..');
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Jest's exit code; it inherits the terminal. */
function jest(environment: NodeJS.ProcessEnv): Promise<number> {
  const args = [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...['--config', join(root, 'jest.e2e.config.js'), '--rootDir', root, ...process.argv.slice(2)],
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

async function withControlPlane(): Promise<number> {
  const assets = await findAssets(process.env);
  if (!assets.found) {
    const required = process.env['BULKHEAD_REQUIRE_CLUSTER'] === '1';
    tell(
      `!!! END-TO-END TESTS ${required ? 'FAILED: THERE IS' : 'SKIPPED:'} NO CONTROL PLANE (${assets.reason}).`,
    );
    tell('!!! Build one, once, in about ten minutes (needs Go 1.26): npm run cluster:build');
    return required ? 1 : 0;
  }
  tell(`starting a control plane from ${assets.source}`);
  const controlPlane = await startControlPlane(assets.binaries);
  try {
    const { connection } = controlPlane.cluster;
    const file = join(connection.folder, 'connection.json');
    await writeFile(file, JSON.stringify(connection), { mode: 0o600 });
    return await jest({ ...process.env, [connectionVariable]: file });
  } finally {
    await controlPlane.stop();
  }
}

// A control plane that somebody keeps running is used as it is.
process.exitCode =
  process.env[connectionVariable] === undefined ? await withControlPlane() : await jest(process.env);
