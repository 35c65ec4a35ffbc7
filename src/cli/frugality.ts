/** Trades processor time for memory, in a process that reads a whole cluster once and ends. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this there is nothing worth collecting: the engine and the program alone have some 70 MB. */
const enough = 170 * 2 ** 20;

const isCollector = (value: unknown): value is (manner: object) => void => typeof value === 'function';

/**
 * V8 lets the young generation grow to 128 MB and the old one to twice what is held, where the machine has memory, and keeps pages that it has
 * emptied for some seconds. The first two are flags that it looks at each time. The answer, called now and then, gives back what is empty
 * once the process has grown by a quarter since it did so last.
 */
export function spareMemory(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=40');
  let most = enough;
  return () => {
    if (process.memoryUsage.rss() < most) return;
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (isCollector(collect)) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    most = Math.max(enough, process.memoryUsage.rss() * 1.25);
  };
}
