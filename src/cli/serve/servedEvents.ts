/** The Events on denials that `serve` writes, where the configuration asks for them. */
import type { Cluster } from '../../cluster/cluster.ts';
import { processTiming } from '../../cluster/timing.ts';
import type { Config } from '../../config/schema.ts';
import { denialEvents } from '../../controllers/denialEvents.ts';
import type { Denial } from '../../controllers/denialEvents.ts';
import { tellWarning } from '../diagnostics.ts';
import type { Terminal } from '../terminal.ts';

/** What is told of each request's findings; nothing where no Events are asked for. */
export function servedEvents(
  cluster: Cluster,
  { controllers }: Config,
  terminal: Terminal,
): { readonly found?: (all: readonly Denial[]) => void } {
  if (!controllers.events) return {};
  const options = {
    api: cluster.api,
    timing: processTiming,
    date: () => new Date(),
    failed: (message: string) => tellWarning(`an Event could not be written: ${message}`, terminal),
  };
  return { found: denialEvents(options, cluster.stopped) };
}
