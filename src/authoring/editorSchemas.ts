/** The kinds that people write, each with the schema that editors check it by. */
import { exceptionSchema } from '../boundary/exceptionSchema.ts';
import { boundarySchema } from '../boundary/schema.ts';
import { toEditorSchema } from '../config/editorSchema.ts';
import { configuration } from '../config/schema.ts';
import type { TSchema } from '../config/shape.ts';
import { guardrailPolicySchema } from '../guardrail/schema.ts';
import { suiteSchema } from './suite/schema.ts';

/** A kind; its schema is committed as schemas/<kind in lower case>.json. */
export interface EditorKind {
  readonly kind: string;
  readonly schema: TSchema;
}

/** Every kind with a schema for editors. */
export const editorKinds: readonly EditorKind[] = [
  { kind: 'Boundary', schema: boundarySchema },
  { kind: 'GuardrailPolicy', schema: guardrailPolicySchema },
  { kind: 'GuardrailException', schema: exceptionSchema },
  { kind: 'Suite', schema: suiteSchema },
  { kind: 'Configuration', schema: configuration },
];

/** The JSON Schema (draft-07) of a kind. */
export const editorSchemaOf = ({ kind, schema }: EditorKind): object =>
  toEditorSchema(schema, { title: `Bulkhead ${kind}` });
