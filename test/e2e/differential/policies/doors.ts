// Other ways to create, change and delete: generated names, server-side apply, collections, namespaces.
import { type Asked, type PolicyCase, check, on, validating } from '../case.ts';
import { containers, core, createPod, marked, podBody, suite } from '../setting.ts';

const generated: Asked = {
  sentence: 'a generated name',
  method: 'POST',
  path: () => `${core}/pods?dryRun=All`,
  body: (mark) =>
    marked(
      { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'g-' }, spec: containers({}) },
      mark,
      '',
    ),
};
const applied = (stored: boolean): Asked => ({
  sentence: stored ? 'applied to a pod' : 'applied as a new pod',
  method: 'PATCH',
  contentType: 'application/apply-patch+yaml',
  path: (mark) => `${core}/pods/${mark}?dryRun=All&fieldManager=tests&force=true`,
  body: (mark) => ({
    ...podBody(mark, mark),
    ...(stored ? { spec: undefined } : {}),
  }),
  ...(stored
    ? { stored: (mark: string) => [`${core}/pods`, podBody(mark, mark, { labels: { old: 'x' } })] as const }
    : {}),
});
const collection: Asked = {
  sentence: 'a collection',
  method: 'DELETE',
  path: (mark) => `${core}/pods?dryRun=All&labelSelector=case%3D${mark}`,
  stored: (mark) => [`${core}/pods`, podBody(mark, mark, { labels: { team: 'a' } })],
};
const namespaceOf = (mark: string): readonly [string, object] => [
  '/api/v1/namespaces',
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: `differential-${mark}`, labels: { suite, case: mark, env: 'prod' } },
  },
];
const removed: Asked = {
  sentence: 'a namespace is deleted',
  method: 'DELETE',
  path: (mark) => `/api/v1/namespaces/differential-${mark}?dryRun=All`,
  stored: namespaceOf,
};
const relabelled: Asked = {
  sentence: 'a namespace gets another label',
  method: 'PATCH',
  path: (mark) => `/api/v1/namespaces/differential-${mark}?dryRun=All`,
  body: () => ({ metadata: { labels: { env: 'dev' } } }),
  stored: namespaceOf,
};
const finalized: Asked = {
  sentence: 'a status of a namespace',
  method: 'PATCH',
  path: (mark) => `/api/v1/namespaces/differential-${mark}/status?dryRun=All`,
  body: () => ({ metadata: { annotations: { a: 'b' } } }),
  stored: namespaceOf,
};

const writes = on('pods', ['CREATE', 'UPDATE', 'DELETE']);
const pods = (name: string, expression: string, asked: readonly Asked[]): PolicyCase =>
  validating(name, { ...writes, ...check(expression) }, asked);
const creations = [createPod(), generated, applied(false)];
const spaces = (name: string, spec: Readonly<Record<string, unknown>>): PolicyCase =>
  validating(name, spec, [removed, relabelled, finalized]);
const everywhere = on('namespaces,namespaces/status', ['*']);
const selecting = (selector: object): Readonly<Record<string, unknown>> => ({
  ...on('namespaces,namespaces/status', ['*'], { namespaceSelector: selector }),
  ...check('false', { message: 'matched' }),
});

export const doors: readonly PolicyCase[] = [
  pods('the name of a request', 'request.name == object.metadata.name', creations),
  pods('has() of the name of a request', 'has(request.name)', creations),
  pods(
    'a generated name',
    '!has(object.metadata.generateName) || object.metadata.name.startsWith("g-")',
    creations,
  ),
  pods('the kind of options', 'request.options.kind == "CreateOptions"', creations),
  pods('the manager of fields', 'request.options.fieldManager == "tests"', creations),
  pods(
    'an application to a pod',
    'request.operation == "UPDATE" && has(oldObject.metadata.labels.old) && has(object.metadata.labels.old)',
    [applied(true)],
  ),
  pods(
    'options of an application',
    'request.options.force == true && request.options.kind == "PatchOptions"',
    [applied(true)],
  ),
  pods(
    'a deletion of a collection',
    'request.operation == "DELETE" && object == null && oldObject.metadata.labels.team == "b"',
    [collection],
  ),
  pods('the name of a deletion of a collection', 'has(request.name) && request.name != ""', [collection]),
  spaces('namespaces', {
    ...everywhere,
    ...check('false', {
      messageExpression: 'request.operation + " " + request.name + " " + request.namespace',
    }),
  }),
  spaces('namespaces selected by old labels', selecting({ matchLabels: { env: 'prod' } })),
  spaces('namespaces selected by new labels', selecting({ matchLabels: { env: 'dev' } })),
  spaces(
    'namespaces selected by name',
    selecting({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'Exists' }] }),
  ),
  spaces('namespaceObject of namespaces', {
    ...everywhere,
    ...check('namespaceObject == null', { message: 'no' }),
  }),
  spaces('namespaces as cluster-scoped', {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['*/*'], scope: 'Cluster' },
      ],
    },
    ...check('false', { message: 'matched' }),
  }),
  spaces('namespaces as namespaced', {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['*/*'], scope: 'Namespaced' },
      ],
    },
    ...check('false', { message: 'matched' }),
  }),
];
