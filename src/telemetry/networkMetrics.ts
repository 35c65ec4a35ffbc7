/** What is known of the network plugin, as a metric. */
import { Gauge } from '@prometheus-io/client';
import type { Registry } from '@prometheus-io/client';

/** `plugin` is empty where none is recognised. */
export interface NetworkFigures {
  readonly plugins: string;
  readonly enforced: string;
  readonly ipBlockMatchesPods: boolean | undefined;
}

/** Registers it; nothing is told while `read` knows nothing, as on replicas that do not lead. */
export function observeNetwork(registry: Registry, read: () => NetworkFigures | undefined): void {
  new Gauge({
    name: 'bulkhead_network_policies_enforced',
    help: '1 where a network plugin is known to enforce NetworkPolicies, 0 where none is; told by the leader.',
    labelNames: ['plugin', 'ip_block_matches_pods'],
    registers: [registry],
    collect() {
      this.reset();
      const known = read();
      if (known === undefined) return;
      const labels = {
        plugin: known.plugins === '' ? 'unknown' : known.plugins,
        ip_block_matches_pods: String(known.ipBlockMatchesPods ?? 'unknown'),
      };
      this.set(labels, known.enforced === 'yes' ? 1 : 0);
    },
  });
}
