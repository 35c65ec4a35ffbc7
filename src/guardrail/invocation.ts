/** Which policies a request calls, through which bindings and with which parameters (generic/policy_dispatcher.go). */
import type { Attributes } from '../k8s/attributes.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Guardrails } from './guardrails.ts';
import { matches } from './match.ts';
import { paramsFor } from './params.ts';
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
  surroundings: Surroundings,
  wanted: (policy: Policy) => boolean,
): readonly Invocation[] {
  if (isPolicyResource(attributes)) return [];
  return guardrails
    .candidates(attributes)
    .flatMap((guardrail) =>
      wanted(guardrail.policy) ? invoke(guardrail, attributes, guardrails, surroundings) : [],
    );
}

function invoke(
  { policy, bindings }: Guardrail,
  attributes: Attributes,
  { params: store }: Guardrails,
  { lookup }: Surroundings,
): readonly Invocation[] {
  const match = matches(policy.constraints, attributes, lookup);
  if (match.kind === 'unmatched') return [];
  if (match.kind === 'unknown')
    return [{ kind: 'misconfigured', policy, binding: undefined, message: match.message }];
  return bindings.flatMap((binding): readonly Invocation[] => {
    const bound = binding.resources === undefined ? match : matches(binding.resources, attributes, lookup);
    if (bound.kind === 'unmatched') return [];
    if (bound.kind === 'unknown') return [{ kind: 'misconfigured', policy, binding, message: bound.message }];
    const found = paramsFor(policy.paramKind, binding.paramRef, attributes.namespace, store);
    if (!found.ok) return [{ kind: 'misconfigured', policy, binding, message: found.message }];
    if (found.params.length === 0) return [{ kind: 'called', policy }];
    return found.params.map((params) => ({ kind: 'run', policy, binding, params }));
  });
}
