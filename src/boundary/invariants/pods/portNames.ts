/** `pods.portNames`: a pinned port name may not stand for another port, or a rule that allows the name would open it. */
import type { Pod } from '../../../k8s/pod.ts';
import type { GuardingBoundary } from '../context.ts';
import type { Finding } from '../finding.ts';
import { asciiLine, quoted } from '../text.ts';

/** Container ports of every kind of container whose name the Boundary pins to something else. */
export function portNameFindings(pod: Pod, { portNames }: GuardingBoundary): readonly Finding[] {
  if (portNames.size === 0) return [];
  return pod.containers.flatMap((container) =>
    container.ports.flatMap((port) => {
      const pinned = portNames.get(port.name);
      const fits = pinned?.some((at) => at.protocol === port.protocol && at.port === port.containerPort);
      if (pinned === undefined || fits === true) return [];
      return [
        {
          identity: `${port.name} ${port.protocol}/${port.containerPort} ${container.identity}`,
          field: port.field,
          message: () =>
            `container ${quoted(container.name)} gives port name ${quoted(port.name)} to ${asciiLine(port.protocol, 20)}/${port.containerPort}, but it is pinned to ${pins(pinned)}; rename the port or move it there`,
        },
      ];
    }),
  );
}

const pins = (pinned: readonly { readonly protocol: string; readonly port: number }[]): string =>
  pinned.length === 0
    ? 'nothing'
    : pinned
        .slice(0, 5)
        .map(({ protocol, port }) => `${protocol}/${port}`)
        .join(' or ');
