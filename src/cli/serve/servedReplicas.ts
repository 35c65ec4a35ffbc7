/** What the replicas of `serve` tell each other: this one reports by its own Lease, and looks at those of all. */
import { hostname } from 'node:os';
import type { Cluster } from '../../cluster/cluster.ts';
import { processTiming } from '../../cluster/timing.ts';
import type { Controller } from '../../controllers/controller.ts';
import { leasesPath, replicaLabel, replicaReport } from '../../controllers/replicaReport.ts';
import type { Report } from '../../controllers/replicaReport.ts';
import { leftLeases, replicas } from '../../controllers/replicas.ts';
import type { Replicas } from '../../controllers/replicas.ts';
import { tellWarning } from '../diagnostics.ts';
import { late, nothing } from '../lateCopy.ts';
import type { Terminal } from '../terminal.ts';

export interface ServedReplicas {
  /** What this one is called among them. */
  readonly name: string;
  readonly replicas: Replicas;
  readonly controller: Controller;
  /** Begins to look at the reports of all. */
  readonly follow: (changed: (key: string) => void) => void;
  /** Something of the own report may be another. */
  readonly changed: () => void;
  /** Resolves when the own Lease is deleted. */
  readonly stop: () => Promise<void>;
}

/** Begins to report. */
export function servedReplicas(
  cluster: Cluster,
  namespace: string,
  report: () => Report,
  terminal: Terminal,
): ServedReplicas {
  let leases = nothing;
  const stored = late(() => leases);
  const known = replicas(stored, processTiming);
  const name = replicaName(terminal);
  const own = replicaReport({
    api: cluster.api,
    timing: processTiming,
    date: () => new Date(),
    namespace,
    name,
    report,
    failed: (message) => tellWarning(`the report of this replica: ${message}`, terminal),
  });
  const stopping = new AbortController();
  const reporting = own.run(stopping.signal);
  return {
    name,
    replicas: known,
    controller: leftLeases(cluster.api, stored, known),
    follow: (changed) => {
      const query = { labelSelector: `${replicaLabel.key}=${replicaLabel.value}` };
      const told = (key: string): void => {
        known.changed(key);
        changed(key);
      };
      leases = cluster.followStored(leasesPath(namespace), told, { form: { query } });
    },
    changed: own.changed,
    stop: async () => {
      stopping.abort();
      await reporting;
    },
  };
}

/** The name of the pod, which is its host's too; elsewhere several replicas may share a host. */
function replicaName({ environment }: Terminal): string {
  const inPod = environment['KUBERNETES_SERVICE_HOST'] !== undefined;
  return environment['POD_NAME'] ?? (inPod ? hostname() : `${hostname()}-${crypto.randomUUID().slice(0, 8)}`);
}
