/** Applies the mutations of all guardrails in force, each to what the one before it made (plugin/policy/mutating/dispatcher.go). */
import { misplacedTypes, toConfiguration } from '../cel/json.ts';
import { Constructed } from '../cel/values/value.ts';
import type { Attributes } from '../k8s/attributes.ts';
import { type JsonObject, isObject, stringAt } from '../k8s/json.ts';
import type { PatchOperation } from '../k8s/jsonPatch.ts';
import type { Violation } from '../k8s/violation.ts';
import { difference } from './apply/difference.ts';
import { type Merged, mergeApplied } from './apply/merge.ts';
import { misfit } from './apply/misfit.ts';
import { applyPatches } from './apply/patches.ts';
import type { Guardrails } from './guardrails.ts';
import { type Invocation, invocationsOf } from './invocation.ts';
import type { Mutation, Policy } from './policy.ts';
import { type Run, applies, start } from './run.ts';
import type { Surroundings } from './surroundings.ts';
import { variablesOf } from './variables.ts';
import { describeError, errorOf } from './violations.ts';

/** The object as it was made, the patch that makes it, and what went wrong: any Deny among it refuses the request. */
export interface Mutated {
  readonly object: JsonObject;
  readonly patch: readonly PatchOperation[];
  readonly violations: readonly Violation[];
}

const mutates = ({ mutations }: Policy): boolean => mutations.length > 0;

type Runnable = Invocation & { readonly kind: 'run' };

/**
 * Mutates the object of a CREATE or UPDATE. Policies whose reinvocationPolicy is IfNeeded run once more after all the others if anything was
 * changed and they match that too. Undefined where no policy has anything to say.
 */
export function mutateByGuardrails(
  attributes: Attributes,
  guardrails: Guardrails,
  surroundings: Surroundings,
): Mutated | undefined {
  const { object } = attributes;
  if (object === null || attributes.operation === 'DELETE') return undefined;
  const invocations = invocationsOf(attributes, guardrails, surroundings, mutates);
  if (invocations.length === 0) return undefined;
  const violations: Violation[] = invocations.flatMap((invocation) =>
    invocation.kind === 'misconfigured'
      ? errorOf(invocation.policy, invocation.binding, invocation.message, ['Deny'])
      : [],
  );
  const runnable = invocations.filter((invocation) => invocation.kind === 'run');
  let current = object;
  const pass = (round: readonly Runnable[]): void => {
    for (const invocation of round) {
      const done = runOne(invocation, { ...attributes, object: current }, surroundings);
      current = done.object;
      violations.push(...done.violations);
    }
  };
  pass(runnable);
  const reinvocable = runnable.filter(({ policy }) => policy.reinvoked);
  if (current !== object && reinvocable.length > 0) {
    const changed = { ...attributes, object: current };
    const again = invocationsOf(changed, guardrails, surroundings, ({ reinvoked }) => reinvoked);
    pass(reinvocable.filter((before) => again.some((one) => isSame(before, one))));
  }
  return { object: current, patch: difference(object, current), violations };
}

const isSame = (before: Runnable, now: Invocation): boolean =>
  now.kind === 'run' &&
  before.policy === now.policy &&
  before.binding === now.binding &&
  before.params === now.params;

function runOne(
  { policy, binding, params }: Runnable,
  attributes: Attributes & { readonly object: JsonObject },
  { lookup, namespaceObjects, functions }: Surroundings,
): { readonly object: JsonObject; readonly violations: readonly Violation[] } {
  let { object } = attributes;
  const request = variablesOf(attributes, lookup, namespaceObjects);
  const violations: Violation[] = [];
  const refuse = (message: string): number => violations.push(...errorOf(policy, binding, message, ['Deny']));
  const applicable = applies(policy, request, params, functions);
  if (applicable === 'no') return { object, violations };
  if (applicable !== 'yes') {
    refuse(describeError('matchConditions', applicable));
    return { object, violations };
  }
  for (const [index, mutation] of policy.mutations.entries()) {
    const changed = change(mutation, object, start(policy, { ...request, object }, params, functions));
    if (changed.ok) object = changed.object;
    else refuse(`mutations[${index}]: ${changed.message}`);
  }
  return { object, violations };
}

/** What was made, where the kind has a place for all of it. */
function fitting(kind: string, before: JsonObject, made: Merged): Merged {
  const message = made.ok ? misfit(kind, before, made.object) : undefined;
  return message === undefined ? made : { ok: false, message };
}

/** One mutation: its expression, and what that makes of the object. */
function change({ patchType, program }: Mutation, object: JsonObject, run: Run): Merged {
  const outcome = run.run(program);
  if (!outcome.ok) return { ok: false, message: describeError('the expression failed', outcome.error) };
  const { value } = outcome;
  const kind = `${stringAt(object, 'apiVersion') ?? ''} ${stringAt(object, 'kind') ?? ''}`;
  try {
    if (patchType === 'JSONPatch') return fitting(kind, object, applyPatches(value, object));
    if (!(value instanceof Constructed)) return { ok: false, message: 'the expression gave no Object' };
    const [misplaced] = misplacedTypes(value);
    if (misplaced !== undefined) return { ok: false, message: `type mismatch: ${misplaced}` };
    const applied = toConfiguration(value);
    if (!applied.ok) return applied;
    if (!isObject(applied.json)) return { ok: false, message: 'the expression gave no Object' };
    // What is applied is of the object's own kind, whatever it says.
    const { apiVersion, kind: itsKind } = object;
    const configuration = { ...applied.json, apiVersion, kind: itsKind };
    return fitting(kind, object, mergeApplied(kind, object, configuration));
  } catch (error) {
    if (error instanceof RangeError)
      return { ok: false, message: 'the object is nested too deeply to be changed' };
    throw error;
  }
}
