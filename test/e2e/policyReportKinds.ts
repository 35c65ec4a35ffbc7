// The kinds of wgpolicyk8s.io/v1alpha2 and of openreports.io/v1alpha1, with the parts of their schemas that a report can violate, as in the originals.
const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const reference = {
  type: 'object',
  properties: { apiVersion: text, kind: text, namespace: text, name: text, uid: text },
};
const result = (severities: readonly string[]): object => ({
  type: 'object',
  required: ['policy'],
  properties: {
    category: text,
    message: text,
    policy: text,
    properties: texts,
    resources: { type: 'array', items: reference },
    result: { type: 'string', enum: ['pass', 'fail', 'warn', 'error', 'skip'] },
    rule: text,
    scored: { type: 'boolean' },
    severity: { type: 'string', enum: severities },
    source: text,
    timestamp: {
      type: 'object',
      required: ['nanos', 'seconds'],
      properties: { nanos: { type: 'integer' }, seconds: { type: 'integer' } },
    },
  },
});
const counts = Object.fromEntries(
  ['pass', 'fail', 'warn', 'error', 'skip'].map((name) => [name, { type: 'integer' }]),
);

interface Group {
  readonly group: string;
  readonly version: string;
  /** What a report holds beside summary and results. */
  readonly fields: object;
  readonly severities: readonly string[];
}

const kind = (
  { group, version, fields, severities }: Group,
  name: string,
  scope: 'Namespaced' | 'Cluster',
): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${name.toLowerCase()}s.${group}` },
  spec: {
    group,
    scope,
    names: {
      kind: name,
      plural: `${name.toLowerCase()}s`,
      singular: name.toLowerCase(),
      listKind: `${name}List`,
    },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              apiVersion: text,
              kind: text,
              metadata: { type: 'object' },
              ...fields,
              summary: { type: 'object', properties: counts },
              results: { type: 'array', items: result(severities) },
            },
          },
        },
      },
    ],
  },
});

/** The kind of that name in namespaces, and the one beside it that is in none. */
const both = (group: Group, name: string): object => ({
  apiVersion: 'v1',
  kind: 'List',
  items: [kind(group, name, 'Namespaced'), kind(group, `Cluster${name}`, 'Cluster')],
});

export const policyReportKinds: object = both(
  {
    group: 'wgpolicyk8s.io',
    version: 'v1alpha2',
    fields: { scope: reference },
    severities: ['high', 'low', 'medium'],
  },
  'PolicyReport',
);

export const openReportKinds: object = both(
  {
    group: 'openreports.io',
    version: 'v1alpha1',
    fields: {
      source: text,
      scope: reference,
      configuration: {
        type: 'object',
        required: ['limits'],
        properties: {
          limits: {
            type: 'object',
            properties: { maxResults: { type: 'integer' }, statusFilter: { type: 'array', items: text } },
          },
        },
      },
    },
    severities: ['critical', 'high', 'low', 'medium', 'info'],
  },
  'Report',
);
