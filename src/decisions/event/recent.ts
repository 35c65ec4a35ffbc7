/** What was decided a moment ago: recognises a call that comes once more, and the two calls of one API request. */
import { hash } from 'node:crypto';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import { isObject, ownAt, stringAt } from '../../k8s/json.ts';
import { canonicalJson } from '../canonicalJson.ts';
import { recordVersion } from '../record.ts';
import type { DecisionEvent, RetryEvent } from '../record.ts';
import { RecentCalls } from './calls.ts';
import { longestName } from './event.ts';
import type { Decided, Relations } from './event.ts';
import { instant } from './instant.ts';

/** The API server repeats a call only within its own timeout, and calls both doors for one request. */
const rememberedMillis = 10_000;
const mostMutations = 1_024;

interface Mutation {
  readonly decisionId: string;
  readonly fingerprint: string;
  readonly millis: number;
}

/** Remembers a bounded number of calls for ten seconds; what it forgets is a record of its own. */
export class Recent {
  readonly #calls = new RecentCalls();
  readonly #mutations = new Map<string, Mutation>();

  /** How a call is related to what came before. `same`: the same call with the same outcome, whose record is `retry`. */
  relationsOf(
    decided: Decided,
    objectSha256: string | undefined,
  ): { readonly same: true; readonly retry: RetryEvent } | (Relations & { readonly same: false }) {
    const { decision, rulesHash, millis, attributes } = decided;
    for (const known of this.#calls.find(attributes.uid)) {
      if (fresh(known, millis) === undefined) continue;
      // Our own text.
      const first = JSON.parse(known.head) as Partial<DecisionEvent>;
      const retryOf = first.decisionId;
      if (retryOf === undefined || !isSameCall(first, decided, objectSha256)) continue;
      const same = first.decision === decision && first.rulesHash === rulesHash;
      return same ? { same, retry: retryEvent(decided, retryOf) } : { same, retryOf };
    }
    const correlates = this.#correlate(decided);
    return correlates === undefined ? { same: false } : { same: false, correlates };
  }

  /** Remembers a call by the head of its record. */
  remember({ attributes, millis }: Decided, head: Uint8Array): void {
    this.#calls.keep(attributes.uid, head, millis);
  }

  #correlate(decided: Decided): string | undefined {
    if (decided.door === 'mutate') {
      if (decided.decision === 'patched') this.#rememberMutation(decided);
      return undefined;
    }
    if (decided.door !== 'validate' || this.#mutations.size === 0) return undefined;
    const known =
      fresh(this.#mutations.get(subjectOf(decided, 'name')), decided.millis) ??
      fresh(this.#mutations.get(subjectOf(decided, 'generateName')), decided.millis);
    if (known === undefined) return undefined;
    return known.fingerprint === fingerprintOf(decided.attributes.object) ? known.decisionId : undefined;
  }

  #rememberMutation(decided: Decided): void {
    const patched = applyPatch(decided.attributes.object, decided.patch);
    if (!patched.ok) return;
    const by = decided.attributes.name === '' ? 'generateName' : 'name';
    const { decisionId, millis } = decided;
    const mutation = { decisionId, fingerprint: fingerprintOf(patched.value), millis };
    remember(this.#mutations, subjectOf(decided, by), mutation, mostMutations);
  }
}

const fresh = <Kept extends { readonly millis: number }>(
  kept: Kept | undefined,
  now: number,
): Kept | undefined => (kept !== undefined && now - kept.millis <= rememberedMillis ? kept : undefined);

/** Keeps the youngest `most`; what is put in again moves to the end. */
function remember<Kept>(kept: Map<string, Kept>, key: string, value: Kept, most: number): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size <= most) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}

const retryEvent = (decided: Decided, retryOf: string): RetryEvent => ({
  apiVersion: recordVersion,
  decision: decided.decision,
  decisionId: decided.decisionId,
  door: decided.door,
  kind: 'Retry',
  retryOf,
  rulesHash: decided.rulesHash,
  time: instant(decided.millis),
  uid: decided.attributes.uid,
});

/**
 * Whether a head is of the same call: the same door was asked by the same user to do the same to the same object. A uid alone proves nothing: whoever repeats one with
 * another object, or as somebody else, gets a record of their own.
 */
function isSameCall(
  head: Partial<DecisionEvent>,
  { door, attributes }: Decided,
  objectSha256?: string,
): boolean {
  const { uid, operation, user, group, version, kind, subresource, namespace, name } = attributes;
  const { resource } = head;
  return (
    head.door === door &&
    head.operation === operation &&
    head.objectSha256 === objectSha256 &&
    isSame(head.uid, uid) &&
    isSame(head.user?.username, user.username) &&
    isSame(resource?.group, group) &&
    isSame(resource?.version, version) &&
    isSame(resource?.kind, kind) &&
    isSame(resource?.subresource, subresource) &&
    isSame(resource?.namespace, namespace) &&
    isSame(resource?.name ?? '', name)
  );
}

/** Of what was cut, or had a half of a surrogate pair, a head does not tell what it was. */
const isSame = (written: string | undefined, text: string): boolean =>
  written === text && text.length < longestName && !text.includes('\uFFFD');

/** Who does what to which object; between the doors the API server makes a name of a generateName. */
function subjectOf({ attributes }: Decided, by: 'name' | 'generateName'): string {
  const { user, operation, group, resource, subresource, namespace, name, object } = attributes;
  const named = by === 'name' ? name : (stringAt(object, 'metadata', 'generateName') ?? '');
  return JSON.stringify([user.username, operation, group, resource, subresource, namespace, by, named]);
}

/** What both doors see alike: the API server adds to the metadata in between. */
const fingerprintOf = (object: unknown): string =>
  isObject(object)
    ? hash('sha256', canonicalJson([ownAt(object, 'metadata', 'labels'), ownAt(object, 'spec')]))
    : '';
