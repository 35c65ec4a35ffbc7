/** Whose a spool folder is: its process holds a lock that the operating system lets go of when the process ends, however it ends. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A folder that this process holds. */
export interface Claim {
  readonly directory: string;
  readonly name: string;
  /** Lets go of it; with `remove` the folder goes too. */
  release(remove: boolean): void;
}

const lockFile = 'lock';

/** Makes a folder and holds it from the moment at which others can see it. */
export function claimNew(root: string, name: string): Claim {
  const hidden = join(root, `.${name}`);
  mkdirSync(hidden, { recursive: true, mode: 0o700 });
  const lock = tryLock(hidden);
  if (lock === undefined) throw new Error(`the new spool folder ${hidden} is held by another process`);
  const directory = join(root, name);
  renameSync(hidden, directory);
  return claim(directory, name, lock);
}

/** Holds every folder below `root` whose process has ended. */
export function claimOrphans(root: string): readonly Claim[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => {
      const directory = join(root, name);
      const lock = existsSync(join(directory, lockFile)) ? tryLock(directory) : undefined;
      return lock === undefined ? [] : [claim(directory, name, lock)];
    });
}

function claim(directory: string, name: string, lock: DatabaseSync): Claim {
  return {
    directory,
    name,
    release: (remove) => {
      if (remove) rmSync(directory, { recursive: true, force: true });
      lock.close();
    },
  };
}

/** SQLite's lock is the operating system's, and the only one that Node.js can reach. */
function tryLock(directory: string): DatabaseSync | undefined {
  const lock = new DatabaseSync(join(directory, lockFile), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch {
    lock.close();
    return undefined;
  }
}
