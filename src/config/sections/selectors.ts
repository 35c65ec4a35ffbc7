/** Label selectors, as Kubernetes writes them, in the configuration. */
import { object } from '../shape.ts';

/** A map of label keys to values. */
export const labels = {
  type: 'object',
  propertyNames: { type: 'string', format: 'labelKey' },
  additionalProperties: { type: 'string', format: 'labelValue' },
  maxProperties: 64,
} as const;

/** metav1.LabelSelector; the empty one selects everything. */
export const labelSelector = object(
  {
    matchLabels: labels,
    matchExpressions: {
      type: 'array',
      maxItems: 64,
      items: object(
        {
          key: { type: 'string', format: 'labelKey' },
          operator: { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: { type: 'array', maxItems: 64, items: { type: 'string', format: 'labelValue' } },
        },
        { optional: ['values'] },
      ),
    },
  },
  { optional: ['matchLabels', 'matchExpressions'] },
);
