/** Policies and bindings that do not meet, and parameters that are not there: each loads, and has no effect or refuses everything. */
import { suggestion } from '../cel/typing/declaration.ts';
import type { Document } from '../config/document.ts';
import type { Issue } from '../config/issue.ts';
import { stringAt } from '../k8s/json.ts';
import { type ParamStore, keyOfKind } from './params.ts';
import type { Binding, Policy, PolicyKind } from './policy.ts';

/** A policy with the document it came from. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly document: Document;
  /** What does not fit the types of the kinds it matches. */
  readonly warnings: () => readonly Issue[];
}

/** A binding with the document it came from and the kind of policy it is for. */
export interface LoadedBinding {
  readonly of: PolicyKind;
  readonly binding: Binding;
  readonly document: Document;
}

/** The bindings of a policy. */
export const bindingsOf = (policy: Policy, bindings: readonly LoadedBinding[]): readonly Binding[] =>
  bindings.flatMap(({ of, binding }) =>
    of === policy.kind && binding.policyName === policy.name ? [binding] : [],
  );

type Bindable = LoadedPolicy & { readonly own: Binding | undefined };

/** Warnings about what binds nothing, is bound by nothing, or asks for a parameter that is not among the rules. */
export function bindingWarnings(
  policies: readonly Bindable[],
  bindings: readonly LoadedBinding[],
  params: ParamStore,
): readonly Issue[] {
  return [
    ...policies.flatMap((one) => unbound(one, bindings)),
    ...bindings.flatMap((one) => dangling(one, policies)),
    ...policies.flatMap((one) =>
      one.own === undefined ? [] : withoutParam(one.policy, one.own, one.document, params),
    ),
    ...bindings.flatMap((one) => {
      const bound = policies.find(({ policy }) => bindingsOf(policy, [one]).length > 0);
      return bound === undefined ? [] : withoutParam(bound.policy, one.binding, one.document, params);
    }),
  ];
}

function unbound({ policy, own, document }: Bindable, bindings: readonly LoadedBinding[]): readonly Issue[] {
  if (own !== undefined || bindingsOf(policy, bindings).length > 0) return [];
  const message = `${policy.kind} "${policy.name}" has no effect: no ${policy.kind}Binding names it; add one with policyName: ${policy.name}`;
  return [placed('guardrail.unbound', '/metadata/name', message, document)];
}

function dangling(
  { of, binding, document }: LoadedBinding,
  policies: readonly LoadedPolicy[],
): readonly Issue[] {
  const names = policies.flatMap(({ policy }) => (policy.kind === of ? [policy.name] : []));
  if (names.includes(binding.policyName)) return [];
  const hint = suggestion(binding.policyName, names);
  const message = `binding "${binding.name}" has no effect: no ${of} "${binding.policyName}" is among the rules${hint}`;
  return [placed('guardrail.unbound', '/spec/policyName', message, document)];
}

function withoutParam(
  { name: policy, paramKind, stored: isStored }: Policy,
  { paramRef }: Binding,
  document: Document,
  params: ParamStore,
): readonly Issue[] {
  if (paramKind === undefined && paramRef !== undefined) {
    const message = `paramRef is not read: policy "${policy}" has no paramKind; give it one, or remove paramRef`;
    return [placed('guardrail.params', '/spec/paramRef', message, document)];
  }
  // What the cluster stores is not known here, and changes.
  if (paramKind === undefined || paramRef === undefined || isStored) return [];
  const { name, namespace, notFound } = paramRef;
  const stored = params.get(keyOfKind(paramKind))?.objects ?? [];
  const there = stored.filter(
    (object) => namespace === undefined || stringAt(object, 'metadata', 'namespace') === namespace,
  );
  const names = there.map((object) => stringAt(object, 'metadata', 'name') ?? '');
  if (name === undefined ? there.length > 0 : names.includes(name)) return [];
  const what = name === undefined ? `no ${paramKind.kind}` : `${paramKind.kind} "${name}"`;
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  const isOr = name === undefined ? 'is' : 'is not';
  const effect = notFound === 'Deny' ? 'what it matches is refused' : 'it judges nothing';
  const hint = name === undefined ? '' : suggestion(name, names);
  const message = `${what}${where} ${isOr} among the rules, so policy "${policy}" has no parameter and ${effect}${hint}`;
  return [placed('guardrail.params', '/spec/paramRef', message, document)];
}

const placed = (code: string, pointer: string, message: string, document: Document): Issue => ({
  code,
  pointer,
  message,
  file: document.file,
  ...document.positionOf(pointer),
});
