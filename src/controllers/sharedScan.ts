/** One scan for several who ask: its findings are the same for all, and it shares the thread with requests. */
import type { Rules } from '../admission/rules.ts';
import type { Timing } from './timing.ts';

/** Whoever asks while a scan by the same rules is under way gets that one, unless it began before `since`. */
export function sharedScan<T>(
  scan: (by: Rules) => Promise<T>,
  { now }: Pick<Timing, 'now'>,
): (by: Rules, since?: number) => Promise<T> {
  let running:
    { readonly by: Rules['ruleSet']; readonly begun: number; readonly scanned: Promise<T> } | undefined;
  return (by, since = -Infinity) => {
    if (running?.by !== by.ruleSet || running.begun < since) {
      const begun = now();
      const scanned = scan(by).finally(() => {
        if (running?.scanned === scanned) running = undefined;
      });
      running = { by: by.ruleSet, begun, scanned };
    }
    return running.scanned;
  };
}
