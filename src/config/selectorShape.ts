/** Label selectors as Bulkhead's own kinds write them; their syntax is checked by the room that decodes them. */
import { object } from './shape.ts';

export const labelKey = { type: 'string', maxLength: 317, description: 'a label key' } as const;
const labelValue = { type: 'string', maxLength: 63, description: 'a label value' } as const;

/** metav1.LabelSelector. */
export const selectorSchema = object(
  {
    matchLabels: {
      type: 'object',
      additionalProperties: labelValue,
      maxProperties: 64,
      description: 'Labels with the value that each must have.',
    },
    matchExpressions: {
      type: 'array',
      items: object(
        {
          key: labelKey,
          operator: {
            enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'],
            description: 'how the values are meant',
          },
          values: { type: 'array', items: labelValue, maxItems: 64, description: 'For In and NotIn.' },
        },
        { optional: ['values'] },
      ),
      maxItems: 32,
      description: 'Claims about labels.',
    },
  },
  {
    optional: ['matchLabels', 'matchExpressions'],
    description: 'Labels that must all hold; the empty selector selects everything.',
  },
);
