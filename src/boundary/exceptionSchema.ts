/** The GuardrailException kind as a schema: the one source of its TypeScript type, its JSON Schema and its CRD (api.md 3). */
import { object } from '../config/shape.ts';
import type { Settled } from '../config/shape.ts';
import { conditions, observedGeneration } from '../config/statusShape.ts';
import { selectorSchema } from '../config/selectorShape.ts';
import { bothWays, list } from './ruleSchema.ts';

const text = (maxLength: number, description: string) =>
  ({ type: 'string', maxLength, description }) as const;
const names = (description: string) => list(text(253, 'a name'), { maxItems: 64, description });
const time = (description: string) =>
  ({
    ...text(64, description),
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$',
    'x-structural': { type: 'string', format: 'date-time' },
  }) as const;

const podSettings = [
  'hostNetwork',
  'hostAccess',
  'rawSockets',
  'secondaryNetworks',
  'addressRequests',
  'beforeFloor',
] as const;

/** `spec` of a GuardrailException. */
export const exceptionSpecSchema = object(
  {
    target: object(
      {
        boundaries: names('Boundaries that it loosens.'),
        policies: names('GuardrailPolicies that it loosens.'),
        podSettings: list({ enum: podSettings, description: 'a setting of spec.pods' } as const, {
          maxItems: 6,
          description: 'Pod settings of the Boundaries that it loosens.',
        }),
      },
      { optional: ['boundaries', 'policies', 'podSettings'], description: 'What it is an exception from.' },
    ),
    subjects: object(
      {
        kinds: names('Kinds of objects, such as NetworkPolicy or Pod; left out: every kind.'),
        names: names('Names of objects; left out: every name.'),
        podSelector: selectorSchema,
      },
      {
        optional: ['kinds', 'names', 'podSelector'],
        description: 'The objects of its own namespace that it is for.',
      },
    ),
    allow: { ...bothWays, description: 'The extra flows, in the form of a Boundary; `never` still wins.' },
    category: {
      enum: ['Waiver', 'Mitigated'],
      description: 'Waiver: the risk is taken. Mitigated: something else takes care of it.',
    },
    reason: { ...text(2_048, 'Why it is needed, in at least 20 characters.'), minLength: 20 },
    ticket: text(512, 'Where it was discussed.'),
    notBefore: time('When it begins; left out: once it is approved.'),
    expiresAt: time('When it ends: at most 90 days after it begins.'),
  },
  {
    optional: ['subjects', 'allow', 'ticket', 'notBefore'],
    description: 'What is let through that rules would refuse, for how long and why.',
    'x-kubernetes-validations': [
      {
        rule: '!has(self.notBefore) || self.expiresAt > self.notBefore',
        message: 'expiresAt must be after notBefore',
      },
      {
        rule: "!has(self.notBefore) || self.expiresAt - self.notBefore <= duration('2160h')",
        message: 'an exception lasts at most 90 days',
      },
      {
        rule:
          '(has(self.target.boundaries) && self.target.boundaries.size() > 0) || ' +
          '(has(self.target.policies) && self.target.policies.size() > 0)',
        message: 'target must name a Boundary or a GuardrailPolicy',
      },
    ],
  },
);

/** `status` of a GuardrailException. Of `approval` an approver writes only the state; the rest is filled in from the request. */
export const exceptionStatusSchema = object(
  {
    observedGeneration,
    conditions,
    approval: object(
      {
        state: { enum: ['Pending', 'Approved', 'Refused'], description: 'What the approver decided.' },
        by: text(1_024, 'Who decided; written by Bulkhead.'),
        at: time('When; written by Bulkhead.'),
        specHash: text(128, 'What was approved; another spec needs another approval. Written by Bulkhead.'),
      },
      { optional: ['by', 'at', 'specHash'], description: 'The decision of an approver.' },
    ),
  },
  { optional: ['observedGeneration', 'conditions', 'approval'], description: 'Approval and state.' },
);

/** A GuardrailException document. */
export const exceptionSchema = object(
  {
    apiVersion: { const: 'bulkhead.dev/v1alpha1', description: 'The version of this form.' },
    kind: { const: 'GuardrailException', description: 'Always GuardrailException.' },
    metadata: {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string', minLength: 1, maxLength: 253, description: 'Its name.' } },
    },
    spec: exceptionSpecSchema,
    status: exceptionStatusSchema,
  },
  {
    optional: ['status'],
    title: 'GuardrailException',
    description: 'Lets through, for a time and once approved, what a rule would refuse in its own namespace.',
  },
);

export type ExceptionSpec = Settled<typeof exceptionSpecSchema>;
export type ExceptionDocument = Settled<typeof exceptionSchema>;
