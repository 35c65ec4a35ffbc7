// A daemon ends when it is told to, and when whoever started it is gone, however rudely.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lastLines, startDaemon } from './daemon.ts';
import { eventually } from './eventually.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-daemon-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A daemon that tells its process id and then does nothing for a minute. */
const idle = ['-c', 'echo $$; exec sleep 60'];

const running = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const pidIn = (log: string): Promise<number> =>
  eventually('the daemon told its process id', async () => Number(await readFile(log, 'utf8')) || undefined);

test('stop ends it', async () => {
  const daemon = startDaemon('idle', 'sh', idle, folder);
  const pid = await pidIn(daemon.log);
  expect(running(pid)).toBe(true);
  await daemon.stop();
  expect(daemon.ended()).toBe(true);
  expect(running(pid)).toBe(false);
});

test('one that ends by itself is known to have ended, with its last words', async () => {
  const daemon = startDaemon('brief', 'sh', ['-c', 'echo first; echo cannot listen >&2; exit 3'], folder);
  await eventually('it ended', () => Promise.resolve(daemon.ended()));
  expect(await lastLines(daemon, 1)).toBe('cannot listen');
  await daemon.stop();
});

test('it does not outlive a parent that is killed', async () => {
  const script = `
    import { startDaemon } from ${JSON.stringify(join(import.meta.dirname, 'daemon.ts'))};
    startDaemon('orphan', 'sh', ${JSON.stringify(idle)}, ${JSON.stringify(folder)});
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const pid = await pidIn(join(folder, 'orphan.log'));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await eventually('the orphan ended', () => Promise.resolve(!running(pid)));
});
