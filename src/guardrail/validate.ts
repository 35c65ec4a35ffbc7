/** Runs the validations and audit annotations of one policy with one parameter (plugin/policy/validating/validator.go). */
import { expressionLimit } from '../cel/budget.ts';
import type { EvaluationError } from '../cel/program.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Surroundings } from './surroundings.ts';
import type { Policy, Validation } from './policy.ts';
import { type Run, applies, start } from './run.ts';
import type { RequestVariables } from './variables.ts';

/** What one rule of a policy says against a request. */
export type Finding =
  | { readonly kind: 'failed'; readonly index: number; readonly message: string; readonly reason: string }
  | {
      readonly kind: 'error';
      readonly part: string;
      readonly error: EvaluationError;
      readonly always: boolean;
    };

/** What a policy found; `annotations` are what it writes into the audit log. */
export interface Findings {
  readonly findings: readonly Finding[];
  readonly annotations: ReadonlyMap<string, string>;
}

const nothing: Findings = { findings: [], annotations: new Map() };

/** Bytes that a message may have which an expression gives (MaxEvaluatedMessageExpressionSizeBytes). */
const longestMessage = 5 * 1024;

/** Runs a policy. `always` marks errors that refuse whatever the validation actions say: those of audit annotations. */
export function validate(
  policy: Policy,
  request: RequestVariables,
  params: JsonObject | null,
  functions: Surroundings['functions'],
): Findings {
  const applicable = applies(policy, request, params, functions);
  if (applicable === 'no') return nothing;
  if (applicable !== 'yes')
    return {
      ...nothing,
      findings: [{ kind: 'error', part: 'matchConditions', error: applicable, always: false }],
    };
  const run = start(policy, request, params, functions);
  const findings: Finding[] = [];
  for (const [index, validation] of policy.validations.entries()) {
    const finding = judge(validation, index, run);
    if (finding !== undefined) findings.push(finding);
  }
  const overspent = spentByMessages(policy, findings, run);
  if (overspent !== undefined) findings.push(overspent);
  if (policy.annotations.length === 0)
    return findings.length === 0 ? nothing : { findings, annotations: nothing.annotations };
  return annotate(policy, findings, start(policy, request, params, functions));
}

function judge(validation: Validation, index: number, run: Run): Finding | undefined {
  const outcome = run.run(validation.program);
  if (!outcome.ok)
    return { kind: 'error', part: `validations[${index}]`, error: outcome.error, always: false };
  if (outcome.value === true) return undefined;
  return { kind: 'failed', index, message: messageOf(validation, run), reason: validation.reason };
}

/**
 * kube-apiserver makes the messages of validations that hold as well, and refuses where they spend what is left of the budget. Here they are
 * made only where they could spend it: each costs at most what one expression may.
 */
function spentByMessages(
  { validations }: Policy,
  findings: readonly Finding[],
  run: Run,
): Finding | undefined {
  if (validations.length * (expressionLimit + 1) <= run.budget.remaining) return undefined;
  const told = new Set(findings.map((finding) => (finding.kind === 'failed' ? finding.index : -1)));
  for (const [index, { messageProgram }] of validations.entries()) {
    if (messageProgram === undefined || told.has(index)) continue;
    const outcome = run.run(messageProgram);
    if (!outcome.ok && run.budget.spent)
      return {
        kind: 'error',
        part: `validations[${index}].messageExpression`,
        error: outcome.error,
        always: false,
      };
  }
  return undefined;
}

/** messageExpression if it gives one line of text, else message, else the expression itself. */
function messageOf({ messageProgram, message, program }: Validation, run: Run): string {
  const told = messageProgram === undefined ? undefined : run.run(messageProgram);
  const text = told?.ok === true && typeof told.value === 'string' ? told.value.trim() : '';
  if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= longestMessage) return text;
  return message === '' ? `failed expression: ${program.source.trim()}` : message;
}

/** Bytes that an annotation may have; the rest is cut off (maxAuditAnnotationValueLength). */
const longestAnnotation = 10 * 1024;

const shortened = (text: string): string =>
  text.length * 3 <= longestAnnotation ? text : Buffer.from(text).subarray(0, longestAnnotation).toString();

function annotate(policy: Policy, findings: readonly Finding[], run: Run): Findings {
  const annotations = new Map<string, string>();
  const errors: Finding[] = [];
  for (const [index, { key, program }] of policy.annotations.entries()) {
    const outcome = run.run(program);
    if (!outcome.ok)
      errors.push({ kind: 'error', part: `auditAnnotations[${index}]`, error: outcome.error, always: true });
    else if (typeof outcome.value === 'string' && outcome.value.trim() !== '')
      annotations.set(key, shortened(outcome.value.trim()));
  }
  return { findings: [...findings, ...errors], annotations };
}
