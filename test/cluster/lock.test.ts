// One worker at a time, and no lock outlives its holder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withLock } from './lock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('two workers never work at the same time, and the second is told whom it waits for', async () => {
  const file = join(folder, 'lock');
  const events: string[] = [];
  const waits: number[] = [];
  // The first lasts until the other waits, however long that takes to look.
  const work = (name: string) => async (): Promise<void> => {
    events.push(`${name} begins`);
    const end = performance.now() + 10_000;
    do await delay(100);
    while (waits.length === 0 && performance.now() < end);
    events.push(`${name} ends`);
  };
  await Promise.all([
    withLock(file, work('one'), (pid) => waits.push(pid)),
    withLock(file, work('two'), (pid) => waits.push(pid)),
  ]);
  const [first, second] = events[0] === 'one begins' ? ['one', 'two'] : ['two', 'one'];
  expect(events).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
  expect(waits).toEqual([process.pid]);
  expect(existsSync(file)).toBe(false);
});

test('a lock is released when the work fails', async () => {
  const file = join(folder, 'lock');
  const failing = withLock(
    file,
    () => Promise.reject(new Error('no')),
    () => undefined,
  );
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('a lock whose holder died is taken over', async () => {
  const file = join(folder, 'lock');
  const holder = spawn(process.execPath, ['-e', '']);
  await once(holder, 'exit');
  await writeFile(file, String(holder.pid));
  expect(
    await withLock(
      file,
      () => Promise.resolve('done'),
      () => undefined,
    ),
  ).toBe('done');
});
