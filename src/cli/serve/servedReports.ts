/** The reports that `serve` keeps: a scan of the live cluster now and then, by the rules in force, while this replica leads. */
import type { Rules } from '../../admission/rules.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { processTiming } from '../../cluster/timing.ts';
import { toSeconds } from '../../config/formats.ts';
import { describe } from '../../config/issue.ts';
import type { Config } from '../../config/schema.ts';
import type { Controller } from '../../controllers/controller.ts';
import { pace } from '../../controllers/pace.ts';
import { reports } from '../../controllers/reports.ts';
import { scanFor } from '../scan/live.ts';

/** Its own pace: reports can wait, floors cannot. */
const writes = { perSecond: 5, burst: 20 };
/** A scan shares the thread with requests; it is never asked for more often than this. */
const leastMillis = 10_000;

const unseen = { show: () => undefined, end: () => undefined };

/** Nothing where the configuration asks for none. */
export function servedReports(
  cluster: Cluster,
  rules: () => Rules,
  { controllers }: Config,
): readonly Controller[] {
  if (!controllers.reports) return [];
  return [
    reports({
      api: cluster.api,
      pace: pace(processTiming, writes),
      everyMillis: Math.max(leastMillis, toSeconds(controllers.reportsEvery) * 1_000),
      scan: async () => {
        const { findings, issues, unreachable } = await scanFor(cluster.api, rules(), unseen);
        // A part that cannot be listed (a kind of a guardrail) does not keep the rest from being told.
        if (unreachable) return { ok: false, message: issues.map(describe).slice(0, 3).join('; ') };
        const namespaces = new Set([...cluster.view().known()].map(({ name }) => name));
        return { ok: true, findings, namespaces };
      },
    }),
  ];
}
