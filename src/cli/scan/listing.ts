/** Lists one kind of a cluster page by page, asking for the next page while the last is judged. */
import type { StoredKind } from '../../admission/scanning/stored.ts';
import type { ApiServer } from '../../cluster/apiServer.ts';
import { clusterCodes } from '../../cluster/failure.ts';
import type { ClusterFailure } from '../../cluster/failure.ts';
import { listPage } from '../../cluster/listing.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Progress } from './progress.ts';

/** How a cluster is gone through. */
export interface Manner {
  readonly progress: Progress;
  /** Objects of a page; as many as an API server likes unless said. */
  readonly pageSize?: number;
  /** Asked after each object: where it answers a promise, nothing goes on before that resolves. Absent: there is nobody to give way to. */
  readonly rest?: () => Promise<void> | undefined;
}

/** Where the objects go. `again`: the list begins anew, and what was put is void. */
export interface Listing extends Manner {
  readonly put: (object: JsonObject) => void;
  readonly again: () => void;
}

export type ListedKind =
  { readonly ok: true; readonly objects: number } | { readonly ok: false; readonly failure: ClusterFailure };

const usualPageSize = 500;
const deadlineMillis = 30_000;
/** A list that takes longer than the server remembers its moment (five minutes) begins anew this often. */
const mostRestarts = 2;

/** Every object of a kind, all of one moment. */
export async function listKind(server: ApiServer, kind: StoredKind, listing: Listing): Promise<ListedKind> {
  for (let restarts = 0; ; restarts += 1) {
    const listed = await listOnce(server, kind, listing);
    const expired = !listed.ok && listed.failure.code === clusterCodes.gone;
    if (!expired || restarts === mostRestarts) return listed;
    listing.again();
  }
}

async function listOnce(
  server: ApiServer,
  { group, version, resource }: StoredKind,
  { put, progress, pageSize = usualPageSize, rest }: Listing,
): Promise<ListedKind> {
  const path = group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
  const question = { path, deadlineMillis, mostObjects: Infinity };
  let size = pageSize;
  const ask = async (next: string): ReturnType<typeof listPage> => {
    for (;;) {
      const asked = await listPage(server, question, size, next);
      if (asked.ok || asked.failure.code !== clusterCodes.tooLarge || size === 1) return asked;
      size = Math.max(1, size >> 1);
    }
  };
  let objects = 0;
  let asking = ask('');
  for (;;) {
    const asked = await asking;
    if (!asked.ok) return asked;
    const { page } = asked;
    const last = page.next === '';
    // Asked for before this page is judged: the server works meanwhile. It never rejects, so nobody need await it on the way out.
    if (!last) asking = ask(page.next);
    for (const object of page.objects) {
      put(object);
      const resting = rest?.();
      if (resting !== undefined) await resting;
    }
    objects += page.objects.length;
    progress.show(resource, objects, objects + page.remaining);
    if (last) return { ok: true, objects };
  }
}
