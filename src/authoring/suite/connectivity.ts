/** Who can talk to whom in a suite's inventory once a case was decided. */
import type { Decision, Outcome } from '../../admission/decision.ts';
import type { Document } from '../../config/document.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { nearest } from '../../config/suggestion.ts';
import { isObject } from '../../k8s/json.ts';
import { hostAddress } from '../../netpol/concrete/world.ts';
import type { ConcreteEndpoint, Connection } from '../../netpol/concrete/world.ts';
import { readInventory } from '../../netpol/inventory/inventory.ts';
import type { Inventory } from '../../netpol/inventory/inventory.ts';
import { explain } from '../../netpol/reach/explanation.ts';
import type { ExplainedSide } from '../../netpol/reach/explanation.ts';
import { isNamed } from './caseRequest.ts';
import type { ExpectedConnection } from './schema.ts';

/** The answer about one connection; `why` says it in words. */
export interface Connectivity {
  readonly allowed: boolean;
  readonly why: string;
}

/** The inventory as it is after the request: what was let in is there, what was deleted is gone, what was denied changed nothing. */
export function inventoryAfter(
  inventory: readonly Document[],
  { attributes, decision }: Outcome,
): Read<Inventory> {
  return readInventory(stored(inventory, attributes, decision), { defaultNamespace: 'default' });
}

function stored(
  inventory: readonly Document[],
  { kind, namespace, name, operation, object, subresource }: Outcome['attributes'],
  { allowed }: Decision,
): readonly Document[] {
  if (!allowed || subresource !== '' || operation === 'CONNECT') return inventory;
  const others = inventory.filter(({ value }) => !(isObject(value) && isNamed(value, kind, namespace, name)));
  if (operation === 'DELETE' || object === null) return others;
  return [...others, { value: object, file: 'the request', positionOf: () => ({ line: 1, column: 1 }) }];
}

/** Answers one question; what cannot be asked is told. */
export function connectivityOf(asked: ExpectedConnection, inventory: Inventory): Read<Connectivity> {
  const source = endOf(asked.from, inventory);
  const destination = endOf(asked.to, inventory);
  if (!source.ok) return source;
  if (!destination.ok) return destination;
  if (source.value.kind === 'address' && destination.value.kind === 'address')
    return wrong('both ends are outside the cluster; one has to be a pod');
  const connection = connectionOf(asked, destination.value);
  if (!connection.ok) return connection;
  const answer = explain(inventory.policies, {
    source: source.value,
    destination: destination.value,
    ...(connection.value === undefined ? {} : { connection: connection.value }),
  });
  const closed = [answer.egress, answer.ingress].filter(({ allowed }) => !allowed);
  const told = (closed.length > 0 ? closed : [answer.egress, answer.ingress]).map(inWords);
  return sound({ allowed: answer.allowed, why: told.join(', ') });
}

function endOf(text: string, { pods }: Inventory): Read<ConcreteEndpoint> {
  const address = hostAddress(text);
  if (address !== undefined) {
    const owner = pods.find(({ ips }) =>
      ips.some(({ family, value }) => family === address.family && value === address.value),
    );
    return sound(owner ?? { kind: 'address', address });
  }
  const names = pods.map((pod) => `${pod.namespace.name}/${pod.name}`);
  const pod = pods[names.indexOf(text)];
  if (pod !== undefined) return sound(pod);
  const meant = nearest(text, names);
  const hint = meant === undefined ? 'write NAMESPACE/POD or an IP address' : `did you mean ${meant}?`;
  return wrong(`"${text.slice(0, 160)}" is no pod of the inventory; ${hint}`);
}

function connectionOf(
  { port, protocol }: ExpectedConnection,
  destination: ConcreteEndpoint,
): Read<Connection | undefined> {
  if (protocol === 'OTHER') return sound({ protocol });
  if (port === undefined)
    return protocol === undefined ? sound(undefined) : wrong(`protocol ${protocol} needs a port`);
  const transport = protocol ?? 'TCP';
  const number = typeof port === 'number' ? port : Number(/^[0-9]{1,5}$/.exec(port)?.[0] ?? Number.NaN);
  if (Number.isInteger(number) && number <= 65_535) return sound({ protocol: transport, port: number });
  const named =
    destination.kind === 'pod'
      ? destination.ports.find((item) => item.name === port && item.protocol === transport)
      : undefined;
  if (named !== undefined) return sound({ protocol: transport, port: named.number });
  return wrong(
    `${String(port).slice(0, 80)} is neither a port number nor the name of a ${transport} port of the destination`,
  );
}

function inWords({ direction, allowed, reason, policies, rules }: ExplainedSide): string {
  const side = direction.toLowerCase();
  const [rule] = rules;
  if (allowed && rule !== undefined) return `${side} allowed by ${rule.policy} ${rule.field}`;
  if (allowed)
    return `${side} allowed: ${reason === 'notIsolated' ? 'no policy isolates the pod' : 'no policy applies'}`;
  return `${side} denied: no rule of ${policies.join(', ')} allows it`;
}

const wrong = (message: string): { readonly ok: false; readonly issues: readonly Issue[] } =>
  unsound([{ code: 'suite.connectivity', message }]);
