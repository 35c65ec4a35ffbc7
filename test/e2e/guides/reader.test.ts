// What a reader starts and leaves running ends when they leave, and when whoever typed it is gone, however rudely.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../../cluster/eventually.ts';

/** Where the reader's folders are, since who is killed removes none. */
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-typed-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Claims that a process lives. */
const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A process whose reader types a command that stays: itself, its end, and the id of what stays. */
async function reading(then: string) {
  const script = `
    import { newReader } from ${JSON.stringify(join(import.meta.dirname, 'reader.ts'))};
    const cluster = { connection: { kubectl: 'false' }, kubeconfig: () => ${JSON.stringify(import.meta.filename)} };
    const reader = await newReader(cluster);
    const command = 'echo listening; echo $BASHPID; exec sleep 60 # bulkhead serve';
    const [went] = await reader.type([{ command, as: 'admin' }]);
    process.stdout.write(went.said);
    ${then}`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: folder },
  });
  const ended = once(parent, 'exit');
  let said = '';
  parent.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const pid = await eventually('it stays', () =>
    Promise.resolve(Number(/^listening\n(\d+)\n$/.exec(said)?.[1] ?? 0) || undefined),
  );
  return { parent, ended, pid };
}

test('what stays ends when the reader leaves', async () => {
  const { ended, pid } = await reading('await reader.leave(); await reader.remove();');
  await ended;
  expect(lives(pid)).toBe(false);
});

test('it does not outlive a process that is killed', async () => {
  const { parent, ended, pid } = await reading('setInterval(() => undefined, 1000);');
  expect(lives(pid)).toBe(true);
  parent.kill('SIGKILL');
  await ended;
  await eventually('it ended', () => Promise.resolve(!lives(pid)));
});
