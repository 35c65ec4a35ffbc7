/** One cluster as a source of facts: its namespaces, what must be read live, and whether it can be relied on. */
import type { RecordedLabels, StoredFloor } from '../admission/world.ts';
import type { Read } from '../config/issue.ts';
import { sound } from '../config/issue.ts';
import type { NamespaceFacts, NamespaceLookup } from '../k8s/namespaceFacts.ts';
import { fromKubeconfig, fromPod } from './access.ts';
import type { Access, Environment } from './access.ts';
import { apiServer } from './apiServer.ts';
import type { ApiServer } from './apiServer.ts';
import { collectionOf, metadataCollection, withoutManagedFields } from './collection.ts';
import type { Collection, CollectionForm } from './collection.ts';
import { emptySnapshot, NamespaceDirectory } from './directory.ts';
import type { ClusterFailure } from './failure.ts';
import { exceptionCopy } from './exceptionCopy.ts';
import type { ExceptionCopy } from './exceptionCopy.ts';
import { floorCopy, floorsForm, floorsPath } from './floorCopy.ts';
import type { FloorCopy } from './floorCopy.ts';
import { followed } from './followed.ts';
import type { Followed } from './followed.ts';
import type { Keep } from './listing.ts';
import { followedRules } from './followedRules.ts';
import { liveReads } from './liveReads.ts';
import type { LiveReads } from './liveReads.ts';
import { reflector } from './reflector.ts';
import type { Copy, Reflector, ReflectorEvent } from './reflector.ts';
import type { RuleKind } from './ruleKinds.ts';
import type { RulesInForce, RulesInForceOptions } from './rulesInForce.ts';
import { servedCollection } from './servedCollection.ts';
import { deletesInOrder, serverFacts } from './serverFacts.ts';
import type { Version } from './serverFacts.ts';
import { processTiming } from './timing.ts';
import type { Timing } from './timing.ts';

/** What a decision may know of the cluster: taken once for a request, it never changes afterwards. */
export interface ClusterView {
  /** Never `absent`: what is not in the copy, and everything while the copy is too old, is `unknown` and must be read live. */
  readonly lookup: NamespaceLookup;
  readonly known: () => Iterable<NamespaceFacts>;
  readonly orderedDeletion: boolean;
  /** Present where floors are followed. Never says `absent` for certain: a live read does. */
  readonly floorOf?: (namespace: string) => StoredFloor;
  /** Present where floors are followed: it says `unavailable`, for the record of a name must be read live. */
  readonly recordOf?: (name: string) => RecordedLabels;
  /** Another value whenever the namespaces are others. */
  readonly revision: unknown;
}

export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** `namespaces`, `stored`: how the copy of them, or of something else that is stored, fares. `server`: the version or our identity could not be asked for. */
export type ClusterEvent =
  | { readonly about: 'namespaces'; readonly event: ReflectorEvent }
  | { readonly about: 'stored'; readonly what: string; readonly event: ReflectorEvent }
  | { readonly about: 'server'; readonly failure: ClusterFailure };

export interface Cluster {
  /** `https://…`, for messages. */
  readonly server: string;
  /** The namespace that Bulkhead runs in, where it runs in the cluster; it is exempt. */
  readonly ownNamespace: string | undefined;
  readonly live: LiveReads;
  view(): ClusterView;
  /** Bulkhead's own user name; null while the API server has not told it. */
  identity(): string | null;
  version(): Version | undefined;
  /** How many namespaces are known, and how old that knowledge is; undefined before the first list. */
  namespaces(): { readonly count: number; readonly ageMillis: number | undefined };
  /** Ready once everything was listed, while that is not older than `staleMillis`. */
  readiness(): Readiness;
  /** Resolves with true once it is ready, with false after `millis` or when it stops. */
  becameReady(millis: number): Promise<boolean>;
  /** The API server itself, for those who write. */
  readonly api: ApiServer;
  /** Follows a further kind, which need not be served yet, for as long as the cluster is followed. */
  followStored(path: string, changed: (key: string) => void, how?: FollowHow): Followed;
  /** Follows the floors; from then on views tell of them and of recorded names. To be called once, by whoever runs those who write them. */
  followFloors(): FloorCopy;
  /** Follows the exceptions that are stored in the cluster. */
  followExceptions(): ExceptionCopy;
  /** Follows the rules that are stored in the cluster. */
  followRules(kinds: readonly RuleKind[], options: FollowedRules): RulesInForce;
  /** Calls `listener` with the name of every namespace that comes, changes or goes. */
  onNamespace(listener: (name: string) => void): void;
  /** Aborted when the cluster is stopped. */
  readonly stopped: AbortSignal;
  /** Ends every call and connection; resolves when nothing runs any more. Safe to call twice. */
  stop(): Promise<void>;
}

/** Which objects of a kind are followed, and what of each is kept. */
export interface FollowHow {
  readonly form?: CollectionForm;
  readonly keep?: Keep;
}

/** What happens to the rules that are followed. */
export interface FollowedRules extends Pick<RulesInForceOptions, 'compile' | 'isRolledOut' | 'observe'> {
  /** Told why the parameters of a kind cannot be read, once until they can be. */
  readonly paramsFailed: (kind: string, failure: ClusterFailure) => void;
}

export interface ClusterOptions {
  /** A kubeconfig; without one, the cluster that this process runs in. */
  readonly kubeconfig?: string | undefined;
  readonly environment: Environment;
  readonly observe?: (event: ClusterEvent) => void;
  readonly timing?: Timing;
  /** Facts older than this are not used; 60 s unless said. In quiet times they are at most about 36 s old. */
  readonly staleMillis?: number;
  /** How long each watch lasts; 30 s unless said. */
  readonly watchSeconds?: number;
}

const usualStaleness = 60_000;

/** Reads how to reach the cluster and begins to follow it; that it cannot be reached is told by readiness, for it may come. */
export async function connectCluster(options: ClusterOptions): Promise<Read<Cluster>> {
  const access =
    options.kubeconfig === undefined
      ? await fromPod(options.environment)
      : await fromKubeconfig(options.kubeconfig);
  return access.ok ? sound(follow(access.value, options)) : access;
}

function follow(access: Access, options: ClusterOptions): Cluster {
  const { observe, timing = processTiming, staleMillis = usualStaleness, watchSeconds } = options;
  const server = apiServer(access);
  const directory = new NamespaceDirectory();
  const namespaces = reflector({
    collection: metadataCollection(server, '/api/v1/namespaces'),
    copy: directory,
    timing,
    observe: (event) => observe?.({ about: 'namespaces', event }),
    ...(watchSeconds === undefined ? {} : { watchSeconds }),
  });
  const facts = serverFacts(server, timing, (failure) => observe?.({ about: 'server', failure }));
  const stopping = new AbortController();
  const running: Promise<unknown>[] = [namespaces.run(stopping.signal), facts.run(stopping.signal)];
  const pace = watchSeconds === undefined ? {} : { watchSeconds };

  const isFresh = (): boolean => (namespaces.age() ?? Infinity) <= staleMillis;
  const readiness = (): Readiness => {
    if (isFresh()) return { ready: true, reasons: [] };
    const age = namespaces.age();
    const why = namespaces.trouble()?.message;
    const reason =
      age === undefined
        ? 'namespaces: not listed yet'
        : `namespaces: last heard of ${Math.round(age / 1000)} s ago`;
    return { ready: false, reasons: [why === undefined ? reason : `${reason}: ${why}`] };
  };

  let floors: FloorCopy | undefined;
  const followCopy = (what: string, collection: Collection, copy: Copy): Reflector => {
    const reflected = reflector({
      collection,
      copy,
      timing,
      observe: (event) => observe?.({ about: 'stored', what, event }),
      ...pace,
    });
    running.push(reflected.run(stopping.signal));
    return reflected;
  };

  const followStored: Cluster['followStored'] = (
    path,
    changed,
    { form, keep = withoutManagedFields } = {},
  ) => {
    const collection = servedCollection(
      collectionOf(server, path, { ...form, keep }),
      timing,
      stopping.signal,
    );
    return followed(
      (copy) => followCopy(path, collection, copy),
      () => collection.served(),
      changed,
      keep,
    );
  };

  return {
    server: access.server,
    ownNamespace: access.ownNamespace,
    live: liveReads(server),
    view: () => {
      const version = facts.version();
      const snapshot = isFresh() ? directory.snapshot() : emptySnapshot;
      return {
        lookup: (name) => snapshot.get(name) ?? 'unknown',
        known: () => snapshot.all(),
        orderedDeletion: version !== undefined && deletesInOrder(version),
        revision: snapshot,
        ...(floors === undefined
          ? {}
          : { floorOf: floors.floorOf.bind(floors), recordOf: () => 'unavailable' as const }),
      };
    },
    identity: () => facts.identity() ?? null,
    version: () => facts.version(),
    namespaces: () => ({ count: directory.snapshot().size, ageMillis: namespaces.age() }),
    readiness,
    becameReady: async (millis) => {
      const deadline = timing.now() + millis;
      while (!readiness().ready) {
        if (stopping.signal.aborted || timing.now() >= deadline) return false;
        await timing.pause(Math.min(50, millis), stopping.signal);
      }
      return true;
    },
    api: server,
    followStored,
    followExceptions: () => exceptionCopy(followStored, staleMillis),
    followFloors: () =>
      (floors ??= floorCopy(
        (copy) => followCopy(floorsPath, collectionOf(server, floorsPath, floorsForm), copy),
        staleMillis,
      )),
    followRules: (kinds, followedBy) => {
      const rules = followedRules({
        ...{ server, kinds, timing, staleMillis, ...pace, ...followedBy },
        fares: (kind, event) => observe?.({ about: 'stored', what: kind, event }),
      });
      running.push(rules.run(stopping.signal));
      return rules;
    },
    onNamespace: (listener) => directory.onChange(listener),
    stopped: stopping.signal,
    stop: async () => {
      stopping.abort();
      server.stop();
      await Promise.all(running);
    },
  };
}
