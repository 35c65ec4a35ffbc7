/** What an entry can be found by: its values of every facet, and its words, read from the event as it is stored. */
import { createHash } from 'node:crypto';
import { listAt, objectIn, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Facet } from './query.ts';
import { wordsOf } from './words.ts';

export interface Terms {
  /** Milliseconds since the epoch; 0 where the event has no time. */
  readonly time: number;
  /** Each value of each facet once. */
  readonly values: readonly (readonly [Facet, string])[];
  readonly words: ReadonlySet<string>;
}

/** Longer values are told apart by their hash, so that no index has to hold them whole. */
const longest = 256;

/** A value as indexes hold it and questions look for it. */
export const termValue = (value: string): string =>
  value.length <= longest
    ? value
    : `${value.slice(0, longest - 17)}#${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;

/**
 * Reads the terms of a stored event. Nothing is taken for granted: what somebody changed in the store must still be found, and verification says that it
 * was changed. `tenantLabel` is the namespace label that names a tenant, for the peers in witnesses.
 */
export function termsOf(event: string, tenantLabel: string): Terms {
  const record = parsed(event);
  const time = Date.parse(stringAt(record, 'time') ?? '');
  const values: (readonly [Facet, string])[] = [];
  const seen = new Set<string>();
  const add = (facet: Facet, value: unknown): void => {
    if (typeof value !== 'string' || value === '') return;
    const term = termValue(value);
    const key = `${facet}:${term}`;
    if (seen.has(key)) return;
    seen.add(key);
    values.push([facet, term]);
  };
  const violations = listAt(record, 'violations');
  add('entry', own(record, 'kind') ?? 'Unreadable');
  add('decision', own(record, 'decision'));
  add('tenant', own(record, 'tenant'));
  add('namespace', ownAt(record, 'resource', 'namespace'));
  add('kind', ownAt(record, 'resource', 'kind'));
  add('name', ownAt(record, 'resource', 'name'));
  add('object', objectOf(record));
  add('user', ownAt(record, 'user', 'username') ?? own(record, 'reader'));
  for (const group of listAt(record, 'user', 'groups')) add('group', group);
  for (const violation of violations) {
    add('rule', ownAt(violation, 'rule'));
    add('severity', ownAt(violation, 'policy', 'severity'));
    add('peerTenant', peerTenant(ownAt(violation, 'witness'), tenantLabel));
  }
  for (const exception of listAt(record, 'exceptions')) add('exception', exception);
  const dryRun = own(record, 'dryRun');
  if (typeof dryRun === 'boolean') add('dryRun', String(dryRun));
  add('operation', own(record, 'operation'));
  add('door', own(record, 'door'));
  add('rulesHash', own(record, 'rulesHash'));
  const messages = [
    ...violations.map((violation) => ownAt(violation, 'message')),
    ...listAt(record, 'warnings'),
    ownAt(record, 'failure', 'message'),
  ];
  return {
    time: Number.isFinite(time) ? time : 0,
    values,
    words: wordsOf(messages.filter((message) => typeof message === 'string')),
  };
}

/** An event that somebody made unreadable has no fields. */
export const parsed = (event: string): JsonObject => objectIn(event) ?? {};

/** `GROUP/KIND/NAMESPACE/NAME`; undefined while the name is pending, and for entries that are about no object. */
export function objectOf(record: JsonObject): string | undefined {
  const name = stringAt(record, 'resource', 'name');
  if (name === undefined || name === '') return undefined;
  const [group, kind, namespace] = ['group', 'kind', 'namespace'].map(
    (part) => stringAt(record, 'resource', part) ?? '',
  );
  return `${group ?? ''}/${kind ?? ''}/${namespace ?? ''}/${name}`;
}

/** The tenant at the other end of a flow. */
function peerTenant(witness: unknown, tenantLabel: string): unknown {
  const end = stringAt(witness, 'direction') === 'Ingress' ? 'source' : 'destination';
  return ownAt(witness, end, 'namespaceLabels', tenantLabel);
}
