/** The guardrail kinds as schemas: the one source of their types, and of the JSON Schema and CRD of GuardrailPolicy (api.md 2). */
import { object } from '../config/shape.ts';
import { selectorSchema } from '../config/selectorShape.ts';
import type { Settled, TSchema } from '../config/shape.ts';
import { conditions as statusConditions, count, observedGeneration } from '../config/statusShape.ts';

const text = (description: string, maxLength = 65_536) =>
  ({ type: 'string', maxLength, description }) as const;
const expression = text('a CEL expression');
const list = <const S extends TSchema>(items: S, description: string, maxItems = 1_000) =>
  ({ type: 'array', items, maxItems, description }) as const;
const choice = <const V extends readonly string[]>(values: V, description: string) =>
  ({ enum: values, description }) as const;
const names = (description: string) => list(text('a name', 253), description);

/** Selectors are decoded by the room that knows label syntax; here they only have to be objects. */
const selector = {
  type: 'object',
  additionalProperties: true,
  description: 'a label selector',
  'x-structural': selectorSchema,
} as const;

const ruleSchema = object(
  {
    apiGroups: names('API groups; "" is the core group, "*" all'),
    apiVersions: names('API versions; "*" is all'),
    operations: list(
      choice(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'], 'an operation'),
      'operations; "*" is all',
    ),
    resources: names('resources such as pods, pods/status, pods/*, */scale'),
    resourceNames: names('names of objects; left out: every name'),
    scope: choice(['Cluster', 'Namespaced', '*'], 'Default *.'),
  },
  { optional: ['resourceNames', 'scope'] },
);

/** MatchResources, as constraints of a policy and of a binding. */
export const matchResourcesSchema = object(
  {
    matchPolicy: choice(
      ['Exact', 'Equivalent'],
      'Default Equivalent: other versions of a resource match too.',
    ),
    namespaceSelector: selector,
    objectSelector: selector,
    resourceRules: list(ruleSchema, 'What matches if any of these does.'),
    excludeResourceRules: list(ruleSchema, 'What does not match if any of these does.'),
  },
  {
    optional: ['matchPolicy', 'namespaceSelector', 'objectSelector', 'resourceRules', 'excludeResourceRules'],
    description: 'Which requests it is about.',
  },
);

const paramRefSchema = object(
  {
    name: text('the name of the parameter', 253),
    namespace: text('its namespace; left out: that of the request', 63),
    selector,
    parameterNotFoundAction: choice(['Allow', 'Deny'], 'What follows where there is no such parameter.'),
  },
  { optional: ['name', 'namespace', 'selector'], description: 'Where the parameters are.' },
);

const failurePolicy = choice(['Fail', 'Ignore'], 'What an error means. Default Fail.');
const reinvocationPolicy = choice(
  ['Never', 'IfNeeded'],
  'Whether it runs again after others have changed the object.',
);
const validationActions = list(
  choice(['Deny', 'Warn', 'Audit'], 'an action'),
  'What follows from a failed validation.',
  3,
);

const common = {
  paramKind: object(
    { apiVersion: text('such as v1', 317), kind: text('such as ConfigMap', 63) },
    { description: 'The kind of the parameters.' },
  ),
  matchConstraints: matchResourcesSchema,
  matchConditions: list(
    object({ name: text('a name', 317), expression }),
    'All must be true for the policy to apply.',
    64,
  ),
  variables: list(
    object({ name: text('a CEL identifier', 253), expression }),
    'Named expressions, computed at most once.',
  ),
  failurePolicy,
};

const checks = {
  validations: list(
    object(
      {
        expression,
        message: text('what a refused user reads'),
        messageExpression: text('a CEL expression that gives the message'),
        reason: choice(['Forbidden', 'Invalid', 'RequestEntityTooLarge'], 'Default Invalid.'),
      },
      { optional: ['message', 'messageExpression', 'reason'] },
    ),
    'Each must be true.',
  ),
  auditAnnotations: list(
    object({ key: text('a key', 253), valueExpression: text('a CEL expression', 5_120) }),
    'Written into the audit log.',
    20,
  ),
};

const mutations = list(
  object(
    {
      patchType: choice(['ApplyConfiguration', 'JSONPatch'], 'which of the two is given'),
      applyConfiguration: object({ expression }, { description: 'What is merged, as in server-side apply.' }),
      jsonPatch: object({ expression }, { description: 'A list of JSON Patch operations.' }),
    },
    { optional: ['applyConfiguration', 'jsonPatch'] },
  ),
  'Applied in order; each sees what the one before it made.',
);

const commonOptional = ['paramKind', 'matchConditions', 'variables', 'failurePolicy'] as const;

const metadata = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1, maxLength: 253, description: 'the name' } },
} as const;

/** Whatever the API server itself writes there. */
const anyStatus = { description: 'Written by the server.' } as const;

const document = <const K extends string, const S extends TSchema, const T extends TSchema>(
  kind: K,
  spec: S,
  status: T,
) =>
  object(
    {
      apiVersion: text('the version', 64),
      kind: { const: kind, description: `Always ${kind}.` },
      metadata,
      spec,
      status,
    },
    { optional: ['status'], title: kind },
  );

export const validatingPolicySchema = document(
  'ValidatingAdmissionPolicy',
  object({ ...common, ...checks }, { optional: [...commonOptional, 'validations', 'auditAnnotations'] }),
  anyStatus,
);

export const mutatingPolicySchema = document(
  'MutatingAdmissionPolicy',
  object({ ...common, mutations, reinvocationPolicy }, { optional: commonOptional }),
  anyStatus,
);

export const guardrailPolicySchema = document(
  'GuardrailPolicy',
  object(
    {
      ...common,
      ...checks,
      mutations,
      reinvocationPolicy,
      paramRef: paramRefSchema,
      validationActions,
      severity: choice(['critical', 'high', 'medium', 'low', 'info'], 'How bad a violation is.'),
      category: text('a word of your own, to group policies by', 63),
      remediation: text('what to do about a violation: text or a link', 1_024),
    },
    {
      optional: [
        ...commonOptional,
        'validations',
        'auditAnnotations',
        'mutations',
        'reinvocationPolicy',
        'paramRef',
        'validationActions',
        'severity',
        'category',
        'remediation',
      ],
      description:
        'Any other rule, in CEL, with the fields and the meaning of the admission policies of Kubernetes.',
      'x-kubernetes-validations': [
        {
          rule: 'has(self.matchConstraints.resourceRules) && self.matchConstraints.resourceRules.size() > 0',
          message: 'matchConstraints.resourceRules must name at least one rule, or it matches nothing',
        },
        {
          rule:
            '(has(self.validations) && self.validations.size() > 0) || ' +
            '(has(self.auditAnnotations) && self.auditAnnotations.size() > 0) || ' +
            '(has(self.mutations) && self.mutations.size() > 0)',
          message: 'it needs validations, auditAnnotations or mutations',
        },
        {
          rule: '!has(self.paramRef) || has(self.paramKind)',
          message: 'paramRef needs paramKind',
        },
      ],
    },
  ),
  object(
    { observedGeneration, conditions: statusConditions, violations: count('Stored objects that break it.') },
    { optional: ['observedGeneration', 'conditions', 'violations'], description: 'Written by Bulkhead.' },
  ),
);

const binding = {
  policyName: text('the name of the policy', 253),
  paramRef: paramRefSchema,
  matchResources: matchResourcesSchema,
};

export const validatingBindingSchema = document(
  'ValidatingAdmissionPolicyBinding',
  object({ ...binding, validationActions }, { optional: ['paramRef', 'matchResources'] }),
  anyStatus,
);

export const mutatingBindingSchema = document(
  'MutatingAdmissionPolicyBinding',
  object(binding, { optional: ['paramRef', 'matchResources'] }),
  anyStatus,
);

export type MatchResourcesSpec = Settled<typeof matchResourcesSchema>;
export type RuleSpec = Settled<typeof ruleSchema>;
export type ParamRefSpec = Settled<typeof paramRefSchema>;
export type GuardrailPolicySpec = Settled<typeof guardrailPolicySchema>['spec'];
/** The spec of every policy kind: GuardrailPolicy's fields are those of the others together. */
export type PolicySpec = GuardrailPolicySpec;
