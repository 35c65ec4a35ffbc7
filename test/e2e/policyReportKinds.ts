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
  plural: string,
  scope: 'Namespaced' | 'Cluster',
): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope,
    names: { kind: name, plural, singular: name.toLowerCase(), listKind: `${name}List` },
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

const policyReports = {
  group: 'wgpolicyk8s.io',
  version: 'v1alpha2',
  fields: { scope: reference },
  severities: ['high', 'low', 'medium'],
};
export const policyReportKinds = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    kind(policyReports, 'PolicyReport', 'policyreports', 'Namespaced'),
    kind(policyReports, 'ClusterPolicyReport', 'clusterpolicyreports', 'Cluster'),
  ],
};

const openReports = {
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
};
export const openReportKinds = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    kind(openReports, 'Report', 'reports', 'Namespaced'),
    kind(openReports, 'ClusterReport', 'clusterreports', 'Cluster'),
  ],
};
