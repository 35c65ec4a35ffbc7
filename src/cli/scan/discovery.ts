/** Asks an API server which kinds it serves (aggregated discovery, Kubernetes 1.27 and later). */
import type { ServedKind } from '../../admission/scanning/kinds.ts';
import type { ApiServer } from '../../cluster/apiServer.ts';
import { clusterCodes, failure } from '../../cluster/failure.ts';
import type { ClusterFailure } from '../../cluster/failure.ts';
import { listAt, stringAt } from '../../k8s/json.ts';

export type Discovered =
  | {
      readonly ok: true;
      readonly kinds: readonly ServedKind[];
      /** `group/version`s whose own server did not answer: what they serve is not known. */
      readonly stale: readonly string[];
    }
  | { readonly ok: false; readonly failure: ClusterFailure };

const form = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const accept = `${form('v2')},${form('v2beta1')}`;
const deadlineMillis = 15_000;

/** Every kind at every version, those of the core group first. */
export async function discover(server: ApiServer): Promise<Discovered> {
  const kinds: ServedKind[] = [];
  const stale: string[] = [];
  for (const path of ['/api', '/apis']) {
    const asked = await server.ask({ path, accept, deadlineMillis });
    if (!asked.ok) return asked;
    if (stringAt(asked.body, 'kind') !== 'APIGroupDiscoveryList') {
      const message = `GET ${path} was not answered with a list of kinds; a scan needs Kubernetes 1.27 or later`;
      return { ok: false, failure: failure(clusterCodes.unreadable, message) };
    }
    for (const item of listAt(asked.body, 'items')) readGroup(item, kinds, stale);
  }
  return { ok: true, kinds, stale };
}

function readGroup(item: unknown, kinds: ServedKind[], stale: string[]): void {
  const group = stringAt(item, 'metadata', 'name') ?? '';
  for (const [index, at] of listAt(item, 'versions').entries()) {
    const version = stringAt(at, 'version') ?? '';
    if (stringAt(at, 'freshness') === 'Stale') stale.push(`${group}/${version}`);
    for (const one of listAt(at, 'resources')) {
      const resource = stringAt(one, 'resource');
      const kind = stringAt(one, 'responseKind', 'kind');
      if (resource === undefined || kind === undefined) continue;
      const verbs = listAt(one, 'verbs');
      kinds.push({
        group,
        version,
        kind,
        resource,
        namespaced: stringAt(one, 'scope') === 'Namespaced',
        preferred: index === 0,
        storable: verbs.includes('list') && verbs.includes('create'),
      });
    }
  }
}
