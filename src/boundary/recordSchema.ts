/** The NamespaceRecord kind as a schema: whose a namespace name is, kept after the namespace is gone (api.md 1). */
import { object } from '../config/shape.ts';
import type { Settled } from '../config/shape.ts';
import { conditions, observedGeneration } from '../config/statusShape.ts';

/** `spec` of a NamespaceRecord. */
export const recordSpecSchema = object(
  {
    labels: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 63, description: 'a label value' },
      maxProperties: 256,
      description:
        'The protected labels that the namespace has or had; a namespace of this name must have them.',
    },
    attested: {
      type: 'boolean',
      description: 'Whether an administrator vouched for these labels (bulkhead adopt).',
    },
  },
  {
    optional: ['attested'],
    description: 'Written by Bulkhead, and by administrators through bulkhead adopt.',
  },
);

/** A NamespaceRecord document. */
export const recordSchema = object(
  {
    apiVersion: { const: 'bulkhead.dev/v1alpha1', description: 'The version of this form.' },
    kind: { const: 'NamespaceRecord', description: 'Always NamespaceRecord.' },
    metadata: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 63, description: 'The name of the namespace.' },
      },
    },
    spec: recordSpecSchema,
    status: object(
      { observedGeneration, conditions },
      { optional: ['observedGeneration', 'conditions'], description: 'Written by Bulkhead.' },
    ),
  },
  {
    optional: ['status'],
    title: 'NamespaceRecord',
    description:
      'Whose the name of a namespace is. It outlives the namespace, so that nobody else can take the name and what others trust it with.',
  },
);

export type RecordSpec = Settled<typeof recordSpecSchema>;
