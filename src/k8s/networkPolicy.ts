/** networking.k8s.io/v1 NetworkPolicy after decoding and defaulting: the narrow form that everything else reads. */
import type { LabelSelector } from './labelSelector.ts';
import type { ObjectMeta } from './objectMeta.ts';

export type Direction = 'Ingress' | 'Egress';
export const directions: readonly Direction[] = ['Ingress', 'Egress'];

export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

/** One entry of `ports`: a protocol, and a number, an inclusive range, a container port's name, or nothing (all ports of the protocol). */
export interface PolicyPort {
  readonly protocol: Protocol;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** Addresses of `cidr` less those of each `except`; texts as written, parsed by `parseCidr`. */
export interface IPBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

/** One item of `from` or `to`. `field` is its JSON pointer in the object. */
export interface PolicyPeer {
  readonly field: string;
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: IPBlock;
}

/** One ingress or egress rule: no peers means anybody, no ports means every port and every protocol. */
export interface PolicyRule {
  readonly field: string;
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly PolicyPort[];
}

/** A NetworkPolicy with `policyTypes` defaulted. Rules of a direction that `policyTypes` leaves out are kept here but mean nothing. */
export interface NetworkPolicy {
  readonly metadata: ObjectMeta;
  readonly podSelector: LabelSelector;
  readonly policyTypes: readonly Direction[];
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

/** The rules of one direction as they count: none unless `policyTypes` names the direction. */
export function rulesOf(policy: NetworkPolicy, direction: Direction): readonly PolicyRule[] {
  if (!policy.policyTypes.includes(direction)) return [];
  return direction === 'Ingress' ? policy.ingress : policy.egress;
}
