/** Who can talk to whom, tenant by tenant: the namespace matrix with its rows and columns put together. */
import type { ConcreteNamespace } from '../../concrete/world.ts';
import type { ReachIndex } from './reachIndex.ts';

/** Two tenants, or one and itself, with a path between them; `paths` is how many ordered pairs of their namespaces have one. */
export interface TenantPath {
  readonly source: string;
  readonly destination: string;
  readonly paths: number;
}

/** Lists the pairs that have a path, by destination, then source, in the order of their names. Memory is one row at a time. */
export function* tenantMatrix(
  index: ReachIndex,
  tenantOf: (namespace: ConcreteNamespace) => string,
): Generator<TenantPath> {
  const tenants = new Map<string, string>();
  const namespaces = new Map<string, string[]>();
  for (const namespace of index.namespaces()) {
    const tenant = tenantOf(namespace);
    tenants.set(namespace.name, tenant);
    const others = namespaces.get(tenant);
    if (others === undefined) namespaces.set(tenant, [namespace.name]);
    else others.push(namespace.name);
  }
  const names = [...namespaces.keys()].sort();
  const place = new Map(names.map((name, at) => [name, at]));
  const places = new Map([...tenants].map(([namespace, tenant]) => [namespace, place.get(tenant) ?? 0]));
  for (const destination of names) {
    const counts = new Uint32Array(names.length);
    for (const namespace of namespaces.get(destination) ?? []) {
      index.eachSource(namespace, (source) => {
        const at = places.get(source) ?? 0;
        counts[at] = (counts[at] ?? 0) + 1;
      });
    }
    for (const [at, source] of names.entries()) {
      const paths = counts[at] ?? 0;
      if (paths > 0) yield { source, destination, paths };
    }
  }
}
