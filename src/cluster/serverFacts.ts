/** What Bulkhead must know of the API server itself: its version, and under which name it knows Bulkhead. */
import { stringAt } from '../k8s/json.ts';
import type { ApiServer } from './apiServer.ts';
import { backoff } from './backoff.ts';
import type { ClusterFailure } from './failure.ts';
import { clusterCodes, failure } from './failure.ts';
import type { Timing } from './timing.ts';

export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Claims that a namespace that is deleted loses its pods before anything else (KEP-5080, always on since 1.34). */
export const deletesInOrder = ({ major, minor }: Version): boolean =>
  major > 1 || (major === 1 && minor >= 34);

export type Known<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: ClusterFailure };

const askMillis = 5_000;

/** Asks for the version. Some distributions write `36+` for a minor version. */
export async function askVersion(server: ApiServer): Promise<Known<Version>> {
  const asked = await server.ask({ path: '/version', deadlineMillis: askMillis });
  if (!asked.ok) return asked;
  const [major, minor] = ['major', 'minor'].map(
    (part) => /^\d{1,6}/.exec(stringAt(asked.body, part) ?? '')?.[0],
  );
  if (major === undefined || minor === undefined) {
    return {
      ok: false,
      failure: failure(clusterCodes.unreadable, 'GET /version was not answered with a version of Kubernetes'),
    };
  }
  return { ok: true, value: { major: Number(major), minor: Number(minor) } };
}

/** Asks who we are (SelfSubjectReview, Kubernetes 1.28 and later): the user name that reviews of our own writes will carry. */
export async function askIdentity(server: ApiServer): Promise<Known<string>> {
  const apiVersion = 'authentication.k8s.io/v1';
  const asked = await server.ask({
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectreviews`,
    body: { apiVersion, kind: 'SelfSubjectReview' },
    deadlineMillis: askMillis,
  });
  if (!asked.ok) return asked;
  const username = stringAt(asked.body, 'status', 'userInfo', 'username') ?? '';
  return username === ''
    ? { ok: false, failure: failure(clusterCodes.unreadable, 'a SelfSubjectReview did not say who we are') }
    : { ok: true, value: username };
}

/** How often the version is asked for: servers are upgraded while we run. */
const refreshMillis = 60_000;

export interface ServerFacts {
  run(signal: AbortSignal): Promise<void>;
  version(): Version | undefined;
  identity(): string | undefined;
}

/** Asks until both are known, then for the version once a minute; what was known stays while the server does not answer. */
export function serverFacts(
  server: ApiServer,
  timing: Timing,
  observe: (failure: ClusterFailure) => void,
): ServerFacts {
  const delay = backoff(timing.random);
  let version: Version | undefined;
  let identity: string | undefined;
  const refresh = async (signal: AbortSignal): Promise<boolean> => {
    const [versionAsked, identityAsked] = await Promise.all([
      askVersion(server),
      identity === undefined ? askIdentity(server) : { ok: true as const, value: identity },
    ]);
    if (signal.aborted) return false;
    if (versionAsked.ok) version = versionAsked.value;
    else observe(versionAsked.failure);
    if (identityAsked.ok) identity = identityAsked.value;
    else observe(identityAsked.failure);
    return versionAsked.ok && identityAsked.ok;
  };
  return {
    run: async (signal) => {
      while (!signal.aborted) {
        const known = await refresh(signal);
        if (known) delay.reset();
        await timing.pause(known ? refreshMillis : delay.next(), signal);
      }
    },
    version: () => version,
    identity: () => identity,
  };
}
