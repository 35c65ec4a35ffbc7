/** What the status of each of Bulkhead's own kinds has in common: conditions, and the generation that they speak of. */
import { object } from './shape.ts';

const text = (maxLength: number, description: string) =>
  ({ type: 'string', maxLength, description }) as const;

const condition = object(
  {
    type: text(63, 'What is claimed.'),
    status: { enum: ['True', 'False', 'Unknown'], description: 'Whether the claim holds.' },
    reason: text(128, 'One word for why.'),
    message: text(4_096, 'Why, in a sentence for people.'),
    lastTransitionTime: {
      ...text(64, 'When status last changed.'),
      'x-structural': { type: 'string', format: 'date-time' },
    },
    observedGeneration: {
      type: 'integer',
      minimum: 0,
      description: 'The generation of the spec that the claim was made about.',
    },
  },
  { optional: ['observedGeneration'] },
);

/** metav1.Condition, a list that is merged by type. */
export const conditions = {
  type: 'array',
  items: condition,
  maxItems: 16,
  description: 'What holds, one entry a claim.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
} as const;

export const observedGeneration = {
  type: 'integer',
  minimum: 0,
  description: 'The generation of the spec that this status describes.',
} as const;

/** A number of things. */
export const count = (description: string) => ({ type: 'integer', minimum: 0, description }) as const;
