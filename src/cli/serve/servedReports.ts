/** The reports that `serve` keeps: of a scan of the live cluster now and then, by the rules in force, while this replica leads. */
import type { Cluster } from '../../cluster/cluster.ts';
import { processTiming } from '../../cluster/timing.ts';
import { toSeconds } from '../../config/formats.ts';
import type { Config } from '../../config/schema.ts';
import type { Controller } from '../../controllers/controller.ts';
import { pace } from '../../controllers/pace.ts';
import { reports } from '../../controllers/reports.ts';
import type { ServedScan } from './servedScan.ts';

/** Its own pace: reports can wait, floors cannot. */
const writes = { perSecond: 5, burst: 20 };
/** A scan shares the thread with requests; it is never asked for more often than this. */
const leastMillis = 10_000;

/** Nothing where the configuration asks for none. */
export function servedReports(
  cluster: Cluster,
  scan: ServedScan,
  { controllers }: Config,
): readonly Controller[] {
  if (!controllers.reports) return [];
  return [
    reports({
      api: cluster.api,
      pace: pace(processTiming, writes),
      everyMillis: Math.max(leastMillis, toSeconds(controllers.reportsEvery) * 1_000),
      scan: () => scan(),
    }),
  ];
}
