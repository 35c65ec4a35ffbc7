/** `pods.rawSockets`: with NET_RAW a container can send packets under another's address. */
import type { Action } from '../../../k8s/violation.ts';
import type { Pod } from '../../../k8s/pod.ts';
import type { GuardingBoundary, RawSockets } from '../context.ts';
import type { Finding } from '../finding.ts';
import { quoted } from '../text.ts';
import { bringsRawSockets, dropsRawSockets } from './capabilities.ts';

/** What a violation of the setting means: under Drop a container that still lacks the drop was changed after Bulkhead, so it is denied. */
export const rawSocketsAction = (setting: RawSockets): Action | 'Allow' =>
  setting === 'Drop' ? 'Deny' : setting;

/** Claims that Bulkhead itself is to add the drop: some Boundary says Drop and none, being stricter, wants it written in the manifest. */
export const dropsForThem = (boundaries: readonly GuardingBoundary[]): boolean =>
  boundaries.some(({ pods }) => pods.rawSockets === 'Drop') &&
  !boundaries.some(({ pods }) => pods.rawSockets === 'Deny');

/** Containers have capabilities at all: the field is invalid in a Pod for Windows. */
export const hasCapabilities = (pod: Pod): boolean => pod.os !== 'windows';

/** Containers that add NET_RAW, or keep it because they do not drop it. */
export function rawSocketFindings(pod: Pod): readonly Finding[] {
  if (!hasCapabilities(pod)) return [];
  return pod.containers.flatMap((container) => {
    const at = `${container.field}/securityContext/capabilities`;
    const found: Finding[] = [];
    for (const [index, written] of container.addedCapabilities.entries()) {
      if (!bringsRawSockets(written)) continue;
      found.push({
        identity: `adds ${container.identity}`,
        field: `${at}/add/${index}`,
        message: () =>
          `container ${quoted(container.name)} adds capability ${quoted(written)} and with it raw sockets; remove it`,
      });
    }
    if (!dropsRawSockets(container)) {
      found.push({
        identity: `keeps ${container.identity}`,
        field: `${at}/drop`,
        message: () =>
          `container ${quoted(container.name)} keeps NET_RAW; set securityContext.capabilities.drop: [NET_RAW] (without CAP_) or [ALL]`,
      });
    }
    return found;
  });
}
