/** Where an API server serves a kind that is known only by its name, as policies name their parameters. */
import { listAt, ownAt, stringAt } from '../k8s/json.ts';
import type { ApiServer } from './apiServer.ts';
import { clusterCodes, failure } from './failure.ts';
import type { ClusterFailure } from './failure.ts';

/** `prefix` is the path of the group and version, `plural` the resource under it. */
export interface KindPath {
  readonly prefix: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export type FoundKind =
  { readonly ok: true; readonly value: KindPath } | { readonly ok: false; readonly failure: ClusterFailure };

const askMillis = 5_000;

/** Asks what a group and version (`v1`, `example.com/v1`) serves. Everybody who is known to an API server may ask that. */
export async function findKind(server: ApiServer, apiVersion: string, kind: string): Promise<FoundKind> {
  const prefix = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const asked = await server.ask({ path: prefix, deadlineMillis: askMillis });
  if (!asked.ok) return asked.status === 404 ? unserved(apiVersion, kind) : asked;
  if (stringAt(asked.body, 'kind') !== 'APIResourceList') {
    const message = `GET ${prefix} was not answered with a list of kinds`;
    return { ok: false, failure: failure(clusterCodes.unreadable, message) };
  }
  const found = listAt(asked.body, 'resources').find(
    (one) => stringAt(one, 'kind') === kind && stringAt(one, 'name')?.includes('/') === false,
  );
  if (found === undefined) return unserved(apiVersion, kind);
  const plural = stringAt(found, 'name') ?? '';
  return { ok: true, value: { prefix, plural, namespaced: ownAt(found, 'namespaced') === true } };
}

const unserved = (apiVersion: string, kind: string): FoundKind => ({
  ok: false,
  failure: failure(
    clusterCodes.notFound,
    `the API server serves no kind ${kind} in ${apiVersion}; install its definition`,
  ),
});

/** The path of a kind's objects, of one namespace or of all. */
export const pathOf = ({ prefix, plural, namespaced }: KindPath, namespace: string | undefined): string =>
  namespaced && namespace !== undefined
    ? `${prefix}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${prefix}/${plural}`;
