/** From a binding, or the binding part of a GuardrailPolicy, to where and how a policy is in force. */
import type { Document } from '../config/document.ts';
import { type Issue, type Read, sound, unsound } from '../config/issue.ts';
import { Decoder } from '../k8s/decoder.ts';
import { decodeSelector } from '../k8s/labelSelector.ts';
import { isDnsSubdomain } from '../k8s/syntax.ts';
import type { Action } from '../k8s/violation.ts';
import { decodeMatchResources } from './matchResources.ts';
import type { ParamRef } from './params.ts';
import type { Binding } from './policy.ts';
import type { MatchResourcesSpec, ParamRefSpec } from './schema.ts';

/** What a binding says, whichever kind says it. Bindings of mutations have no actions: they are given Deny, which an error then means. */
export interface BindingSpec {
  readonly policyName: string;
  readonly paramRef?: ParamRefSpec;
  readonly matchResources?: MatchResourcesSpec;
  readonly validationActions: readonly Action[];
}

/** Decodes and validates a binding. */
export function readBinding(name: string, spec: BindingSpec, document: Document): Read<Binding> {
  const { policyName, paramRef, matchResources, validationActions: actions } = spec;
  const issues: Issue[] = [];
  const report = (pointer: string, message: string): number =>
    issues.push({ code: 'guardrail.binding', pointer, message });
  if (!isDnsSubdomain(name))
    report('/metadata/name', 'the name must be a DNS subdomain: a-z, 0-9, "-" and "."');
  if (!isDnsSubdomain(policyName))
    report('/spec/policyName', 'name the policy that this binding puts into force');
  if (actions.length === 0) report('/spec/validationActions', 'name at least one of Deny, Warn and Audit');
  if (new Set(actions).size < actions.length)
    report('/spec/validationActions', 'an action stands twice in this list');
  if (actions.includes('Deny') && actions.includes('Warn'))
    report('/spec/validationActions', 'Deny and Warn together tell the same twice; keep one');
  const ref = readParamRef(paramRef);
  if (!ref.ok) issues.push(...ref.issues);
  const resources =
    matchResources === undefined
      ? sound(undefined)
      : decodeMatchResources(matchResources, '/spec/matchResources');
  if (!resources.ok) issues.push(...resources.issues);
  if (!ref.ok || !resources.ok || issues.length > 0) {
    return unsound(
      issues.map((issue) => ({ ...issue, file: document.file, ...document.positionOf(issue.pointer ?? '') })),
    );
  }
  return sound({ name, policyName, resources: resources.value, paramRef: ref.value, actions });
}

function readParamRef(spec: ParamRefSpec | undefined): Read<ParamRef | undefined> {
  if (spec === undefined) return sound(undefined);
  const decoder = new Decoder();
  const report = (message: string): void => {
    decoder.report('guardrail.binding', '/spec/paramRef', message);
  };
  const name = spec.name === '' ? undefined : spec.name;
  const selector =
    spec.selector === undefined
      ? undefined
      : decodeSelector(decoder, spec.selector, '/spec/paramRef/selector');
  if (name !== undefined && selector !== undefined) report('give name or selector, not both');
  if (name === undefined && selector === undefined) report('give the name of the parameter, or a selector');
  if (name !== undefined && (name === '.' || name === '..' || /[/%]/.test(name)))
    report('the name may not be "." or ".." and may hold neither "/" nor "%"');
  if (decoder.issues.length > 0) return unsound(decoder.issues);
  const namespace = spec.namespace === '' ? undefined : spec.namespace;
  return sound({ name, namespace, selector, notFound: spec.parameterNotFoundAction });
}
