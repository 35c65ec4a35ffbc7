/** NamespaceRecords as an administrator handles them: read, attested, forgotten, under the administrator's own identity. */
import { isObject, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { isDnsLabel } from '../k8s/syntax.ts';
import type { ApiServer, Asked } from './apiServer.ts';
import type { ClusterFailure } from './failure.ts';
import { listAll } from './listing.ts';
import { recordsPath } from './liveReads.ts';

/** The record of one name. */
export interface NameRecord {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly attested: boolean;
}

/** What became of one name. `stale`: the namespace has other labels than its record, or none. */
export type Adoption =
  | {
      readonly outcome: 'attested' | 'already' | 'forgotten';
      readonly name: string;
      readonly labels: NameRecord['labels'];
    }
  | { readonly outcome: 'refused'; readonly name: string; readonly message: string };

export type Records =
  | { readonly ok: true; readonly records: readonly NameRecord[] }
  | { readonly ok: false; readonly failure: ClusterFailure };

const deadlineMillis = 10_000;
const mostRecords = 100_000;

/** Every record of a namespace that exists. */
export async function livingRecords(server: ApiServer): Promise<Records> {
  const [records, namespaces] = await Promise.all(
    [recordsPath, '/api/v1/namespaces'].map((path) =>
      listAll(server, { path, deadlineMillis, mostObjects: mostRecords }),
    ),
  );
  if (records?.ok !== true || namespaces?.ok !== true) {
    const failed = records?.ok === false ? records : namespaces;
    if (failed?.ok === false) return failed;
    throw new TypeError('two lists were asked for');
  }
  const living = new Set(namespaces.objects.map((object) => stringAt(object, 'metadata', 'name')));
  return { ok: true, records: records.objects.map(toRecord).filter(({ name }) => living.has(name)) };
}

/**
 * Attests the labels of a namespace: says in its record that an administrator vouches for them. Only what is written there now is attested, and only
 * while the namespace still has just these labels.
 */
export async function attest(server: ApiServer, name: string): Promise<Adoption> {
  if (!isDnsLabel(name)) return refused(name, 'is no name of a namespace');
  const [record, namespace] = await Promise.all([
    server.ask({ path: `${recordsPath}/${name}`, deadlineMillis }),
    server.ask({ path: `/api/v1/namespaces/${name}`, deadlineMillis }),
  ]);
  if (!namespace.ok) return refused(name, sayOf(namespace));
  if (!record.ok)
    return refused(
      name,
      record.status === 404
        ? 'has no record yet; it has no protected label, or Bulkhead does not run in the cluster'
        : sayOf(record),
    );
  const { labels, attested } = toRecord(isObject(record.body) ? record.body : {});
  const others = labels.filter(
    ([key, value]) => stringAt(namespace.body, 'metadata', 'labels', key) !== value,
  );
  if (others.length > 0)
    return refused(
      name,
      `has other labels than its record (${others.map(([key]) => key).join(', ')}); try again in a moment`,
    );
  if (attested) return { outcome: 'already', name, labels };
  const asked = await server.ask({
    method: 'PATCH',
    path: `${recordsPath}/${name}?fieldManager=bulkhead-adopt`,
    contentType: 'application/merge-patch+json',
    body: {
      metadata: { resourceVersion: stringAt(record.body, 'metadata', 'resourceVersion') },
      spec: { attested: true },
    },
    deadlineMillis,
  });
  return asked.ok ? { outcome: 'attested', name, labels } : refused(name, sayOf(asked));
}

/** Forgets a name whose namespace is gone, so that anybody may take it. */
export async function forget(server: ApiServer, name: string): Promise<Adoption> {
  if (!isDnsLabel(name)) return refused(name, 'is no name of a namespace');
  const asked = await server.ask({ method: 'DELETE', path: `${recordsPath}/${name}`, deadlineMillis });
  if (asked.ok) return { outcome: 'forgotten', name, labels: [] };
  return refused(name, asked.status === 404 ? 'has no record' : sayOf(asked));
}

const refused = (name: string, message: string): Adoption => ({ outcome: 'refused', name, message });

/** What the API server said, whole: a denial by Bulkhead has several lines. */
const sayOf = (asked: Extract<Asked, { readonly ok: false }>): string =>
  stringAt(asked.body, 'message') ?? asked.failure.message;

function toRecord(object: JsonObject): NameRecord {
  const labels = ownAt(object, 'spec', 'labels');
  return {
    name: stringAt(object, 'metadata', 'name') ?? '',
    labels: isObject(labels)
      ? Object.entries(labels).map(([key, value]) => [key, String(value)] as const)
      : [],
    attested: ownAt(object, 'spec', 'attested') === true,
  };
}
