/** Which rules are taken from the cluster beside Bulkhead's own kinds. */
import { object, type Settled } from '../shape.ts';

export const rules = object(
  {
    admissionPolicies: {
      type: 'boolean',
      default: false,
      description:
        "Whether the cluster's ValidatingAdmissionPolicies and MutatingAdmissionPolicies are rules of Bulkhead too.",
    },
  },
  { default: {}, description: 'Boundaries and GuardrailPolicies of the cluster are always in force.' },
);

export type RulesSection = Settled<typeof rules>;
