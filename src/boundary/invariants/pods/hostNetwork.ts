/** `pods.hostNetwork`: NetworkPolicies do not hold for the node's own network, nor for ports that a Pod takes of its node. */
import type { Pod } from '../../../k8s/pod.ts';
import type { Finding } from '../finding.ts';
import { quoted } from '../text.ts';

/** hostNetwork of the Pod and every hostPort of its containers. */
export function hostNetworkFindings(pod: Pod): readonly Finding[] {
  const ports = pod.containers.flatMap((container) =>
    container.ports
      .filter((port) => port.hostPort !== 0)
      .map((port) => ({
        identity: `hostPort ${port.protocol}/${port.hostPort} ${container.identity}`,
        field: `${port.field}/hostPort`,
        message: () =>
          `container ${quoted(container.name)} takes port ${port.hostPort} of its node, past every NetworkPolicy; remove hostPort and use a Service`,
      })),
  );
  if (!pod.hostNetwork) return ports;
  const whole = {
    identity: 'hostNetwork',
    field: '/spec/hostNetwork',
    message: () =>
      'the pod uses the network of its node, where NetworkPolicies do not hold; remove hostNetwork: true',
  };
  return [whole, ...ports];
}
