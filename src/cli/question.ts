/** Reads the question of `explain`: two ends and a connection, as people write them. */
import { formatAddress } from '../k8s/cidr.ts';
import { sound, unsound } from '../config/issue.ts';
import type { Issue, Read } from '../config/issue.ts';
import { nearest } from '../config/suggestion.ts';
import { addressesOf, hostAddress, isSamePod } from '../netpol/concrete/world.ts';
import type { ConcreteAddress, ConcreteEndpoint, Connection } from '../netpol/concrete/world.ts';
import type { InventoryPod } from '../netpol/inventory/expandPods.ts';
import type { Inventory } from '../netpol/inventory/inventory.ts';
import type { Question } from '../netpol/reach/explanation.ts';

/** What the command line says. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly port?: string | undefined;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP' | 'OTHER' | undefined;
}

type End = InventoryPod | ConcreteAddress;

/** Finds both ends in the inventory; every mistake is told. */
export function questionOf(asked: Asked, inventory: Inventory): Read<Question> {
  const source = endOf(asked.from, '--from', inventory);
  const destination = endOf(asked.to, '--to', inventory);
  if (!source.ok || !destination.ok) {
    return unsound([source, destination].flatMap((end) => (end.ok ? [] : end.issues)));
  }
  const [from, to] = [source.value, destination.value];
  if (from.kind === 'address' && to.kind === 'address') {
    return mistake('explain.ends', '--from and --to are both outside the cluster; one end has to be a pod');
  }
  const connection = connectionOf(asked, to);
  if (!connection.ok) return connection;
  return sound({
    source: from,
    destination: anotherOf(from, to),
    ...(connection.value === undefined ? {} : { connection: connection.value }),
  });
}

function endOf(text: string, flag: string, { pods }: Inventory): Read<End> {
  const address = hostAddress(text);
  if (address !== undefined) {
    const owner = pods.find(
      (pod) =>
        !pod.hostNetwork &&
        pod.ips.some(({ family, value }) => family === address.family && value === address.value),
    );
    return sound(owner ?? { kind: 'address', address });
  }
  const names = pods.map((pod) => `${pod.namespace.name}/${pod.name}`);
  const pod = pods[names.indexOf(text)];
  if (pod !== undefined) return sound(pod);
  if (!text.includes('/')) {
    return mistake(
      'explain.end',
      `${flag} "${text.slice(0, 80)}" is neither NAMESPACE/POD nor an IP address`,
    );
  }
  const guess = nearest(text, names);
  const hint = guess === undefined ? `the manifests have ${listed(names)}` : `did you mean ${guess}?`;
  return mistake('explain.pod', `${flag} ${text.slice(0, 160)} is no pod of the manifests; ${hint}`);
}

const listed = (names: readonly string[]): string => {
  if (names.length === 0) return 'no pods';
  const some = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${some} and ${names.length - 5} more` : some;
};

function connectionOf(
  { port, protocol }: Asked,
  destination: ConcreteEndpoint,
): Read<Connection | undefined> {
  if (protocol === 'OTHER') {
    return port === undefined
      ? sound({ protocol })
      : mistake('explain.port', '--port means nothing with --protocol OTHER; leave it out');
  }
  if (port === undefined) {
    return protocol === undefined
      ? sound(undefined)
      : mistake('explain.port', `--protocol ${protocol} needs a --port`);
  }
  const transport = protocol ?? 'TCP';
  if (/^[0-9]{1,5}$/.test(port)) {
    const number = Number(port);
    if (number <= 65_535) return sound({ protocol: transport, port: number });
    return mistake('explain.port', `--port ${port} must be between 0 and 65535`);
  }
  const named =
    destination.kind === 'pod'
      ? destination.ports.find((item) => item.name === port && item.protocol === transport)
      : undefined;
  if (named !== undefined) return sound({ protocol: transport, port: named.number });
  return mistake(
    'explain.port',
    `--port ${port.slice(0, 80)} is neither a number nor the name of a ${transport} container port of the destination`,
  );
}

/** A workload's pod and itself are two pods of the workload, where it runs several. */
const anotherOf = (from: End, to: End): ConcreteEndpoint =>
  to.kind === 'pod' && to.several && isSamePod(from, to) ? { ...to, name: `${to.name} (another)` } : to;

const mistake = (code: string, message: string): { readonly ok: false; readonly issues: readonly Issue[] } =>
  unsound([{ code, message }]);

/** An end as it is printed. */
export const nameOfEnd = (end: ConcreteEndpoint): string =>
  end.kind === 'pod'
    ? `${end.namespace.name}/${end.name}`
    : addressesOf(end)
        .map(({ family, value }) => formatAddress(family, value))
        .join();
