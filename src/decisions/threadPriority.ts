/** How much of a core a thread gets where threads compete for one. */
import { setPriority } from 'node:os';

/** Sets the priority of the thread that calls, which on Linux is its own. Where that is not allowed, as raising it is not to everybody, the thread goes on with what it has. */
export function prioritize(priority: number): void {
  try {
    setPriority(0, priority);
  } catch {
    // Told by nothing: it is a matter of who waits for whom.
  }
}
