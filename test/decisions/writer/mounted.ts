// A small disk of memory, to be filled or made read-only.
import { execFileSync } from 'node:child_process';

/** Mounts one on a folder, or changes the one that is there; false where this user may not. */
export function mounted(at: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
