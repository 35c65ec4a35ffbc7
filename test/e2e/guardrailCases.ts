/** Policies and objects that the real API server and Bulkhead are both asked about. */

/** A case: spec of a ValidatingAdmissionPolicy without constraints, and the pods it is asked about. */
export interface ValidatingCase {
  readonly name: string;
  readonly spec: object;
  readonly pods: readonly object[];
}

const check = (expression: string, more: object = {}): object => ({ validations: [{ expression, ...more }] });
const pod = (metadata: object = {}, spec: object = {}): object => ({ metadata, spec });
const containers = (...list: object[]): object => ({
  containers: list.map((one, index) => ({ name: `c${index}`, image: 'registry.example/a:1', ...one })),
});
const some = [
  pod(),
  pod({ labels: { app: 'web', team: 'a' }, annotations: { note: 'x' } }),
  pod({}, { hostNetwork: true, terminationGracePeriodSeconds: 7 }),
  pod({}, containers({ image: 'elsewhere/a@sha256:0' }, { securityContext: { runAsNonRoot: true } })),
  pod(
    {},
    containers({ resources: { limits: { cpu: '1500m', memory: '2Gi' } }, ports: [{ containerPort: 80 }] }),
  ),
];

const expressions: readonly (readonly [string, string])[] = [
  ['never', 'false'],
  ['no host network', '!has(object.spec.hostNetwork) || !object.spec.hostNetwork'],
  ['an error for most', 'object.metadata.labels.app == "web"'],
  ['a label if any', '!has(object.metadata.labels) || "team" in object.metadata.labels'],
  ['registry', 'object.spec.containers.all(c, c.image.startsWith("registry.example/"))'],
  ['an absorbed error', 'object.spec.containers.all(c, c.securityContext.runAsNonRoot) || true'],
  [
    'any non-root',
    'object.spec.containers.exists(c, has(c.securityContext) && c.securityContext.runAsNonRoot)',
  ],
  ['exactly one', 'object.spec.containers.exists_one(c, c.name == "c0")'],
  ['optional label', 'object.metadata.?labels["team"].orValue("none") == "a"'],
  ['optional field', 'object.spec.?hostNetwork.orValue(false) == false'],
  [
    'quantity',
    'object.spec.containers.all(c, !has(c.resources.limits) || quantity(c.resources.limits.cpu).isLessThan(quantity("1")))',
  ],
  ['defaults are seen', 'object.spec.restartPolicy == "Always"'],
  ['numbers', 'object.spec.terminationGracePeriodSeconds >= 10'],
  ['regex', 'object.spec.containers.all(c, c.image.matches("^registry[.]example/[a-z]+:[0-9]+$"))'],
  ['oldObject', 'oldObject == null'],
  ['operation', 'request.operation == "CREATE" && request.resource.resource == "pods"'],
  ['dry run', 'request.dryRun'],
  ['kind', 'request.kind.kind == "Pod" && request.requestKind.version == "v1"'],
  ['subresource is absent', 'has(request.subResource)'],
  [
    'namespace label',
    'namespaceObject.metadata.labels["kubernetes.io/metadata.name"] == object.metadata.namespace',
  ],
  ['namespace annotation', 'has(namespaceObject.metadata.annotations)'],
  ['user', 'request.userInfo.username != ""'],
  ['map keys', 'object.metadata.?labels.orValue({}).all(k, k.size() < 5)'],
  ['sorted names', 'object.spec.containers.map(c, c.name).isSorted()'],
  ['sets', 'sets.contains(["c0", "c1"], object.spec.containers.map(c, c.name))'],
  [
    'ports',
    'object.spec.containers.all(c, !has(c.ports) || c.ports.all(p, p.containerPort > 1024 && p.protocol == "TCP"))',
  ],
  ['missing key', 'object.spec.nothing == 1'],
  ['null', 'object.spec.nodeName == null'],
  ['ternary', '(has(object.spec.hostNetwork) ? object.spec.hostNetwork : false) == false'],
  ['division by zero', '1 / (size(object.spec.containers) - 1) == 0'],
  ['index', 'object.spec.containers[1].name == "c1"'],
  ['string of a number', 'string(object.spec.terminationGracePeriodSeconds) == "30"'],
];

export const validatingCases: readonly ValidatingCase[] = [
  ...expressions.map(([name, expression]) => ({ name, spec: check(expression), pods: some })),
  { name: 'message', spec: check('false', { message: ' told ' }), pods: [pod()] },
  {
    name: 'message expression',
    spec: check('false', { message: 'no', messageExpression: '"name " + string(object.metadata.namespace)' }),
    pods: [pod()],
  },
  {
    name: 'failing message expression',
    spec: check('false', { message: 'no', messageExpression: 'string(object.spec.nothing)' }),
    pods: [pod()],
  },
  {
    name: 'blank message expression',
    spec: check('false', { message: 'no', messageExpression: '"  "' }),
    pods: [pod()],
  },
  {
    name: 'ignored error',
    spec: { failurePolicy: 'Ignore', ...check('object.spec.nothing == 1') },
    pods: [pod()],
  },
  {
    name: 'ignored error beside a failure',
    spec: {
      failurePolicy: 'Ignore',
      validations: [{ expression: 'object.spec.nothing == 1' }, { expression: 'false' }],
    },
    pods: [pod()],
  },
  {
    name: 'several',
    spec: {
      validations: [
        { expression: 'true' },
        { expression: 'false', message: 'second' },
        { expression: 'false', message: 'third' },
      ],
    },
    pods: [pod()],
  },
  {
    name: 'variables',
    spec: {
      variables: [
        { name: 'n', expression: 'size(object.spec.containers)' },
        { name: 'twice', expression: 'variables.n * 2' },
      ],
      ...check('variables.twice == 2'),
    },
    pods: some,
  },
  {
    name: 'unread variable fails',
    spec: { variables: [{ name: 'bad', expression: 'object.spec.nothing' }], ...check('true') },
    pods: [pod()],
  },
  {
    name: 'condition false',
    spec: { matchConditions: [{ name: 'a', expression: 'false' }], ...check('false') },
    pods: [pod()],
  },
  {
    name: 'condition false beside an error',
    spec: {
      matchConditions: [
        { name: 'a', expression: 'object.spec.nothing == 1' },
        { name: 'b', expression: 'false' },
      ],
      ...check('false'),
    },
    pods: [pod()],
  },
  {
    name: 'condition error',
    spec: { matchConditions: [{ name: 'a', expression: 'object.spec.nothing == 1' }], ...check('true') },
    pods: [pod()],
  },
  {
    name: 'condition error ignored',
    spec: {
      failurePolicy: 'Ignore',
      matchConditions: [{ name: 'a', expression: 'object.spec.nothing == 1' }],
      ...check('false'),
    },
    pods: [pod()],
  },
  {
    name: 'condition sees no namespace',
    spec: { matchConditions: [{ name: 'a', expression: 'namespaceObject == null' }], ...check('false') },
    pods: [pod()],
  },
  {
    name: 'annotation error',
    spec: { auditAnnotations: [{ key: 'k', valueExpression: 'string(object.spec.nothing)' }] },
    pods: [pod()],
  },
  {
    name: 'params of nobody',
    spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, ...check('params == null') },
    pods: [pod()],
  },
];

/** A mutation and the pods it is asked to change. */
export const mutatingCases: readonly {
  readonly name: string;
  readonly mutations: readonly object[];
  readonly pods: readonly object[];
}[] = [
  ...(
    [
      ['label', 'Object{metadata: Object.metadata{labels: {"x": "y"}}}'],
      ['field', 'Object{spec: Object.spec{terminationGracePeriodSeconds: 5}}'],
      [
        'every container',
        'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, tty: true})}}',
      ],
      ['sidecar', 'Object{spec: Object.spec{containers: [Object.spec.containers{name: "z", image: "b"}]}}'],
      [
        'first container',
        'Object{spec: Object.spec{containers: [Object.spec.containers{name: "a0", image: "b"}, Object.spec.containers{name: "c0", tty: true}]}}',
      ],
      [
        'volume',
        'Object{spec: Object.spec{volumes: [Object.spec.volumes{name: "v", emptyDir: Object.spec.volumes.emptyDir{}}]}}',
      ],
      [
        'port',
        'Object{spec: Object.spec{containers: [Object.spec.containers{name: "c0", ports: [Object.spec.containers.ports{containerPort: 80, name: "http", protocol: "TCP"}]}]}}',
      ],
      [
        'atomic list',
        'Object{spec: Object.spec{containers: [Object.spec.containers{name: "c0", args: ["a"]}]}}',
      ],
      ['atomic map', 'Object{spec: Object.spec{nodeSelector: {"a": "b"}}}'],
      ['unknown field', 'Object{spec: Object.spec{nothing: 1}}'],
      ['misplaced type', 'Object{spec: Object.status{}}'],
      ['optional', 'Object{metadata: Object.metadata{?annotations: object.metadata.?nothing}}'],
    ] as const
  ).map(([name, expression]) => ({
    name,
    mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    pods: some,
  })),
  ...(
    [
      ['add', '[JSONPatch{op: "add", path: "/metadata/annotations", value: {"a": "b"}}]'],
      [
        'add below',
        '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: "c"}]',
      ],
      ['replace', '[JSONPatch{op: "replace", path: "/spec/containers/0/image", value: "b"}]'],
      ['replace absent', '[JSONPatch{op: "replace", path: "/spec/priorityClassName", value: ""}]'],
      ['remove absent', '[JSONPatch{op: "remove", path: "/spec/nothing"}]'],
      [
        'false test',
        '[JSONPatch{op: "test", path: "/spec/hostNetwork", value: true}, JSONPatch{op: "add", path: "/spec/hostNetwork", value: false}]',
      ],
      ['copy', '[JSONPatch{op: "copy", from: "/spec/containers/0/name", path: "/spec/hostname"}]'],
      ['move nothing', '[JSONPatch{op: "move", from: "/spec/nothing", path: "/spec/hostname"}]'],
    ] as const
  ).map(([name, expression]) => ({
    name,
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
    pods: some,
  })),
];
