/** Exceptions as an approver handles them: listed and decided, under the approver's own identity. */
import { readException } from '../boundary/exceptions/exception.ts';
import type { Exception } from '../boundary/exceptions/exception.ts';
import { listAt, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { isDnsLabel } from '../k8s/syntax.ts';
import type { ApiServer } from './apiServer.ts';
import type { ClusterFailure } from './failure.ts';
import { listAll } from './listing.ts';
import { exceptionKind } from './ruleKinds.ts';

/** One exception as a list shows it. */
export interface ListedException {
  readonly name: string;
  /** As the cluster's Bulkhead tells it; else what the approval says. */
  readonly state: string;
  readonly by: string;
  readonly expires: string;
  readonly category: string;
  readonly reason: string;
}

export type Listing =
  | { readonly ok: true; readonly exceptions: readonly ListedException[] }
  | { readonly ok: false; readonly failure: ClusterFailure };

/** What became of a decision. `exception` is what was decided about. */
export type Decided =
  | { readonly ok: true; readonly exception: Exception; readonly reason: string }
  | { readonly ok: false; readonly message: string };

const deadlineMillis = 10_000;
const mostExceptions = 100_000;
const groupPath = '/apis/bulkhead.dev/v1alpha1';

/** Those of a namespace, or of all. */
export async function listExceptions(server: ApiServer, namespace?: string): Promise<Listing> {
  const path =
    namespace === undefined ? exceptionKind.path : `${groupPath}/namespaces/${namespace}/guardrailexceptions`;
  const listed = await listAll(server, { path, deadlineMillis, mostObjects: mostExceptions });
  return listed.ok ? { ok: true, exceptions: listed.objects.map(toListed) } : listed;
}

function toListed(object: JsonObject): ListedException {
  const text = (...path: readonly string[]): string => stringAt(object, ...path) ?? '';
  const active = listAt(object, 'status', 'conditions').find((one) => stringAt(one, 'type') === 'Active');
  return {
    name: `${text('metadata', 'namespace')}/${text('metadata', 'name')}`,
    state: stringAt(active, 'reason') ?? (text('status', 'approval', 'state') || 'Pending'),
    by: text('status', 'approval', 'by'),
    expires: text('spec', 'expiresAt'),
    category: text('spec', 'category'),
    reason: text('spec', 'reason'),
  };
}

/**
 * Approves or refuses the exception as it is at this moment: where it changes meanwhile the API server refuses. Only the state is sent; by whom, when and for
 * which spec is written by Bulkhead.
 */
export async function decideException(
  server: ApiServer,
  key: string,
  state: 'Approved' | 'Refused',
): Promise<Decided> {
  const [namespace = '', name = '', ...rest] = key.split('/');
  if (rest.length > 0 || !isDnsLabel(namespace) || !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name))
    return { ok: false, message: 'name it as NAMESPACE/NAME' };
  const path = `${groupPath}/namespaces/${namespace}/guardrailexceptions/${name}`;
  const stored = await server.ask({ path, deadlineMillis });
  if (!stored.ok) return { ok: false, message: stringAt(stored.body, 'message') ?? stored.failure.message };
  const read = readException(stored.body);
  if (!read.ok) return { ok: false, message: `cannot be read: ${read.issues[0]?.message ?? ''}` };
  const asked = await server.ask({
    method: 'PATCH',
    path: `${path}/status?fieldManager=bulkhead-exception`,
    contentType: 'application/merge-patch+json',
    body: {
      metadata: { resourceVersion: ownAt(stored.body, 'metadata', 'resourceVersion') },
      status: { approval: { state, by: null, at: null, specHash: null } },
    },
    deadlineMillis,
  });
  if (!asked.ok) return { ok: false, message: stringAt(asked.body, 'message') ?? asked.failure.message };
  return { ok: true, exception: read.value, reason: stringAt(stored.body, 'spec', 'reason') ?? '' };
}
