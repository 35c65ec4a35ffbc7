/** What tests of this room share: documents from a text, lint under the default configuration, suites from a text. */
import { lint } from '../../src/authoring/lint/lint.ts';
import type { Finding } from '../../src/authoring/finding.ts';
import { errorOf, inOrder } from '../../src/authoring/finding.ts';
import { readSuite } from '../../src/authoring/suite/readSuite.ts';
import type { SuiteInputs } from '../../src/authoring/suite/world.ts';
import type { Document } from '../../src/config/document.ts';
import { readBytes, readDocuments } from '../../src/config/documents.ts';
import type { Read } from '../../src/config/issue.ts';
import { assemble } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';

export function valueOf<T>(read: Read<T>): T {
  if (!read.ok) throw new Error(JSON.stringify(read.issues, undefined, 2));
  return read.value;
}

/** The configuration in a text, or the defaults. */
export const configOf = (text?: string): Config =>
  valueOf(
    assemble(text === undefined ? undefined : valueOf(readDocuments(text, 'config.yaml'))[0], {
      environment: {},
    }),
  ).config;

const defaults = configOf();

/** What lint says of bytes, as the command does. */
export function lintBytes(bytes: Uint8Array, file: string, config = defaults): readonly Finding[] {
  const read = readBytes(bytes, file);
  if (!read.ok) return inOrder(read.issues.map(errorOf));
  return lint(read.value, config).findings;
}

/** What lint says of a text. */
export const lintText = (text: string, config?: Config): readonly Finding[] =>
  lintBytes(Buffer.from(text), 'a.yaml', config);

/** A Boundary with a spec. */
export const boundary = (spec: string, name = 'b'): string =>
  `apiVersion: bulkhead.dev/v1alpha1\nkind: Boundary\nmetadata: { name: ${name} }\nspec:\n  ${spec.trim().replaceAll('\n', '\n  ')}\n`;

/** A GuardrailPolicy with a spec. */
export const guardrail = (spec: string, name = 'g'): string =>
  `apiVersion: bulkhead.dev/v1alpha1\nkind: GuardrailPolicy\nmetadata: { name: ${name} }\nspec:\n  ${spec.trim().replaceAll('\n', '\n  ')}\n`;

/** A suite with everything written in it or given here. */
export function suiteOf(
  text: string,
  rules: readonly Document[],
  inventory: readonly Document[] = [],
): SuiteInputs {
  const [document] = valueOf(readDocuments(text, 'suite.yaml'));
  if (document === undefined) throw new Error('no suite');
  const suite = valueOf(readSuite(document));
  const part = (pointer: string, value: unknown): Document | undefined =>
    value === undefined
      ? undefined
      : { value, file: 'suite.yaml', positionOf: (below) => document.positionOf(pointer + below) };
  return {
    suite,
    rules,
    inventory,
    config: part('/config', suite.spec.config),
    cases: suite.spec.tests.map((one, index) => ({
      case: one,
      pointer: `/tests/${index}`,
      object: part(`/tests/${index}/object`, one.object),
      oldObject: part(`/tests/${index}/oldObject`, one.oldObject),
      admissionReview: part(`/tests/${index}/admissionReview`, one.admissionReview),
    })),
  };
}
