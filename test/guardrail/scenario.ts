/** Guardrails in words: policies and parameters from YAML, requests from a few fields, findings as short lines. */
import { readDocuments } from '../../src/config/documents.ts';
import type { Document } from '../../src/config/document.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { isObject } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import type { NamespaceFacts } from '../../src/k8s/namespaceFacts.ts';
import { compileGuardrails } from '../../src/guardrail/compile.ts';
import type { Guardrails } from '../../src/guardrail/guardrails.ts';
import { type Judgement, judgeGuardrails } from '../../src/guardrail/judge.ts';
import type { Surroundings } from '../../src/guardrail/surroundings.ts';
import { guardrailKindOf } from '../../src/guardrail/kinds.ts';

export function documents(text: string): readonly Document[] {
  const read = readDocuments(text, 'test.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

export function object(text: string): JsonObject {
  const value = documents(text)[0]?.value;
  if (!isObject(value)) throw new Error('the text holds no object');
  return value;
}

const compileText = (text: string): ReturnType<typeof compileGuardrails> => {
  const all = documents(text);
  const isGuardrail = (document: Document): boolean => guardrailKindOf(document) !== undefined;
  return compileGuardrails(
    all.filter(isGuardrail),
    all.filter((document) => !isGuardrail(document)),
  );
};

export function guardrails(text: string): Guardrails {
  const read = compileText(text);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

/** What is wrong with the documents, as `code pointer: message`. */
export function refusals(text: string): readonly string[] {
  const read = compileText(text);
  return read.ok
    ? []
    : read.issues.map(({ code, pointer = '', message }) => `${code} ${pointer}: ${message}`);
}

/** Where the first mistake stands. */
export function firstPlace(text: string): { readonly line?: number; readonly column?: number } {
  const read = compileText(text);
  const { line = 0, column = 0 } = (read.ok ? undefined : read.issues[0]) ?? {};
  return { line, column };
}

/** A GuardrailPolicy on pods whose spec is the given lines of YAML. */
export const policy = (lines: string, name = 'rule'): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: ${name}}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]
${lines.replace(/^\n/, '').replaceAll(/^/gm, '  ')}
`;

export const pod: JsonObject = object(`
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: payments, labels: {app: web}}
spec: {containers: [{name: main, image: "registry.example/web:1"}]}
`);

export const request = (changes: Partial<Attributes> = {}): Attributes => ({
  uid: 'a-uid',
  operation: 'CREATE',
  dryRun: false,
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  subresource: '',
  namespace: 'payments',
  name: 'web',
  user: { username: 'dev', groups: ['developers'] },
  object: pod,
  oldObject: null,
  ...changes,
});

export const payments: NamespaceFacts = {
  name: 'payments',
  labels: new Map([['env', 'prod']]),
  terminating: false,
};

export const surroundings: Surroundings = {
  lookup: (name) => (name === 'payments' ? payments : name === 'lost' ? 'unknown' : 'absent'),
  namespaceObjects: () => undefined,
  functions: new Map(),
};

export const judge = (text: string, changes: Partial<Attributes> = {}): Judgement =>
  judgeGuardrails(request(changes), guardrails(text), surroundings);

/** What was found, as `Deny policy rule: message`. */
export const told = ({ violations }: Judgement): readonly string[] =>
  violations.map(({ action, code, rule, message }) => `${action} ${code} ${rule}: ${message}`);
