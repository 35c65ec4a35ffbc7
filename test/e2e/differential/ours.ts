// The side of Bulkhead: the same policies, and the reviews that the API server sent, judged in process.
import { toAttributes } from '../../../src/admission/review.ts';
import { compileGuardrails } from '../../../src/guardrail/compile.ts';
import type { Guardrails } from '../../../src/guardrail/guardrails.ts';
import { judgeGuardrails } from '../../../src/guardrail/judge.ts';
import { mutateByGuardrails } from '../../../src/guardrail/mutate.ts';
import type { Surroundings } from '../../../src/guardrail/surroundings.ts';
import type { Attributes } from '../../../src/k8s/attributes.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import type { Violation } from '../../../src/k8s/violation.ts';
import { documentOf } from './prepared.ts';
import { type Verdict, anError } from './verdict.ts';

/** What a policy and its bindings are to Bulkhead: guardrails, or what is wrong with them. */
export type Loaded =
  { readonly ok: true; readonly guardrails: Guardrails } | { readonly ok: false; readonly told: string };

/** Loads documents; `parameters` are whatever bindings may point at. */
export function loadOurs(documents: readonly object[], parameters: readonly unknown[]): Loaded {
  const read = compileGuardrails(documents.map(documentOf), parameters.map(documentOf));
  if (read.ok) return { ok: true, guardrails: read.value };
  const told = read.issues.map(({ code, pointer = '', message }) => `${code} ${pointer}: ${message}`);
  return { ok: false, told: told.join('; ') };
}

/** The attributes of a recorded review. */
export function attributesOf(review: JsonObject): Attributes {
  const read = toAttributes(review);
  if (!read.ok) throw new Error(read.message);
  return read.attributes;
}

/** What the validations say. */
export function judged(attributes: Attributes, guardrails: Guardrails, surroundings: Surroundings): Verdict {
  const { violations, annotations } = judgeGuardrails(attributes, guardrails, surroundings);
  return verdictFrom(violations, Object.fromEntries(annotations));
}

/** What the mutations make of the object, or the error that they end in. */
export function mutated(
  attributes: Attributes,
  guardrails: Guardrails,
  surroundings: Surroundings,
): { readonly denied: Verdict | undefined; readonly object: JsonObject | null } {
  const result = mutateByGuardrails(attributes, guardrails, surroundings);
  const verdict = verdictFrom(result?.violations ?? [], {});
  return {
    denied: verdict.outcome === 'denied' ? verdict : undefined,
    object: result?.object ?? attributes.object,
  };
}

function verdictFrom(violations: readonly Violation[], annotations: Record<string, string>): Verdict {
  const withAction = (action: Violation['action']): readonly Violation[] =>
    violations.filter((one) => one.action === action);
  const text = ({ code, message }: Violation): string => (code === 'policy' ? message : anError);
  const [first] = withAction('Deny');
  // Under Ignore an error is written down here, and is nothing there.
  const audits = withAction('Audit').filter(
    ({ message }) => !message.endsWith('failurePolicy Ignore passes over it'),
  );
  const [audit] = audits;
  const rest = {
    // The API server tells the same warning once.
    warnings: [...new Set(withAction('Warn').map(text))].sort(),
    annotations,
    audited: audit === undefined ? '' : `${audit.rule} ${audit.policy?.index ?? ''} ${text(audit)}`,
  };
  if (first === undefined) return { outcome: 'allowed', ...rest };
  const { rule: policy, message } = first;
  if (first.code !== 'policy') return { outcome: 'denied', error: true, told: message, ...rest };
  return { outcome: 'denied', policy, message, reason: first.policy?.reason ?? '', ...rest };
}
