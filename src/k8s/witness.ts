/** A witness: one concrete flow that a policy would open and a limit forbids; the shape of the JSON contract (api.md 5). */
import type { Direction } from './networkPolicy.ts';

/** A pod as one end of a flow. Labels are the ones that matter for the flow, as plain data. */
export interface PodEndpoint {
  readonly namespace: string;
  readonly namespaceLabels: { readonly [key: string]: string };
  readonly pod: string;
  readonly podLabels: { readonly [key: string]: string };
}

/** An address outside the cluster's pods. */
export interface AddressEndpoint {
  readonly ip: string;
}

export type Endpoint = PodEndpoint | AddressEndpoint;

export interface Witness {
  readonly direction: Direction;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'OTHER';
  /** A destination port number; a container port's name where only the name is known; absent for OTHER. */
  readonly port?: number | string;
  readonly because: { readonly policy: string; readonly field: string };
  readonly outside: { readonly boundary: string; readonly limit: string };
  /** Both ends are live objects or addresses, not merely possible ones. */
  readonly exists: boolean;
}
