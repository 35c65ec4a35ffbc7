// Lets one of several processes do a long piece of work while the others wait for it.
import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const pollMilliseconds = 500;

/** The `code` of a system error. (`instanceof Error` would fail where a test runner has a realm of its own.) */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Does a process with that id exist? A process of another user counts (EPERM). */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Takes the lock by linking a file that already names us, so that a lock never exists without its holder's id. */
async function taken(file: string): Promise<boolean> {
  const ours = `${file}.${randomUUID()}`;
  await writeFile(ours, String(process.pid));
  try {
    await link(ours, file);
    return false;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return true;
    throw error;
  } finally {
    await rm(ours, { force: true });
  }
}

/** The holder's process id, or undefined if the lock is gone. */
async function holder(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
}

/**
 * Runs `work` while holding the lock file. A lock whose holder is dead is taken over. Two waiters that take it over in the same
 * instant may both run: so the work must be right even then (build aside and rename), and the lock only saves the effort.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  waiting: (pid: number) => void,
): Promise<T> {
  let told = false;
  while (await taken(file)) {
    const pid = await holder(file);
    if (pid !== undefined && !alive(pid)) {
      await rm(file, { force: true });
      continue;
    }
    if (pid !== undefined && !told) {
      waiting(pid);
      told = true;
    }
    await delay(pollMilliseconds);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
