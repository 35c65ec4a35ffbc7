/** One row of the flow tables: policies in `shop`, a connection, and whether it is allowed. */
import { expect } from '@jest/globals';
import { flowAllowed } from '../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import type { Switches } from '../../../src/netpol/concrete/switches.ts';
import type { ConcreteEndpoint, Connection } from '../../../src/netpol/concrete/world.ts';
import { policy, shop, web } from './cast.ts';

export const tcp = (port: number): Connection => ({ protocol: 'TCP', port });
export const udp = (port: number): Connection => ({ protocol: 'UDP', port });
export const sctp = (port: number): Connection => ({ protocol: 'SCTP', port });
export const icmp: Connection = { protocol: 'OTHER' };
export const toWeb = { to: web } as const;
export const fromWeb = { from: web } as const;

export interface Case {
  readonly name: string;
  /** Specs of policies in `shop`. */
  readonly policies: readonly string[];
  readonly from: ConcreteEndpoint;
  readonly to: ConcreteEndpoint;
  readonly connection?: Connection;
  readonly switches?: Partial<Switches>;
  readonly allowed: boolean;
}

export const check = ({ policies, from, to, connection, switches, allowed }: Case): void => {
  const world = { policies: policies.map((spec, index) => policy(shop, spec, `p${index}`)) };
  const flow = { source: from, destination: to, connection: connection ?? tcp(80) };
  const answer = flowAllowed(world, flow, { ...documented, ...switches });
  expect(answer.allowed).toBe(allowed);
  expect(answer.allowed).toBe(answer.egress.allowed && answer.ingress.allowed);
};
