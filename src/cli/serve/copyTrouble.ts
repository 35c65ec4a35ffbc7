/** Tells why something that is stored cannot be followed, once until it can be: what is done by such a copy stands still meanwhile. */
import type { ClusterEvent } from '../../cluster/cluster.ts';
import { clusterCodes } from '../../cluster/failure.ts';
import type { ClusterCode } from '../../cluster/failure.ts';

/** What passes by itself. While it lasts the namespaces are not heard of either, and readiness tells that. */
const passing: ReadonlySet<ClusterCode> = new Set([
  clusterCodes.unreachable,
  clusterCodes.timeout,
  clusterCodes.stopped,
  clusterCodes.throttled,
  clusterCodes.gone,
]);

/** To be told every event of a cluster. Rules and their parameters, which are followed by their kinds and not by a path, are told by those who need them. */
export function copyTrouble(tell: (message: string) => void): (event: ClusterEvent) => void {
  const told = new Map<string, ClusterCode>();
  return (event) => {
    if (event.about !== 'stored' || !event.what.startsWith('/')) return;
    if (event.event.type === 'listed') {
      told.delete(event.what);
      return;
    }
    const { code, message } = event.event.failure;
    if (passing.has(code) || told.get(event.what) === code) return;
    told.set(event.what, code);
    tell(`what is stored is not followed: ${message}`);
  };
}
