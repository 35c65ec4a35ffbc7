/** From documents to the guardrails in force: every policy compiled, bound and indexed; or every mistake, each with its place. */
import type { Extension } from '../cel/extension.ts';
import type { Document } from '../config/document.ts';
import { type Issue, type Read, sound, unsound } from '../config/issue.ts';
import { readSchema } from '../config/readSchema.ts';
import { isObject, stringAt } from '../k8s/json.ts';
import { type Environments, environmentsFor } from './environments.ts';
import { type Guardrails, indexGuardrails } from './guardrails.ts';
import { guardrailKindOf, versionsOf } from './kinds.ts';
import { gatherParams } from './params.ts';
import type { Binding, PolicyKind } from './policy.ts';
import { type LoadedBinding, type LoadedPolicy, bindingWarnings, bindingsOf } from './bindingWarnings.ts';
import { matchWarnings } from './matchWarnings.ts';
import { typeWarnings } from './typeWarnings.ts';
import { type BindingSpec, readBinding } from './readBinding.ts';
import { readPolicy } from './readPolicy.ts';
import * as schemas from './schema.ts';

/** A policy, or a binding of a kind of policy. */
type Part =
  | ({ readonly kind: 'policy'; readonly own: Binding | undefined } & LoadedPolicy)
  | ({ readonly kind: 'binding' } & LoadedBinding);

/**
 * Compiles guardrail documents; `parameters` are the documents that bindings may point at. A binding without its policy and a policy without
 * a binding are no mistakes and have no effect, as in kube-apiserver. `extensions` are functions that only GuardrailPolicies may call: a
 * policy of Kubernetes that called one would not load there.
 */
export function compileGuardrails(
  documents: readonly Document[],
  parameters: readonly Document[],
  extensions: readonly Extension[] = [],
): Read<Guardrails> {
  const plain = environmentsFor([]);
  const extended = environmentsFor(extensions);
  const issues: Issue[] = duplicates(documents);
  const parts = documents.flatMap((document) => {
    const isOwn = guardrailKindOf(document) === 'GuardrailPolicy';
    const read = readPart(document, isOwn ? extended : plain);
    if (read.ok) return [read.value];
    issues.push(...read.issues);
    return [];
  });
  if (issues.length > 0) return unsound(issues);
  const bindings = parts.filter((part) => part.kind === 'binding');
  const policies = parts.filter((part) => part.kind === 'policy');
  const guardrails = policies.flatMap(({ policy, own }) => {
    const all = own === undefined ? bindingsOf(policy, bindings) : [own];
    return all.length === 0 ? [] : [{ policy, bindings: all }];
  });
  const params = gatherParams(parameters);
  return sound(
    indexGuardrails(guardrails, params, () => [
      ...policies.flatMap(({ warnings }) => warnings()),
      ...bindingWarnings(policies, bindings, params),
    ]),
  );
}

function readPart(document: Document, environments: (withParams: boolean) => Environments): Read<Part> {
  const kind = guardrailKindOf(document);
  const version = stringAt(document.value, 'apiVersion') ?? '';
  const known = kind === undefined ? [] : (versionsOf.get(kind) ?? []);
  if (kind === undefined || !known.includes(version)) {
    const message = `"${version.slice(0, 80)}" is no version of ${kind ?? 'this kind'}; write ${known[0] ?? ''}`;
    return unsound([
      {
        code: 'guardrail.version',
        pointer: '/apiVersion',
        message,
        file: document.file,
        ...document.positionOf('/apiVersion'),
      },
    ]);
  }
  const value = withoutNulls(document.value);
  switch (kind) {
    case 'GuardrailPolicy': {
      const read = readSchema(schemas.guardrailPolicySchema, value, document);
      if (!read.ok) return read;
      const { metadata, spec } = read.value;
      return together(
        loadPolicy(kind, metadata.name, spec, document, environments),
        readBinding(metadata.name, ownBinding(metadata.name, spec), document),
      );
    }
    case 'ValidatingAdmissionPolicy': {
      const read = readSchema(schemas.validatingPolicySchema, value, document);
      if (!read.ok) return read;
      return policyPart(loadPolicy(kind, read.value.metadata.name, read.value.spec, document, environments));
    }
    case 'MutatingAdmissionPolicy': {
      const read = readSchema(schemas.mutatingPolicySchema, value, document);
      if (!read.ok) return read;
      return policyPart(loadPolicy(kind, read.value.metadata.name, read.value.spec, document, environments));
    }
    case 'ValidatingAdmissionPolicyBinding': {
      const read = readSchema(schemas.validatingBindingSchema, value, document);
      if (!read.ok) return read;
      return bindingPart(
        'ValidatingAdmissionPolicy',
        readBinding(read.value.metadata.name, read.value.spec, document),
        document,
      );
    }
    case 'MutatingAdmissionPolicyBinding': {
      const read = readSchema(schemas.mutatingBindingSchema, value, document);
      if (!read.ok) return read;
      const spec: BindingSpec = { ...read.value.spec, validationActions: ['Deny'] };
      return bindingPart(
        'MutatingAdmissionPolicy',
        readBinding(read.value.metadata.name, spec, document),
        document,
      );
    }
  }
}

const ownBinding = (name: string, spec: schemas.GuardrailPolicySpec): BindingSpec => ({
  policyName: name,
  validationActions: spec.validationActions ?? ['Deny'],
  ...(spec.paramRef === undefined ? {} : { paramRef: spec.paramRef }),
});

/** Compiles a policy; its types are checked again, for warnings, only when somebody asks. */
function loadPolicy(
  kind: PolicyKind,
  name: string,
  spec: schemas.PolicySpec,
  document: Document,
  environments: (withParams: boolean) => Environments,
): Read<LoadedPolicy> {
  const read = readPolicy(kind, name, spec, document, environments);
  if (!read.ok) return read;
  return sound({
    policy: read.value,
    document,
    warnings: () => [
      ...matchWarnings(spec, document),
      ...typeWarnings(kind, name, spec, document, environments(spec.paramKind !== undefined)),
    ],
  });
}

function together(policy: Read<LoadedPolicy>, binding: Read<Binding>): Read<Part> {
  if (policy.ok && binding.ok) return sound({ kind: 'policy', ...policy.value, own: binding.value });
  const issues = [policy, binding].flatMap((read) => (read.ok ? [] : read.issues));
  return unsound(
    issues.filter(
      (issue, index) =>
        issue.pointer !== '/spec/policyName' && issues.findIndex((one) => sameIssue(one, issue)) === index,
    ),
  );
}

/** A name that is wrong is told of the policy and of its binding alike, and not of a policyName that nobody wrote. */
const sameIssue = (a: Issue, b: Issue): boolean => a.pointer === b.pointer && a.message === b.message;

const policyPart = (read: Read<LoadedPolicy>): Read<Part> =>
  read.ok ? sound({ kind: 'policy', ...read.value, own: undefined }) : read;

const bindingPart = (of: PolicyKind, read: Read<Binding>, document: Document): Read<Part> =>
  read.ok ? sound({ kind: 'binding', of, binding: read.value, document }) : read;

/** A field that is null is one that was left out, as the API server decodes it. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (field === null ? [] : [[key, withoutNulls(field)]])),
  );
}

function duplicates(documents: readonly Document[]): Issue[] {
  const seen = new Map<string, Document>();
  return documents.flatMap((document) => {
    const name = stringAt(document.value, 'metadata', 'name');
    const kind = guardrailKindOf(document);
    if (name === undefined || kind === undefined) return [];
    const first = seen.get(`${kind} ${name}`);
    if (first === undefined) {
      seen.set(`${kind} ${name}`, document);
      return [];
    }
    const message = `${kind} "${name}" is defined twice, first in ${first.file}; remove one or rename it`;
    const pointer = '/metadata/name';
    return [
      { code: 'rules.duplicate', pointer, message, file: document.file, ...document.positionOf(pointer) },
    ];
  });
}
