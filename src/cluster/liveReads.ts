/** What is read from the API server for one request, because no copy may answer it; a failure says so and is never "nothing there". */
import type { NamespaceContents } from '../boundary/invariants/context.ts';
import { floorName } from '../boundary/invariants/policies/floor.ts';
import { recordSpecSchema } from '../boundary/recordSchema.ts';
import { readSchema } from '../config/readSchema.ts';
import type { RecordedLabels, StoredFloor, StoredObjects, StoredPage } from '../admission/world.ts';
import { isObject, ownAt, stringAt } from '../k8s/json.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { isDnsLabel } from '../k8s/syntax.ts';
import type { ApiServer, Asked } from './apiServer.ts';
import { metadataOfMany, metadataOfOne } from './collection.ts';
import { toFacts } from './directory.ts';
import { listFitting, listPage } from './listing.ts';
import type { ListQuestion, Page } from './listing.ts';

export interface LiveReads {
  /** `absent` only where the API server itself said that there is no such namespace. */
  readonly readNamespace: (name: string) => Promise<NamespaceFacts | 'absent' | 'unknown'>;
  /** Whether a namespace holds pods or policies besides the floor. The numbers are what one page tells: at least one where there is any. */
  readonly contentsOf: (namespace: string) => Promise<NamespaceContents | 'unavailable'>;
  /** The labels that a name was recorded with; `none` where the API server says that there is no record, or serves no such kind. */
  readonly recordOf: (name: string) => Promise<RecordedLabels>;
  /** The policy that stands as a namespace's floor. */
  readonly floorOf: (namespace: string) => Promise<StoredFloor>;
  /** The first NetworkPolicies, the floor too, and Pods of a namespace, as they are stored. */
  readonly storedIn: (namespace: string) => Promise<StoredObjects>;
}

/** A review has five seconds in all; an API server that needs more than half of them is not answering. */
const readMillis = 2_500;
/** What is stored is only told, so less is spent on it: time, objects of a kind that the main thread judges, and bytes that it parses at once. */
const storedMillis = 2_000;
const mostStored = 200;
const mostStoredBytes = 4_194_304;
/** Calls under way at once; beyond that the answer is "not known", without waiting. */
const mostCalls = 256;

/** Every call has a deadline, and there are never more than a bounded number of them. */
export function liveReads(server: ApiServer): LiveReads {
  let calls = 0;
  const bounded = async <T, F>(read: () => Promise<T>, refused: F): Promise<T | F> => {
    if (calls >= mostCalls) return refused;
    calls += 1;
    try {
      return await read();
    } finally {
      calls -= 1;
    }
  };
  return {
    readNamespace: async (name) => {
      // No API server stores a namespace of another form, and nothing else may become part of a path.
      if (!isDnsLabel(name)) return 'absent';
      return bounded(async () => {
        const path = `/api/v1/namespaces/${name}`;
        return toAnswer(await server.ask({ path, accept: metadataOfOne, deadlineMillis: readMillis }), name);
      }, 'unknown' as const);
    },
    contentsOf: async (namespace) => {
      if (!isDnsLabel(namespace)) return 'unavailable';
      return bounded(async () => {
        const [pods, policies] = await Promise.all([
          count(server, podsOf(namespace)),
          count(server, policiesOf(namespace), `metadata.name!=${floorName}`),
        ]);
        return pods === undefined || policies === undefined ? 'unavailable' : { pods, policies };
      }, 'unavailable' as const);
    },
    recordOf: async (name) => {
      if (!isDnsLabel(name)) return 'unavailable';
      return bounded(async () => {
        const path = `${recordsPath}/${name}`;
        return toRecord(await server.ask({ path, deadlineMillis: readMillis }), name);
      }, 'unavailable' as const);
    },
    floorOf: async (namespace) => {
      if (!isDnsLabel(namespace)) return 'unknown';
      return bounded(async () => {
        const path = `${policiesOf(namespace)}/${floorName}`;
        const asked = await server.ask({ path, deadlineMillis: readMillis });
        if (asked.ok) return isObject(asked.body) ? asked.body : 'unknown';
        return isNotFound(asked, 'networkpolicies', floorName) ? 'absent' : 'unknown';
      }, 'unknown' as const);
    },
    storedIn: async (namespace) => {
      if (!isDnsLabel(namespace)) return 'unavailable';
      return bounded(async () => {
        const [policies, pods] = await Promise.all([
          firstOf(server, policiesOf(namespace)),
          firstOf(server, podsOf(namespace)),
        ]);
        return policies === undefined || pods === undefined ? 'unavailable' : { policies, pods };
      }, 'unavailable' as const);
    },
  };
}

/** Where NamespaceRecords are stored. */
export const recordsPath = '/apis/bulkhead.dev/v1alpha1/namespacerecords';

const podsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
const policiesOf = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;

/** A 404 alone proves nothing (a proxy, a wrong path): the API server says which object of which kind it did not find. */
function toAnswer(asked: Asked, name: string): NamespaceFacts | 'absent' | 'unknown' {
  if (asked.ok) {
    const facts = isObject(asked.body) ? toFacts(asked.body) : undefined;
    return facts?.name === name ? facts : 'unknown';
  }
  return isNotFound(asked, 'namespaces', name) ? 'absent' : 'unknown';
}

const isNotFound = (asked: Extract<Asked, { readonly ok: false }>, kind: string, name: string): boolean =>
  asked.status === 404 &&
  stringAt(asked.body, 'kind') === 'Status' &&
  stringAt(asked.body, 'reason') === 'NotFound' &&
  stringAt(asked.body, 'details', 'kind') === kind &&
  stringAt(asked.body, 'details', 'name') === name;

/** The API server's own 404 for a path that it serves nothing at, which is how a definition that is not installed looks. */
const isUnserved = (asked: Extract<Asked, { readonly ok: false }>): boolean =>
  asked.status === 404 && stringAt(asked.body, 'kind') !== 'Status';

function toRecord(asked: Asked, name: string): RecordedLabels {
  if (!asked.ok)
    return isNotFound(asked, 'namespacerecords', name) || isUnserved(asked) ? 'none' : 'unavailable';
  const read = readSchema(recordSpecSchema, ownAt(asked.body, 'spec'));
  return read.ok ? new Map(Object.entries(read.value.labels)) : 'unavailable';
}

/** How many objects there are, by a page of two and by what the API server says is left. */
async function count(server: ApiServer, path: string, fieldSelector?: string): Promise<number | undefined> {
  const question: ListQuestion = {
    path,
    accept: metadataOfMany,
    deadlineMillis: readMillis,
    mostObjects: 2,
    ...(fieldSelector === undefined ? {} : { query: { fieldSelector } }),
  };
  const asked = await listPage(server, question, 2);
  if (!asked.ok) return undefined;
  return asked.page.objects.length + leftAfter(asked.page);
}

/** The first page of what is stored, a shorter one where it is too large, all within the one deadline. */
async function firstOf(server: ApiServer, path: string): Promise<StoredPage | undefined> {
  const until = performance.now() + storedMillis;
  const question = {
    path,
    deadlineMillis: storedMillis,
    mostObjects: mostStored,
    pageBytes: mostStoredBytes,
  };
  const asked = await listFitting(server, question, mostStored, '', () =>
    Math.ceil(until - performance.now()),
  );
  return asked.ok ? { objects: asked.page.objects, more: leftAfter(asked.page) } : undefined;
}

/** How many objects a page leaves out, at least. */
const leftAfter = ({ remaining, next }: Page): number => Math.max(remaining, next === '' ? 0 : 1);
