/** Which policies a request calls, through which bindings and with which parameters (generic/policy_dispatcher.go). */
import type { Attributes } from '../k8s/attributes.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Guardrails } from './guardrails.ts';
import { Selectable, matches } from './match.ts';
import { type ParamSources, paramsFor } from './params.ts';
import type { Binding, Guardrail, Policy } from './policy.ts';
import type { Surroundings } from './surroundings.ts';

/** A policy to run with a parameter, or the sentence that says why it cannot be; `called` where it matched but has nothing to run with. */
export type Invocation =
  | {
      readonly kind: 'run';
      readonly policy: Policy;
      readonly binding: Binding;
      readonly params: JsonObject | null;
    }
  | {
      readonly kind: 'misconfigured';
      readonly policy: Policy;
      readonly binding: Binding | undefined;
      readonly message: string;
    }
  | { readonly kind: 'called'; readonly policy: Policy };

/** Policies and bindings are no subject of policies: nobody may lock himself out (isPolicyResource of kube-apiserver). */
const isPolicyResource = ({ group, resource }: Attributes): boolean =>
  group === 'admissionregistration.k8s.io' &&
  /^(validating|mutating)admissionpolic(ies|ybindings)$/.test(resource);

/** All invocations of the policies that `wanted` asks for, in the order in which they were loaded. */
export function invocationsOf(
  attributes: Attributes,
  guardrails: Guardrails,
  { lookup }: Surroundings,
  wanted: (policy: Policy) => boolean,
): readonly Invocation[] {
  if (isPolicyResource(attributes)) return [];
  const selectable = new Selectable(attributes, lookup);
  const invocations: Invocation[] = [];
  for (const guardrail of candidatesFor(attributes, guardrails, selectable))
    if (wanted(guardrail.policy)) invoke(guardrail, attributes, guardrails, selectable, invocations);
  return invocations;
}

/** Only where a policy selects namespaces are the labels of this one looked up. */
function candidatesFor(
  attributes: Attributes,
  guardrails: Guardrails,
  selectable: Selectable,
): readonly Guardrail[] {
  if (!guardrails.selectsNamespaces) return guardrails.candidates(attributes);
  const labels = selectable.namespace();
  return guardrails.candidates(attributes, labels === 'any' || 'message' in labels ? undefined : labels);
}

function invoke(
  { policy, bindings }: Guardrail,
  attributes: Attributes,
  sources: ParamSources,
  selectable: Selectable,
  invocations: Invocation[],
): void {
  const match = matches(policy.constraints, attributes, selectable);
  if (match.kind === 'unmatched') return;
  if (match.kind === 'unknown') {
    invocations.push({ kind: 'misconfigured', policy, binding: undefined, message: match.message });
    return;
  }
  for (const binding of bindings) {
    const bound =
      binding.resources === undefined ? match : matches(binding.resources, attributes, selectable);
    if (bound.kind === 'unmatched') continue;
    if (bound.kind === 'unknown') {
      invocations.push({ kind: 'misconfigured', policy, binding, message: bound.message });
      continue;
    }
    const found = paramsFor(policy, binding.paramRef, attributes.namespace, sources);
    if (!found.ok) invocations.push({ kind: 'misconfigured', policy, binding, message: found.message });
    else if (found.params.length === 0) invocations.push({ kind: 'called', policy });
    else for (const params of found.params) invocations.push({ kind: 'run', policy, binding, params });
  }
}
