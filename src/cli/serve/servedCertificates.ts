/** The certificate that `serve` finds in a Secret of the cluster: followed by every replica, kept by the leader where it is our own. */
import type { Cluster } from '../../cluster/cluster.ts';
import { processTiming } from '../../cluster/timing.ts';
import { toSeconds } from '../../config/formats.ts';
import { sound, unsound } from '../../config/issue.ts';
import type { Read } from '../../config/issue.ts';
import type { Config } from '../../config/schema.ts';
import { certificates as keep } from '../../controllers/certificates/certificates.ts';
import type { Certificates } from '../../controllers/certificates/certificates.ts';
import { pairAt, read, textAt, trusted } from '../../controllers/certificates/held.ts';
import type { Replicas } from '../../controllers/replicas.ts';
import type { StoredCertificates } from '../../app.ts';
import { invalidNames } from '../../server/tls/directory.ts';
import { makeAuthority, makeServing } from '../../server/tls/issue.ts';
import type { Readiness } from '../../server/review.ts';
import type { ServedRegistration } from './servedRegistration.ts';

export interface ServedCertificates extends StoredCertificates {
  /** The authorities that API servers are to trust at this moment, asked of the API server itself: nobody may be told what was true a while ago. */
  readonly authority: () => Promise<Read<string>>;
  /** Ready while what is known of the Secret is not old: who serves what was replaced long ago would be turned away. */
  readonly readiness: () => Readiness;
  /** Begins to keep them, where they are our own; to be called once. */
  readonly kept: (options: Keeping) => Certificates | undefined;
}

export interface Keeping {
  readonly registered: ServedRegistration | undefined;
  readonly replicas: Replicas;
  readonly waiting: (what: string) => void;
}

const staleMillis = 60_000;
const askMillis = 10_000;
const lookMillis = 50;

/** Nothing where the configuration names no Secret. Code: `tls_name_invalid`. */
export function servedCertificates(cluster: Cluster, config: Config): Read<ServedCertificates | undefined> {
  const { secret, mode, settle } = config.certificates;
  if (secret === null) return sound(undefined);
  const names = namesOf(config);
  const invalid = invalidNames(names);
  if (invalid.length > 0) return unsound(invalid);
  const [namespace = '', name = ''] = secret.split('/');
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const listeners: (() => void)[] = [];
  const form = { query: { fieldSelector: `metadata.name=${name}` } };
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const stored = cluster.followStored(collection, changed, { form });
  const pair: StoredCertificates['pair'] = () => pairAt(stored.get(secret), 'tls');
  let keeping: Certificates | undefined;
  return sound({
    what: `Secret ${secret}`,
    pair,
    onChange: (listener) => listeners.push(listener),
    arrives: async (millis) => {
      const deadline = processTiming.now() + millis;
      while (pair() === undefined && processTiming.now() < deadline && !cluster.stopped.aborted)
        await processTiming.pause(lookMillis, cluster.stopped);
      return pair() !== undefined;
    },
    figures: () => {
      const held = keeping?.held() ?? read(stored.get(secret));
      return held === undefined
        ? undefined
        : { authorityExpires: new Date(held.authority.notAfter), phase: held.phase };
    },
    authority: async () => {
      const asked = await cluster.api.ask({ path: `${collection}/${name}`, deadlineMillis: askMillis });
      const found = asked.ok ? bundleIn(asked.body, mode) : undefined;
      if (found !== undefined) return sound(found);
      const message = asked.ok
        ? `the Secret ${secret} names no authority yet, so nobody can be told whom to trust`
        : asked.failure.message;
      return unsound([{ code: 'webhooks.authority', message }]);
    },
    readiness: () => {
      const age = stored.age?.();
      if (age !== undefined && age <= staleMillis) return { ready: true, reasons: [] };
      const when = age === undefined ? 'not listed yet' : `last heard of ${Math.round(age / 1000)} s ago`;
      return { ready: false, reasons: [`certificates: the Secret ${secret}: ${when}`] };
    },
    kept: ({ registered, replicas, waiting }) => {
      if (mode !== 'selfManaged') return undefined;
      keeping = keep({
        api: cluster.api,
        timing: processTiming,
        date: () => new Date(),
        mint: {
          authority: (now, days) => makeAuthority(`Bulkhead ${now.toISOString()}`, now, days),
          serving: (authority, all, now, days) => makeServing(authority, 'bulkhead', all, now, days),
        },
        namespace,
        name,
        stored,
        names,
        settleMillis: toSeconds(settle) * 1_000,
        registered: registered?.known,
        registeredNow: async () => registered?.now(),
        replicas,
        waiting,
      });
      const { changed: look } = keeping;
      listeners.push(look);
      return keeping;
    },
  });
}

function bundleIn(secret: unknown, mode: Config['certificates']['mode']): string | undefined {
  if (mode !== 'selfManaged') return textAt(secret, 'ca.crt');
  const held = read(secret);
  return held === undefined ? undefined : trusted(held);
}

/** The names under which API servers call. */
function namesOf({ webhook: { service, url }, certificates }: Config): readonly string[] {
  const [namespace, name] = service?.split('/') ?? [];
  const host = url === null ? undefined : URL.parse(url)?.hostname.replace(/^\[|\]$/g, '');
  const names = [
    ...(service === null ? [] : [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`]),
    ...(host === undefined ? [] : [host]),
    ...certificates.names,
  ];
  return names.length > 0 ? [...new Set(names)] : ['localhost'];
}
