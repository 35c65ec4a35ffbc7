// The kinds of wgpolicyk8s.io/v1alpha2, with the parts of their schema that a report can violate: what is unknown is refused, as in the original.
const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const reference = {
  type: 'object',
  properties: { apiVersion: text, kind: text, namespace: text, name: text, uid: text },
};
const result = {
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
    severity: { type: 'string', enum: ['high', 'low', 'medium'] },
    source: text,
    timestamp: {
      type: 'object',
      required: ['nanos', 'seconds'],
      properties: { nanos: { type: 'integer' }, seconds: { type: 'integer' } },
    },
  },
};
const counts = Object.fromEntries(
  ['pass', 'fail', 'warn', 'error', 'skip'].map((name) => [name, { type: 'integer' }]),
);

const kind = (name: string, plural: string, scope: 'Namespaced' | 'Cluster'): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.wgpolicyk8s.io` },
  spec: {
    group: 'wgpolicyk8s.io',
    scope,
    names: { kind: name, plural, singular: name.toLowerCase(), listKind: `${name}List` },
    versions: [
      {
        name: 'v1alpha2',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              apiVersion: text,
              kind: text,
              metadata: { type: 'object' },
              summary: { type: 'object', properties: counts },
              results: { type: 'array', items: result },
            },
          },
        },
      },
    ],
  },
});

export const policyReportKinds = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    kind('PolicyReport', 'policyreports', 'Namespaced'),
    kind('ClusterPolicyReport', 'clusterpolicyreports', 'Cluster'),
  ],
};
