// paramKind and paramRef: by name, by selector, in which namespace, and what follows from their absence.
import { type PolicyCase, apply, check, mutating, on, patch, validating } from '../case.ts';
import { containers, createNamespace, createPod, development, production } from '../setting.ts';

const configMaps = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };
const quotas = { paramKind: { apiVersion: 'bulkhead.test/v1', kind: 'Quota' } };
const zones = { paramKind: { apiVersion: 'bulkhead.test/v1', kind: 'Zone' } };
const pods = [
  createPod(),
  createPod({ spec: containers({}, { image: 'elsewhere/b:2' }) }, 'two containers'),
  createPod({ namespace: development }, 'in the other namespace'),
];
const by = (ref: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] => [
  { paramRef: { parameterNotFoundAction: 'Deny', ...ref } },
];
const most = check('object.spec.containers.size() <= int(params.data.max)', {
  messageExpression: '"at most " + params.data.max',
});

export const parameterised: readonly PolicyCase[] = [
  validating('by name', { ...configMaps, ...most }, pods, by({ name: 'limits' })),
  validating(
    'by name in a namespace',
    { ...configMaps, ...most },
    pods,
    by({ name: 'limits', namespace: production }),
  ),
  validating(
    'by selector',
    { ...configMaps, ...most },
    pods,
    by({ selector: { matchLabels: { role: 'limits', tier: 'a' } } }),
  ),
  validating(
    'several by selector',
    {
      ...configMaps,
      ...check('object.spec.containers.size() <= int(params.data.max)', { message: 'too many' }),
    },
    pods,
    by({ selector: { matchLabels: { role: 'limits' } } }),
  ),
  validating(
    'by expressions',
    { ...configMaps, ...most },
    pods,
    by({
      selector: {
        matchExpressions: [
          { key: 'tier', operator: 'NotIn', values: ['b'] },
          { key: 'role', operator: 'Exists' },
        ],
      },
    }),
  ),
  validating('absent, Deny', { ...configMaps, ...check('true') }, pods, by({ name: 'absent' })),
  validating(
    'absent, Allow',
    { ...configMaps, ...check('false') },
    pods,
    by({ name: 'absent', parameterNotFoundAction: 'Allow' }),
  ),
  validating(
    'absent, Deny, Ignore',
    { ...configMaps, failurePolicy: 'Ignore', ...check('false') },
    pods,
    by({ name: 'absent' }),
  ),
  validating(
    'absent by selector, Deny',
    { ...configMaps, ...check('true') },
    pods,
    by({ selector: { matchLabels: { role: 'nobody' } } }),
  ),
  validating(
    'absent by selector, Allow',
    { ...configMaps, ...check('false') },
    pods,
    by({ selector: { matchLabels: { role: 'nobody' } }, parameterNotFoundAction: 'Allow' }),
  ),
  validating('no paramRef', { ...configMaps, ...check('params == null') }, pods),
  validating('no paramRef, and read', { ...configMaps, ...check('params.data.max == "2"') }, pods),
  validating('a paramRef without a paramKind', check('true'), pods, by({ name: 'limits' })),
  validating('params without a paramKind', check('params == null'), pods),
  validating(
    'an absent key',
    { ...configMaps, ...check('params.data.nothing == "x"') },
    pods,
    by({ name: 'limits' }),
  ),
  validating(
    'no data at all',
    { ...configMaps, ...check('!has(params.data)') },
    pods,
    by({ name: 'bare', namespace: production }),
  ),
  validating(
    'a key with a dash',
    { ...configMaps, ...check('params.data["a-b"] == "c" && params.data.empty == ""') },
    pods,
    by({ name: 'limits', namespace: production }),
  ),
  validating(
    'apiVersion and kind',
    { ...configMaps, ...check('params.apiVersion == "v1" && params.kind == "ConfigMap"') },
    pods,
    by({ name: 'limits' }),
  ),
  validating(
    'metadata',
    {
      ...configMaps,
      ...check('params.metadata.name == "limits" && params.metadata.labels.role == "limits"'),
    },
    pods,
    by({ name: 'limits' }),
  ),
  validating(
    'a custom resource',
    { ...quotas, ...check('object.spec.containers.size() <= params.spec.pods') },
    [pods[0], pods[1]].flatMap((one) => one ?? []),
    by({ name: 'small' }),
  ),
  validating(
    'numbers of a custom resource',
    {
      ...quotas,
      ...check(
        'params.spec.whole == 3 && params.spec.ratio == 1.5 && type(params.spec.whole) == int && type(params.spec.ratio) == double',
      ),
    },
    pods,
    by({ name: 'small', namespace: production }),
  ),
  validating(
    'lists and maps of a custom resource',
    {
      ...quotas,
      ...check(
        'object.spec.containers.all(c, c.name in params.spec.names) && params.spec.map == {"a": "b"} && params.spec.flag',
      ),
    },
    pods,
    by({ name: 'small', namespace: production }),
  ),
  validating(
    'a cluster-scoped one',
    {
      ...zones,
      ...check(
        'object.spec.containers.size() < params.spec.pods && cidr(params.spec.cidr).containsIP("10.1.2.3")',
      ),
    },
    pods,
    by({ name: 'north' }),
  ),
  validating(
    'a cluster-scoped one by selector',
    { ...zones, ...check('params.metadata.name == "north"') },
    pods,
    by({ selector: { matchLabels: { zone: 'north' } } }),
  ),
  validating(
    'a cluster-scoped one with a namespace',
    { ...zones, ...check('true') },
    pods,
    by({ name: 'north', namespace: production }),
  ),
  validating(
    'a namespaced one for what has no namespace',
    { ...configMaps, ...on('namespaces', ['CREATE']), ...check('true') },
    [createNamespace({ a: 'b' })],
    by({ name: 'limits' }),
  ),
  validating(
    'a namespaced one for what has no namespace, named',
    { ...configMaps, ...on('namespaces', ['CREATE']), ...check('params.data.max == "2"') },
    [createNamespace({ a: 'b' })],
    by({ name: 'limits', namespace: production }),
  ),
  validating(
    'two bindings',
    {
      ...configMaps,
      ...check('object.spec.containers.size() <= int(params.data.max)', { message: 'too many' }),
    },
    pods,
    [
      { paramRef: { name: 'limits', namespace: production, parameterNotFoundAction: 'Deny' } },
      {
        paramRef: { name: 'limits-2', namespace: production, parameterNotFoundAction: 'Deny' },
        validationActions: ['Warn'],
      },
    ],
  ),
  validating(
    'a condition on params',
    {
      ...configMaps,
      matchConditions: [{ name: 'c', expression: 'params.data.max == "1"' }],
      ...check('false', { messageExpression: '"by " + params.metadata.name' }),
    },
    pods,
    by({
      selector: { matchLabels: { role: 'limits' } },
      parameterNotFoundAction: 'Allow',
      namespace: production,
    }),
  ),
  validating(
    'a variable of params',
    {
      ...configMaps,
      variables: [{ name: 'max', expression: 'int(params.data.max)' }],
      ...check('object.spec.containers.size() <= variables.max'),
    },
    pods,
    by({ name: 'limits' }),
  ),
  validating(
    'an annotation of several params',
    { ...configMaps, auditAnnotations: [{ key: 'max', valueExpression: 'params.data.max' }] },
    [pods[0]].flatMap((one) => one ?? []),
    by({ name: 'limits' }),
  ),
  validating(
    'a name and a selector',
    { ...configMaps, ...check('true') },
    pods,
    by({ name: 'a', selector: {} }),
  ),
  validating('neither a name nor a selector', { ...configMaps, ...check('true') }, pods, by({})),
  validating('no parameterNotFoundAction', { ...configMaps, ...check('true') }, pods, [
    { paramRef: { name: 'limits' } },
  ]),
  validating(
    'an empty selector',
    { ...configMaps, ...check('has(params.metadata)') },
    pods,
    by({ selector: {} }),
  ),
  mutating(
    'of a mutation',
    {
      ...configMaps,
      mutations: [apply('Object{metadata: Object.metadata{annotations: {"max": params.data.max}}}')],
    },
    pods,
    by({ name: 'limits' }),
  ),
  mutating(
    'of a patch',
    {
      ...configMaps,
      mutations: [patch('[JSONPatch{op: "add", path: "/metadata/annotations", value: params.data}]')],
    },
    pods,
    by({ name: 'limits' }),
  ),
  mutating(
    'of a mutation, absent, Deny',
    { ...configMaps, mutations: [apply('Object{metadata: Object.metadata{annotations: {"a": "b"}}}')] },
    pods,
    by({ name: 'absent' }),
  ),
  mutating(
    'of a mutation, absent, Allow',
    { ...configMaps, mutations: [apply('Object{metadata: Object.metadata{annotations: {"a": "b"}}}')] },
    pods,
    by({ name: 'absent', parameterNotFoundAction: 'Allow' }),
  ),
  mutating(
    'of a mutation, absent, Deny, Ignore',
    {
      ...configMaps,
      failurePolicy: 'Ignore',
      mutations: [apply('Object{metadata: Object.metadata{annotations: {"a": "b"}}}')],
    },
    pods,
    by({ name: 'absent' }),
  ),
  mutating(
    'of a mutation, several',
    {
      ...configMaps,
      mutations: [
        apply('Object{metadata: Object.metadata{annotations: {params.metadata.name: params.data.max}}}'),
      ],
    },
    pods,
    by({ selector: { matchLabels: { role: 'limits' } } }),
  ),
];
