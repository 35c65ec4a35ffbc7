// Which requests a policy and a binding are about: rules, selectors, scopes, exclusions, names.
import { type PolicyCase, check, on, validating } from '../case.ts';
import {
  apps,
  create,
  createConfigMap,
  createDeployment,
  createNamespace,
  createPod,
  createQuota,
  createService,
  development,
} from '../setting.ts';

type Fields = Readonly<Record<string, unknown>>;
const requests = [
  createPod(),
  createPod({ labels: { app: 'web' } }, 'labelled'),
  createPod({ namespace: development }, 'elsewhere'),
  createConfigMap({ a: 'b' }),
];
const rule = (more: Fields = {}): Fields => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['pods'],
  ...more,
});
const constraints = (name: string, value: Fields, asked = requests): PolicyCase =>
  validating(name, { matchConstraints: value, ...check('false', { message: 'matched' }) }, asked);
const rules = (name: string, list: readonly Fields[], asked = requests): PolicyCase =>
  constraints(name, { resourceRules: list }, asked);
const bound = (name: string, value: Fields): PolicyCase =>
  validating(
    name,
    {
      matchConstraints: { resourceRules: [rule({ resources: ['*'] })] },
      ...check('false', { message: 'matched' }),
    },
    requests,
    [{ matchResources: value }],
  );
const prod = { matchLabels: { env: 'prod' } };
const web = { matchLabels: { app: 'web' } };

const scale: PolicyCase = {
  ...validating(
    'a scale',
    {
      ...on('apps deployments/scale', ['UPDATE']),
      ...check('object.spec.replicas < 3', { message: 'too many' }),
    },
    [2, 5].map((replicas) => ({
      sentence: `to ${replicas}`,
      method: 'PATCH',
      path: (mark) => `${apps}/deployments/${mark}/scale?dryRun=All`,
      body: () => ({ spec: { replicas } }),
      stored: (mark) => [
        `${apps}/deployments`,
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: mark },
          spec: {
            replicas: 0,
            selector: { matchLabels: { app: mark } },
            template: {
              metadata: { labels: { app: mark } },
              spec: { containers: [{ name: 'c0', image: 'registry.example/a:1' }] },
            },
          },
        },
      ],
    })),
  ),
  marked: 'name',
};

export const matching: readonly PolicyCase[] = [
  rules('pods', [rule()]),
  rules('any resource', [rule({ resources: ['*'] })]),
  rules('any resource and subresource', [rule({ resources: ['*/*'] })]),
  rules('only subresources', [rule({ resources: ['pods/*'] })]),
  rules('only status', [rule({ resources: ['pods/status'] })]),
  rules('two resources', [rule({ resources: ['pods', 'configmaps'] })]),
  rules('two rules', [rule({ resources: ['secrets'] }), rule({ resources: ['configmaps'] })]),
  rules('any group', [rule({ apiGroups: ['*'] })]),
  rules('another group', [rule({ apiGroups: ['apps'] })]),
  rules('any version', [rule({ apiVersions: ['*'] })]),
  rules('a version that is not served', [rule({ apiVersions: ['v9'] })]),
  rules(
    'an equivalent version',
    [rule({ apiGroups: ['apps'], apiVersions: ['v1beta1'], resources: ['deployments'] })],
    [createDeployment()],
  ),
  constraints('an equivalent version, Exact', {
    matchPolicy: 'Exact',
    resourceRules: [rule({ apiVersions: ['v9'] })],
  }),
  rules('another operation', [rule({ operations: ['UPDATE', 'DELETE'] })]),
  rules('any operation', [rule({ operations: ['*'] })]),
  rules('CONNECT', [rule({ operations: ['CONNECT'] })]),
  rules('of this name', [rule({ resourceNames: ['p'] })]),
  rules('of another name', [rule({ resourceNames: ['q', 'r'] })]),
  rules(
    'scope Namespaced',
    [rule({ scope: 'Namespaced', resources: ['*'] })],
    [...requests, createNamespace({})],
  ),
  rules('scope Cluster', [rule({ scope: 'Cluster', resources: ['*'] })], [...requests, createNamespace({})]),
  rules('any scope', [rule({ scope: '*', resources: ['*'] })], [...requests, createNamespace({})]),
  constraints('namespaceSelector', { namespaceSelector: prod, resourceRules: [rule()] }),
  constraints('namespaceSelector by expressions', {
    namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['dev', 'test'] }] },
    resourceRules: [rule()],
  }),
  constraints('namespaceSelector of what is absent', {
    namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
    resourceRules: [rule()],
  }),
  constraints('namespaceSelector by name', {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': development } },
    resourceRules: [rule()],
  }),
  constraints(
    'namespaceSelector of a new namespace',
    { namespaceSelector: prod, resourceRules: [rule({ resources: ['namespaces'] })] },
    [createNamespace({ env: 'prod' }), createNamespace({ env: 'dev' }), createNamespace({})],
  ),
  constraints(
    'namespaceSelector of a new namespace by name',
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'differential-new' } },
      resourceRules: [rule({ resources: ['namespaces'] })],
    },
    [createNamespace({})],
  ),
  constraints(
    'namespaceSelector of what has no namespace',
    {
      namespaceSelector: { matchLabels: { env: 'nowhere' } },
      resourceRules: [rule({ apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'] })],
    },
    [
      create('/apis/scheduling.k8s.io/v1/priorityclasses', {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        value: 5,
      }),
    ],
  ),
  constraints('objectSelector', { objectSelector: web, resourceRules: [rule()] }),
  constraints('objectSelector by expressions', {
    objectSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
    resourceRules: [rule()],
  }),
  constraints('objectSelector of what is absent', {
    objectSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
    resourceRules: [rule()],
  }),
  constraints('both selectors', { objectSelector: web, namespaceSelector: prod, resourceRules: [rule()] }),
  constraints('empty selectors', { objectSelector: {}, namespaceSelector: {}, resourceRules: [rule()] }),
  constraints('an exclusion', {
    resourceRules: [rule({ resources: ['*'] })],
    excludeResourceRules: [rule({ resources: ['configmaps'] })],
  }),
  constraints('an exclusion by name', {
    resourceRules: [rule({ resources: ['*'] })],
    excludeResourceRules: [rule({ resourceNames: ['p'] })],
  }),
  constraints('an exclusion of everything', {
    resourceRules: [rule()],
    excludeResourceRules: [
      rule({ resources: ['*/*'], apiGroups: ['*'], apiVersions: ['*'], operations: ['*'] }),
    ],
  }),
  constraints('an exclusion of another operation', {
    resourceRules: [rule()],
    excludeResourceRules: [rule({ operations: ['UPDATE'] })],
  }),
  bound('a binding to a namespace', { namespaceSelector: prod }),
  bound('a binding to objects', { objectSelector: web }),
  bound('a binding to a resource', { resourceRules: [rule({ resources: ['configmaps'] })] }),
  bound('a binding that excludes', { excludeResourceRules: [rule({ resources: ['configmaps'] })] }),
  bound('a binding to another operation', { resourceRules: [rule({ operations: ['DELETE'] })] }),
  bound('a binding of names', { resourceRules: [rule({ resourceNames: ['o'], resources: ['*'] })] }),
  validating('no binding at all', check('false'), requests, []),
  validating('two bindings to two namespaces', check('false', { message: 'matched' }), requests, [
    { matchResources: { namespaceSelector: prod } },
    { matchResources: { namespaceSelector: { matchLabels: { env: 'dev' } } }, validationActions: ['Warn'] },
  ]),
  validating(
    'a custom resource matches',
    { ...on('bulkhead.test quotas', ['CREATE']), ...check('object.spec.pods < 3', { message: 'too many' }) },
    [createQuota({ pods: 2 }), createQuota({ pods: 5 })],
  ),
  validating(
    'a service matches',
    {
      ...on('services', ['CREATE']),
      ...check('object.spec.type != "NodePort"', { message: 'no node ports' }),
    },
    [createService({ ports: [{ port: 80 }] }), createService({ type: 'NodePort', ports: [{ port: 80 }] })],
  ),
  scale,
];
