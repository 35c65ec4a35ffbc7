/** Writes the AdmissionReview that answers a request (wire.md, "What we answer"). */
import { plain } from '../boundary/describe.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { Decision } from './decision.ts';
import { messageOf } from './message.ts';
import type { Door } from './world.ts';

const head = '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":';

/** What goes beside a decision into answer and log. `decisionId` is a UUIDv7 made by the caller. */
export interface Identity {
  readonly decisionId: string;
  readonly rulesHash: string;
  /** Which webhook answers; absent: the validating one. */
  readonly door?: Door;
  /** SHA-256 of the record in the decision log, where there is one: the API server's own audit log then vouches for it. */
  readonly recordHash?: string;
}

/** The answer as JSON text. Denials carry 403 Forbidden, unreadable objects 422, what could not be found out 500. */
export function respond(attributes: Attributes, decision: Decision, identity: Identity): string {
  const uid = JSON.stringify(attributes.uid);
  const audit = JSON.stringify(underDoor(decision, identity, auditAnnotations(decision, identity)));
  const warnings = warningsOf(decision);
  const told = warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`;
  if (!decision.allowed) {
    const status = JSON.stringify(statusOf(attributes, decision, identity));
    return `${head}${uid},"allowed":false,"status":${status},"auditAnnotations":${audit}${told}}}`;
  }
  if (decision.patch.length === 0) return `${head}${uid},"allowed":true,"auditAnnotations":${audit}${told}}}`;
  const patch = Buffer.from(JSON.stringify(decision.patch)).toString('base64');
  return `${head}${uid},"allowed":true,"patchType":"JSONPatch","patch":"${patch}","auditAnnotations":${audit}${told}}}`;
}

function statusOf(attributes: Attributes, decision: Decision, { decisionId }: Identity): object {
  const message = messageOf(attributes, decision, decisionId);
  if (decision.failure === undefined) return { status: 'Failure', code: 403, reason: 'Forbidden', message };
  const { status } = decision.failure;
  return { status: 'Failure', code: status, reason: status === 422 ? 'Invalid' : 'InternalError', message };
}

/** What the API server shows to the user at once: one line each, at most 120 characters. */
export const warningsOf = ({ warnings, violations }: Decision): readonly string[] =>
  warnings.length === 0 && violations.length === 0 ? none : gathered(warnings, violations);

const none: readonly string[] = [];

const gathered = (warnings: Decision['warnings'], violations: Decision['violations']): readonly string[] =>
  [...warnings, ...violations.filter(({ action }) => action === 'Warn').map(({ message }) => message)]
    .slice(0, 20)
    .map((text) => plain(text, 120));

/** One word for what was decided. */
export type Verdict = 'allowed' | 'denied' | 'patched' | 'warned' | 'errored';

export function verdictOf({ allowed, failure, patch, violations, warnings }: Decision): Verdict {
  if (failure !== undefined) return 'errored';
  if (!allowed) return 'denied';
  if (patch.length > 0) return 'patched';
  return warnings.length > 0 || violations.some(({ action }) => action === 'Warn') ? 'warned' : 'allowed';
}

/** What guardrails write, as `policy.key`: the API server puts the webhook's own name and a slash in front. */
const policyAnnotations = (
  annotations: NonNullable<Decision['annotations']>,
): { readonly [key: string]: string } =>
  Object.fromEntries(
    [...annotations].map(([key, value]) => [key.replace('/', '.').slice(-63), plain(value, 1000)]),
  );

/**
 * An entry has one name in both configurations, and of two annotations of one key the API server keeps the first: what the mutating webhook let pass must
 * not stand where the validating one's decision belongs.
 */
const underDoor = (
  { allowed }: Decision,
  { door }: Identity,
  annotations: { readonly [key: string]: string },
): { readonly [key: string]: string } =>
  door === 'mutate' && allowed
    ? Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`mutation-${key}`, value]))
    : annotations;

/** What the API server writes into its own audit log; values stay under 1 KiB. */
function auditAnnotations(
  decision: Decision,
  { decisionId, rulesHash, recordHash }: Identity,
): { readonly [key: string]: string } {
  const { violations } = decision;
  const base = {
    ...(decision.annotations === undefined ? undefined : policyAnnotations(decision.annotations)),
    decision: verdictOf(decision),
    'decision-id': decisionId,
    rules: rulesHash,
    ...(decision.exceptions === undefined ? {} : { exceptions: plain(decision.exceptions.join(', '), 1000) }),
    ...(recordHash === undefined ? {} : { 'record-hash': recordHash }),
  };
  if (violations.length === 0) return base;
  const told = violations.map(({ code, rule, field, action }) => `${code} ${rule} ${field} ${action}`);
  return { ...base, violations: plain(told.join('; '), 1000) };
}
