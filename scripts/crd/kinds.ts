// The kinds of bulkhead.dev/v1alpha1 as CustomResourceDefinitions, from the schemas that their types are derived from.
import {
  exceptionSchema,
  exceptionSpecSchema,
  exceptionStatusSchema,
} from '../../src/boundary/exceptionSchema.ts';
import { recordSchema } from '../../src/boundary/recordSchema.ts';
import { boundarySchema, boundarySpecSchema, boundaryStatusSchema } from '../../src/boundary/schema.ts';
import { guardrailPolicySchema } from '../../src/guardrail/schema.ts';
import { ageColumn, conditionColumn } from './definition.ts';
import type { Kind } from './definition.ts';

export const kinds: readonly Kind[] = [
  {
    kind: 'Boundary',
    plural: 'boundaries',
    shortName: 'bnd',
    scope: 'Cluster',
    description: boundarySchema.description,
    spec: boundarySpecSchema,
    status: boundaryStatusSchema,
    columns: [
      { name: 'Namespaces', type: 'integer', jsonPath: '.status.namespaces' },
      { name: 'Floors', type: 'integer', jsonPath: '.status.floors.present' },
      { name: 'Missing', type: 'integer', jsonPath: '.status.floors.missing' },
      conditionColumn('Accepted'),
      conditionColumn('Proven'),
      conditionColumn('Enforced'),
      { name: 'On excess', type: 'string', jsonPath: '.spec.onExcess', priority: 1 },
      ageColumn,
    ],
  },
  {
    kind: 'GuardrailPolicy',
    plural: 'guardrailpolicies',
    shortName: 'grp',
    scope: 'Cluster',
    description: guardrailPolicySchema.properties.spec.description,
    spec: guardrailPolicySchema.properties.spec,
    status: guardrailPolicySchema.properties.status,
    columns: [
      { name: 'Severity', type: 'string', jsonPath: '.spec.severity' },
      { name: 'Actions', type: 'string', jsonPath: '.spec.validationActions' },
      conditionColumn('Accepted'),
      { name: 'Category', type: 'string', jsonPath: '.spec.category', priority: 1 },
      ageColumn,
    ],
  },
  {
    kind: 'GuardrailException',
    plural: 'guardrailexceptions',
    shortName: 'gex',
    scope: 'Namespaced',
    description: exceptionSchema.description,
    spec: exceptionSpecSchema,
    status: exceptionStatusSchema,
    columns: [
      { name: 'State', type: 'string', jsonPath: '.status.approval.state' },
      { name: 'Approved by', type: 'string', jsonPath: '.status.approval.by' },
      { name: 'Expires', type: 'string', jsonPath: '.spec.expiresAt' },
      { name: 'Category', type: 'string', jsonPath: '.spec.category' },
      { name: 'Boundaries', type: 'string', jsonPath: '.spec.target.boundaries', priority: 1 },
      { name: 'Reason', type: 'string', jsonPath: '.spec.reason', priority: 1 },
      ageColumn,
    ],
  },
  {
    kind: 'NamespaceRecord',
    plural: 'namespacerecords',
    shortName: 'nsr',
    scope: 'Cluster',
    description: recordSchema.description,
    spec: recordSchema.properties.spec,
    status: recordSchema.properties.status,
    columns: [
      { name: 'Tenant', type: 'string', jsonPath: '.spec.labels.bulkhead\\.dev/tenant' },
      { name: 'Attested', type: 'boolean', jsonPath: '.spec.attested' },
      ageColumn,
    ],
    validations: [
      { rule: 'self.metadata.name.size() <= 63', message: 'a namespace has a name of at most 63 characters' },
    ],
  },
];
