/**
 * Stands in the place of `src/server/decisionLog.ts` in the server of the benchmark beside it: the log can be switched off and on while requests are answered, and requests are counted.
 * Off means what `store: none` means to a request: nothing is sealed, kept or told in the answer.
 */
import { openDecisionLog as openReal } from '../../src/server/decisionLog.ts';
import type { DecisionLogOptions, OpenDecisionLog } from '../../src/server/decisionLog.ts';

/** What the benchmark sends; it is answered with the number of requests so far. */
export type ToServer = 'on' | 'off' | 'count';

export function openDecisionLog(options: DecisionLogOptions): OpenDecisionLog {
  const opened = openReal(options);
  const { recorder } = opened;
  if (recorder === undefined) return opened;
  let isOn = true;
  let count = 0;
  process.on('message', (message: ToServer) => {
    if (message !== 'count') isOn = message === 'on';
    process.send?.(count);
  });
  return {
    ...opened,
    recorder: {
      ...recorder,
      seal: (...decided) => {
        count += 1;
        return isOn ? recorder.seal(...decided) : undefined;
      },
    },
  };
}
