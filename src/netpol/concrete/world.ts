/** The concrete things that the second implementation of NetworkPolicy talks about: pods, addresses and single connections. */
import { parseAddress } from '../../k8s/cidr.ts';
import type { Family } from '../../k8s/cidr.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { NetworkPolicy, Protocol } from '../../k8s/networkPolicy.ts';

export interface ConcreteNamespace {
  readonly name: string;
  /** As written by people; `kubernetes.io/metadata.name` is added (or overwritten) when a selector looks, as the API server does. */
  readonly labels: Labels;
}

/** One address of a host: 32 or 128 bits, by family. */
export interface HostAddress {
  readonly family: Family;
  readonly value: bigint;
}

/** One `containerPort` that has a name. Unnamed ports mean nothing to NetworkPolicies. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly number: number;
}

export interface ConcretePod {
  readonly kind: 'pod';
  readonly namespace: ConcreteNamespace;
  readonly name: string;
  readonly labels: Labels;
  /** Its addresses, any number of each family; empty where they are not known, and then no ipBlock matches the pod. */
  readonly ips: readonly HostAddress[];
  readonly hostNetwork: boolean;
  readonly ports: readonly NamedPort[];
}

/** An endpoint that is no pod of the cluster: never a subject, only ever a peer. */
export interface ConcreteAddress {
  readonly kind: 'address';
  readonly address: HostAddress;
}

export type ConcreteEndpoint = ConcretePod | ConcreteAddress;

/** What a connection is opened on: a destination port (0..65535, of the pod, after DNAT), or a protocol that has no ports. */
export type Connection =
  { readonly protocol: Protocol; readonly port: number } | { readonly protocol: 'OTHER' };

/** One connection from one endpoint to another. Replies belong to it. */
export interface Flow {
  readonly source: ConcreteEndpoint;
  readonly destination: ConcreteEndpoint;
  readonly connection: Connection;
}

/** All policies that exist. A policy acts in `metadata.namespace`, which must be filled in. */
export interface World {
  readonly policies: readonly NetworkPolicy[];
}

/** The labels that selectors see on a namespace. */
export const namespaceLabels = (namespace: ConcreteNamespace): Labels =>
  new Map([...namespace.labels, [nameLabel, namespace.name]]);

/** Reads an address as the API server does; undefined where the text is none. */
export function hostAddress(text: string): HostAddress | undefined {
  const parsed = parseAddress(text);
  return parsed === undefined ? undefined : { family: parsed.family, value: parsed.value };
}

/** Two names for one pod: same namespace, same name. */
export const isSamePod = (a: ConcreteEndpoint, b: ConcreteEndpoint): boolean =>
  a.kind === 'pod' && b.kind === 'pod' && a.namespace.name === b.namespace.name && a.name === b.name;

/** All addresses by which an endpoint is known. */
export const addressesOf = (endpoint: ConcreteEndpoint): readonly HostAddress[] =>
  endpoint.kind === 'pod' ? endpoint.ips : [endpoint.address];
