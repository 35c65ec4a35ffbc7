/** The process itself: exit codes, signals, pipes, and the hand-over from an older Node.js. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const bin = fileURLToPath(new URL('../bin/bulkhead.js', import.meta.url));
/** Makes a Node.js believe that it is version 20. */
const older = [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`,
];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(
  argv: readonly string[],
  during: (child: ReturnType<typeof spawn>) => void = (child) => child.stdin?.end(),
): Promise<Ended> {
  const child = spawn(process.execPath, argv, { stdio: 'pipe' });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
  during(child);
  await once(child, 'close');
  return { code: child.exitCode, ...text };
}

describe.each([
  ['src/main.ts', [main]],
  ['bin/bulkhead.js', [bin]],
  ['bin/bulkhead.js under an older Node.js', [...older, bin]],
])('%s', (_, argv) => {
  test('runs a command and hands its answer over', async () => {
    const { code, stdout, stderr } = await start([...argv, 'version', '-o', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\{"version":"\d+\.\d+\.\d+","node":"24\./);
  });

  test('ends with 2 on a wrong command line', async () => {
    expect(await start([...argv, 'nonsense'])).toMatchObject({ code: 2, stdout: '' });
  });

  test('ends with 130 when it is interrupted while it waits for its input', async () => {
    const { code, stdout } = await start([...argv, 'config', '--config', '-'], (child) => {
      // What it has not read in yet it cannot have finished; the interrupt comes once it takes signals.
      const again = setInterval(() => child.kill('SIGINT'), 500);
      child.on('close', () => clearInterval(again));
    });
    expect({ code: code ?? 130, stdout }).toEqual({ code: 130, stdout: '' });
  });
});

test('a signal right behind the start of the other process ends both', async () => {
  const atOnce = `
    import child_process from 'node:child_process';
    import { syncBuiltinESMExports } from 'node:module';
    const { spawn } = child_process;
    child_process.spawn = (...args) => {
      const child = spawn(...args);
      process.kill(process.pid, 'SIGTERM');
      return child;
    };
    syncBuiltinESMExports();`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(atOnce)}`];
  const ended = await start([...older, ...preload, bin, 'config', '--config', '-'], (child) => {
    // One that was left alone would wait for its input for ever.
    const enough = setTimeout(() => child.stdin?.end(), 10_000);
    child.on('close', () => clearTimeout(enough));
  });
  expect(ended).toEqual({ code: 143, stdout: '', stderr: '' });
});

test('a reader that goes away is no error', async () => {
  const { code, stderr } = await start([main, 'config'], (child) => child.stdout?.destroy());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
