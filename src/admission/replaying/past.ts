/** A past decision, read from its record (decision.bulkhead.dev/v1): what was asked as far as it was kept, and what came of it. */
import type { Attributes, Operation } from '../../k8s/attributes.ts';
import { isObject, listAt, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { guessResource, knownKinds } from '../manifests/kinds.ts';
import type { Verdict } from '../respond.ts';

/** A decision as its record tells it. */
export interface Past {
  readonly decisionId: string;
  readonly time: string;
  readonly door: string;
  readonly decision: Verdict;
  readonly tenant: string | undefined;
  /** Object and old object hold what was kept; `masked` says what was not. */
  readonly attributes: Attributes;
  /** Whether the plural of the kind is known, which a record does not name. */
  readonly resourceKnown: boolean;
  /** JSON pointers into the record. */
  readonly masked: readonly string[];
  /** What denied it. */
  readonly denials: readonly { readonly code: string; readonly rule: string }[];
  /** The code of what could not be judged, of a decision `errored`. */
  readonly failure: string | undefined;
  readonly exceptions: readonly string[];
}

const verdicts: readonly Verdict[] = ['allowed', 'denied', 'patched', 'warned', 'errored'];
const operations: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

/** Claims that an entry of a log is a decision; retries, gaps, readings and the ends of chains are not. */
export const isDecision = (event: JsonObject): boolean => own(event, 'kind') === 'Decision';

/** Reads a record; undefined for what is none, or misses what every record has. */
export function readPast(event: JsonObject): Past | undefined {
  const decision = verdicts.find((verdict) => verdict === own(event, 'decision'));
  const operation = operations.find((one) => one === own(event, 'operation'));
  const time = stringAt(event, 'time');
  const decisionId = stringAt(event, 'decisionId');
  const kind = stringAt(event, 'resource', 'kind');
  if (decision === undefined || operation === undefined || decisionId === undefined) return undefined;
  if (time === undefined || Number.isNaN(Date.parse(time)) || kind === undefined) return undefined;
  const text = (...path: readonly string[]): string => stringAt(event, ...path) ?? '';
  const group = text('resource', 'group');
  const known = knownKinds.find((one) => one.kind === kind && one.group === group);
  return {
    decisionId,
    time,
    door: text('door'),
    decision,
    tenant: stringAt(event, 'tenant'),
    resourceKnown: known !== undefined,
    attributes: {
      uid: text('uid'),
      operation,
      dryRun: own(event, 'dryRun') === true,
      group,
      version: text('resource', 'version'),
      kind,
      resource: known?.resource ?? guessResource(kind),
      subresource: text('resource', 'subresource'),
      namespace: text('resource', 'namespace'),
      name: text('resource', 'name'),
      user: { username: text('user', 'username'), groups: strings(listAt(event, 'user', 'groups')) },
      object: objectAt(event, 'object'),
      oldObject: objectAt(event, 'oldObject'),
    },
    masked: strings(listAt(event, 'masked')),
    denials: listAt(event, 'violations').flatMap((violation) =>
      stringAt(violation, 'action') === 'Deny'
        ? [{ code: stringAt(violation, 'code') ?? '', rule: stringAt(violation, 'rule') ?? '' }]
        : [],
    ),
    failure: stringAt(event, 'failure', 'code'),
    exceptions: strings(listAt(event, 'exceptions')),
  };
}

const strings = (all: readonly unknown[]): readonly string[] =>
  all.filter((one): one is string => typeof one === 'string');

function objectAt(event: JsonObject, name: string): JsonObject | null {
  const value = ownAt(event, 'subset', name);
  return isObject(value) ? value : null;
}
