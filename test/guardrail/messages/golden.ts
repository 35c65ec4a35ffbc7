/**
 * Mistakes of authors with the words that they read: golden.txt, written anew by `node test/guardrail/messages/golden.ts` and then read. Each
 * entry is a title, the documents (or only the spec of a GuardrailPolicy on Pods) and the answer: the refusals at load, else the warnings,
 * else what a request for a Pod is told.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe } from '../../../src/config/issue.ts';
import { meaningExtensions } from '../../../src/admission/meaning/declarations.ts';
import { meaningFunctions } from '../../../src/admission/meaning/functions.ts';
import { compileGuardrails } from '../../../src/guardrail/compile.ts';
import { judgeGuardrails } from '../../../src/guardrail/judge.ts';
import { guardrailKindOf } from '../../../src/guardrail/kinds.ts';
import { mutateByGuardrails } from '../../../src/guardrail/mutate.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { facts, scenario } from '../../boundary/scenario.ts';
import { object, request, surroundings } from '../scenario.ts';

const file = new URL('./golden.txt', import.meta.url);

/** The file as it stands. */
export const written = (): string => readFileSync(file, 'utf8');

/** The file with every answer as it is today. */
export const answered = (): string =>
  `${written()
    .split(/^(?=### )/m)
    .map(entry)
    .join('\n')
    .trimEnd()}\n`;

function entry(text: string): string {
  const [, title = '', yaml = ''] = /^### (.*)\n\n((?: {4}.*\n|\n)*)/.exec(text) ?? [];
  const source = yaml.replaceAll(/^ {4}/gm, '').trim();
  return `### ${title}\n\n${source.replaceAll(/^(?=.)/gm, '    ')}\n\n${answer(source)}\n`;
}

const whole = (source: string): string =>
  source.includes('apiVersion:') && source.includes('metadata:') && !source.startsWith('paramKind')
    ? source
    : `apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: { name: rule }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods] }]
${source.replaceAll(/^(?=.)/gm, '  ')}
`;

const pod = object(`
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: payments, labels: { app: web } }
spec: { containers: [{ name: main, image: 'registry.example/web:1', ports: [{ containerPort: 80 }] }] }
`);
const scene = scenario([], facts('payments'), []);

function answer(source: string): string {
  const read = readDocuments(whole(source), 'rules.yaml');
  if (!read.ok) return lines('refused', read.issues.map(describe));
  const guardrails = read.value.filter((document) => guardrailKindOf(document) !== undefined);
  const parameters = read.value.filter((document) => guardrailKindOf(document) === undefined);
  const compiled = compileGuardrails(guardrails, parameters, meaningExtensions);
  if (!compiled.ok) return lines('refused', compiled.issues.map(describe));
  const warnings = compiled.value.warnings();
  if (warnings.length > 0) return lines('warning', warnings.map(describe));
  const functions = meaningFunctions({ ...scene.world, namespace: 'payments', bounded: true, budget: 2_000 });
  const around = { ...surroundings, functions };
  const asked = request({ object: pod });
  const { violations } = judgeGuardrails(asked, compiled.value, around);
  const mutated = mutateByGuardrails(asked, compiled.value, around)?.violations ?? [];
  return lines(
    'told',
    [...violations, ...mutated].map(({ message }) => message),
  );
}

const lines = (what: string, messages: readonly string[]): string =>
  messages.length === 0 ? 'no mistake' : messages.map((message) => `${what}: ${message}`).join('\n');

if (import.meta.main) writeFileSync(file, answered());
