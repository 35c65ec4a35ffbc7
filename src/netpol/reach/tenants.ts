/** Who can talk to whom, tenant by tenant, the addresses outside among them. */
import type { Direction } from '../../k8s/networkPolicy.ts';
import type { ConcreteNamespace } from '../concrete/world.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { isEmpty, noConnections, union } from './connectionSet.ts';
import type { ConnectionSet } from './connectionSet.ts';
import { ReachIndex } from './index/reachIndex.ts';
import type { IndexOptions } from './index/reachIndex.ts';
import { tenantMatrix } from './index/tenantMatrix.ts';
import { Reachability } from './reachability.ts';

/** A tenant by the value of its label; null: the namespaces without the label; or the addresses outside the cluster. */
export type TenantEnd = { readonly tenant: string | null } | { readonly outside: true };

/** A pair with some path. `paths` counts the ordered pairs of namespaces that have one, or the namespaces with a path to or from outside. */
export interface TenantCell {
  readonly source: TenantEnd;
  readonly destination: TenantEnd;
  readonly paths: number;
  /** Everything that some pod of the one can open to some pod of the other; only where it was asked for. */
  readonly allowed?: ConnectionSet;
}

export interface Tenant {
  readonly tenant: string | null;
  readonly namespaces: number;
  readonly pods: number;
}

export interface TenantReach {
  readonly tenants: readonly Tenant[];
  readonly cells: readonly TenantCell[];
}

export interface TenantOptions extends IndexOptions {
  /** The namespace label whose value is the tenant. */
  readonly label: string;
  /** Also on which ports: asks about every pair of pods, which grows with the square of their number. */
  readonly ports: boolean;
}

/** Works out the matrix: tenants in the order of their names, those without the label last, then outside. */
export function tenantReach(inventory: Inventory, options: TenantOptions): TenantReach {
  const tenantOf = ({ labels }: ConcreteNamespace): string => labels.get(options.label) ?? '';
  const tenants = tenantsOf(inventory, tenantOf);
  const reachability = new Reachability(inventory.policies, options);
  const inside = [...tenantMatrix(new ReachIndex(inventory, options), tenantOf)].map(
    ({ source, destination, paths }): TenantCell => ({
      source: endOf(source),
      destination: endOf(destination),
      paths,
      ...(options.ports ? { allowed: between(inventory, reachability, tenantOf, source, destination) } : {}),
    }),
  );
  const outside = (['Egress', 'Ingress'] as const).flatMap((direction) =>
    outsideCells(inventory, reachability, tenantOf, direction, options.ports),
  );
  const place = new Map(tenants.map(({ tenant }, at) => [tenant, at]));
  const rank = (end: TenantEnd): number => ('outside' in end ? tenants.length : (place.get(end.tenant) ?? 0));
  const cells = [...inside, ...outside].sort(
    (a, b) => rank(a.source) - rank(b.source) || rank(a.destination) - rank(b.destination),
  );
  return { tenants, cells };
}

/** An empty label value is no tenant's name. */
const endOf = (name: string): TenantEnd => ({ tenant: name === '' ? null : name });

function tenantsOf(
  { namespaces, pods }: Inventory,
  tenantOf: (namespace: ConcreteNamespace) => string,
): readonly Tenant[] {
  const counts = new Map<string, { namespaces: number; pods: number }>();
  const of = (namespace: ConcreteNamespace): { namespaces: number; pods: number } => {
    const name = tenantOf(namespace);
    const count = counts.get(name) ?? { namespaces: 0, pods: 0 };
    counts.set(name, count);
    return count;
  };
  for (const namespace of namespaces) of(namespace).namespaces += 1;
  for (const { namespace } of pods) of(namespace).pods += 1;
  const names = [...counts.keys()].sort((a, b) => Number(a === '') - Number(b === '') || (a < b ? -1 : 1));
  return names.map((name) => ({
    tenant: name === '' ? null : name,
    ...(counts.get(name) ?? { namespaces: 0, pods: 0 }),
  }));
}

function between(
  { pods }: Inventory,
  reachability: Reachability,
  tenantOf: (namespace: ConcreteNamespace) => string,
  source: string,
  destination: string,
): ConnectionSet {
  const [from, to] = [source, destination].map((tenant) =>
    pods.filter(({ namespace }) => tenantOf(namespace) === tenant),
  );
  let allowed = noConnections;
  for (const one of from ?? []) {
    for (const other of to ?? []) {
      if (one !== other || one.several) allowed = union(allowed, reachability.between(one, other));
    }
  }
  return allowed;
}

function outsideCells(
  { pods }: Inventory,
  reachability: Reachability,
  tenantOf: (namespace: ConcreteNamespace) => string,
  direction: Direction,
  ports: boolean,
): readonly TenantCell[] {
  const found = new Map<string, { readonly namespaces: Set<string>; allowed: ConnectionSet }>();
  for (const pod of pods) {
    const reach = reachability
      .outside(pod, direction)
      .reduce((sum, { connections }) => union(sum, connections), noConnections);
    if (isEmpty(reach)) continue;
    const tenant = tenantOf(pod.namespace);
    const cell = found.get(tenant) ?? { namespaces: new Set<string>(), allowed: noConnections };
    found.set(tenant, cell);
    cell.namespaces.add(pod.namespace.name);
    cell.allowed = union(cell.allowed, reach);
  }
  return [...found].map(([tenant, { namespaces, allowed }]): TenantCell => {
    const [near, far]: readonly [TenantEnd, TenantEnd] = [endOf(tenant), { outside: true }];
    const [source, destination] = direction === 'Egress' ? [near, far] : [far, near];
    return { source, destination, paths: namespaces.size, ...(ports ? { allowed } : {}) };
  });
}
