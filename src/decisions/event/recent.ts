/** What was decided a moment ago: recognises a call that comes once more, and the two calls of one API request. */
import { hash } from 'node:crypto';
import type { Attributes } from '../../k8s/attributes.ts';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import { isObject, ownAt, stringAt } from '../../k8s/json.ts';
import { canonicalJson } from '../canonicalJson.ts';
import { recordVersion } from '../record.ts';
import type { RetryEvent } from '../record.ts';
import type { Decided, Relations } from './event.ts';

/** The API server repeats a call only within its own timeout, and calls both doors for one request. */
const rememberedMillis = 10_000;
const mostCalls = 4_096;
const mostMutations = 1_024;

type Named = Pick<Attributes, 'operation' | 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>;

/** A call, without its object: thousands of them are remembered. */
interface Call extends Named {
  readonly decisionId: string;
  readonly decision: string;
  readonly rulesHash: string;
  readonly username: string;
  readonly objectSha256: string | undefined;
  readonly at: number;
}

interface Mutation {
  readonly decisionId: string;
  readonly fingerprint: string;
  readonly at: number;
}

/** Remembers a bounded number of calls for ten seconds; what it forgets is a record of its own. */
export class Recent {
  /** By uid, for each door. */
  readonly #calls = new Map<string, Generations<Call>>();
  readonly #mutations = new Map<string, Mutation>();

  /** How a call is related to what came before; remembers it. `same`: the same call with the same outcome, whose record is `retry`. */
  relationsOf(
    decided: Decided,
    objectSha256: string | undefined,
  ): { readonly same: true; readonly retry: RetryEvent } | (Relations & { readonly same: false }) {
    const { decisionId, decision, rulesHash, millis, door, attributes } = decided;
    let calls = this.#calls.get(door);
    if (calls === undefined) {
      calls = new Generations(mostCalls);
      this.#calls.set(door, calls);
    }
    const first = fresh(calls.get(attributes.uid), millis);
    // A uid alone proves nothing: whoever repeats one with another object, or as somebody else, gets a record of their own.
    if (first !== undefined && first.objectSha256 === objectSha256 && isAbout(first, attributes)) {
      const retryOf = first.decisionId;
      const same = first.decision === decision && first.rulesHash === rulesHash;
      return same ? { same, retry: retryEvent(decided, retryOf) } : { same, retryOf };
    }
    const { operation, group, resource, subresource, namespace, name, user } = attributes;
    calls.set(attributes.uid, {
      decisionId,
      decision,
      rulesHash,
      objectSha256,
      at: millis,
      username: user.username,
      operation,
      group,
      resource,
      subresource,
      namespace,
      name,
    });
    const correlates = this.#correlate(decided);
    return correlates === undefined ? { same: false } : { same: false, correlates };
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
    const mutation = { decisionId, fingerprint: fingerprintOf(patched.value), at: millis };
    remember(this.#mutations, subjectOf(decided, by), mutation, mostMutations);
  }
}

const fresh = <Kept extends { readonly at: number }>(
  kept: Kept | undefined,
  now: number,
): Kept | undefined => (kept !== undefined && now - kept.at <= rememberedMillis ? kept : undefined);

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
  time: new Date(decided.millis).toISOString(),
  uid: decided.attributes.uid,
});

/** Whether a call was made by the same user, to do the same to the same object. */
const isAbout = (call: Call, attributes: Attributes): boolean =>
  call.username === attributes.user.username &&
  call.operation === attributes.operation &&
  call.name === attributes.name &&
  call.namespace === attributes.namespace &&
  call.resource === attributes.resource &&
  call.group === attributes.group &&
  call.subresource === attributes.subresource;

/** Who does what to which object; between the doors the API server makes a name of a generateName. */
function subjectOf({ attributes }: Decided, by: 'name' | 'generateName'): string {
  const { user, operation, group, resource, subresource, namespace, name, object } = attributes;
  const named = by === 'name' ? name : (stringAt(object, 'metadata', 'generateName') ?? '');
  return JSON.stringify([user.username, operation, group, resource, subresource, namespace, by, named]);
}

/** Keeps the youngest, between half of `most` and `most` of them: forgetting half at once costs less than the oldest each time. */
class Generations<Kept> {
  readonly #half: number;
  #young = new Generation<Kept>();
  #old = new Generation<Kept>();

  constructor(most: number) {
    this.#half = most / 2;
  }

  get(key: string): Kept | undefined {
    const place = placeOf(key);
    return this.#young.get(key, place) ?? this.#old.get(key, place);
  }

  set(key: string, value: Kept): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.set(key, value);
  }
}

const places = 65_536;

/** One of the places, by the first eight letters: those of a UUID are random. */
function placeOf(key: string): number {
  let place = 0;
  for (let at = Math.min(key.length, 8) - 1; at >= 0; at -= 1) place = (place * 31 + key.charCodeAt(at)) | 0;
  return place & (places - 1);
}

/** A Map, and in front of it what nearly always tells that a key is not there: nearly none is, and a Map of thousands is slow to say so. */
class Generation<Kept> {
  readonly #kept = new Map<string, Kept>();
  readonly #taken = new Uint8Array(places);

  get size(): number {
    return this.#kept.size;
  }

  /** `place` is that of the key. */
  get(key: string, place: number): Kept | undefined {
    return this.#taken[place] === 0 ? undefined : this.#kept.get(key);
  }

  set(key: string, value: Kept): void {
    this.#taken[placeOf(key)] = 1;
    this.#kept.set(key, value);
  }
}

/** What both doors see alike: the API server adds to the metadata in between. */
const fingerprintOf = (object: unknown): string =>
  isObject(object)
    ? hash('sha256', canonicalJson([ownAt(object, 'metadata', 'labels'), ownAt(object, 'spec')]))
    : '';
