// ApplyConfiguration: merged as by server-side apply.
import { type PolicyCase, apply, mutating, on } from '../case.ts';
import {
  containers,
  createConfigMap,
  createDeployment,
  createNamespace,
  createNetworkPolicy,
  createPod,
  createQuota,
  createService,
  updatePod,
} from '../setting.ts';

const pods = [
  createPod(),
  createPod(
    {
      labels: { app: 'web', team: 'a' },
      annotations: { note: 'x' },
      spec: { nodeSelector: { disk: 'ssd' } },
    },
    'labelled',
  ),
  createPod(
    {
      spec: {
        securityContext: { runAsUser: 5, supplementalGroups: [1, 2] },
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
        tolerations: [{ key: 'a', operator: 'Exists' }],
        ...containers(
          { ports: [{ containerPort: 80, name: 'http' }], env: [{ name: 'A', value: '1' }], args: ['x'] },
          {
            name: 'second',
            resources: { limits: { cpu: '1' } },
            volumeMounts: [{ name: 'v', mountPath: '/v' }],
          },
        ),
      },
    },
    'two containers',
  ),
];
const applied = (name: string, expression: string, asked = pods): PolicyCase =>
  mutating(name, { mutations: [apply(expression)] }, asked);
const inSpec = (name: string, fields: string): PolicyCase =>
  applied(name, `Object{spec: Object.spec{${fields}}}`);
const inContainer = (name: string, fields: string): PolicyCase =>
  inSpec(name, `containers: [Object.spec.containers{name: "c0", ${fields}}]`);
const elsewhere = (
  name: string,
  resources: string,
  expression: string,
  ...asked: (typeof pods)[number][]
): PolicyCase => mutating(name, { ...on(resources, ['CREATE']), mutations: [apply(expression)] }, asked);

export const applications: readonly PolicyCase[] = [
  applied('nothing', 'Object{}'),
  applied('empty structures', 'Object{metadata: Object.metadata{}, spec: Object.spec{}}'),
  applied('a label', 'Object{metadata: Object.metadata{labels: {"x": "y"}}}'),
  applied('a label that is there', 'Object{metadata: Object.metadata{labels: {"app": "other"}}}'),
  applied('an annotation', 'Object{metadata: Object.metadata{annotations: {"a/b": "c", "note": "y"}}}'),
  applied(
    'labels from a map of its own',
    'Object{metadata: Object.metadata{labels: object.metadata.labels}}',
  ),
  applied('no labels', 'Object{metadata: Object.metadata{labels: {}}}'),
  applied('a field', 'Object{spec: Object.spec{terminationGracePeriodSeconds: 5}}'),
  applied(
    'a field by a ternary',
    'Object{spec: Object.spec{hostNetwork: has(object.spec.nodeSelector) ? true : false}}',
  ),
  applied('a boolean', 'Object{spec: Object.spec{enableServiceLinks: false, shareProcessNamespace: true}}'),
  applied(
    'an optional that is there',
    'Object{metadata: Object.metadata{?annotations: object.metadata.?labels}}',
  ),
  applied(
    'an optional that is not',
    'Object{metadata: Object.metadata{?annotations: object.metadata.?nothing}}',
  ),
  applied(
    'a choice of two objects',
    'object.spec.containers.size() > 1 ? Object{metadata: Object.metadata{labels: {"many": "true"}}} : Object{}',
  ),
  inSpec(
    'every container',
    'containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, tty: true})',
  ),
  inSpec(
    'those containers without limits',
    'containers: object.spec.containers.filter(c, !has(c.resources.limits)).map(c, Object.spec.containers{name: c.name, resources: Object.spec.containers.resources{limits: {"cpu": "1", "memory": "1Gi"}}})',
  ),
  inSpec('a sidecar', 'containers: [Object.spec.containers{name: "side", image: "side:1"}]'),
  inSpec(
    'a sidecar in front',
    'containers: [Object.spec.containers{name: "a", image: "a:1"}, Object.spec.containers{name: "c0", tty: true}]',
  ),
  inSpec(
    'two sidecars around',
    'containers: [Object.spec.containers{name: "a", image: "a:1"}, Object.spec.containers{name: "c0"}, Object.spec.containers{name: "z", image: "z:1"}]',
  ),
  inSpec(
    'an init container',
    'initContainers: [Object.spec.initContainers{name: "i", image: "i:1", restartPolicy: "Always"}]',
  ),
  inSpec(
    'the same container twice',
    'containers: [Object.spec.containers{name: "a", image: "a"}, Object.spec.containers{name: "a", image: "b"}]',
  ),
  inSpec('a container without a name', 'containers: [Object.spec.containers{image: "a"}]'),
  inSpec('a container without an image', 'containers: [Object.spec.containers{name: "x"}]'),
  inSpec('no containers', 'containers: []'),
  inSpec('a volume', 'volumes: [Object.spec.volumes{name: "n", emptyDir: Object.spec.volumes.emptyDir{}}]'),
  inSpec(
    'a volume that is there',
    'volumes: [Object.spec.volumes{name: "v", emptyDir: Object.spec.volumes.emptyDir{medium: "Memory"}}]',
  ),
  inSpec(
    'a projected volume',
    'volumes: [Object.spec.volumes{name: "p", projected: Object.spec.volumes.projected{sources: [Object.spec.volumes.projected.sources{configMap: Object.spec.volumes.projected.sources.configMap{name: "x"}}]}}]',
  ),
  inSpec('node selector', 'nodeSelector: {"a": "b"}'),
  inSpec('tolerations', 'tolerations: [Object.spec.tolerations{key: "b", operator: "Exists"}]'),
  inSpec(
    'security context',
    'securityContext: Object.spec.securityContext{runAsNonRoot: true, runAsUser: 1000}',
  ),
  inSpec(
    'seccomp profile',
    'securityContext: Object.spec.securityContext{seccompProfile: Object.spec.securityContext.seccompProfile{type: "RuntimeDefault"}}',
  ),
  inSpec('supplemental groups', 'securityContext: Object.spec.securityContext{supplementalGroups: [3]}'),
  inSpec('image pull secrets', 'imagePullSecrets: [Object.spec.imagePullSecrets{name: "s"}]'),
  inSpec('host aliases', 'hostAliases: [Object.spec.hostAliases{ip: "10.0.0.1", hostnames: ["a"]}]'),
  inSpec(
    'topology spread',
    'topologySpreadConstraints: [Object.spec.topologySpreadConstraints{maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule"}]',
  ),
  inSpec(
    'affinity',
    'affinity: Object.spec.affinity{podAntiAffinity: Object.spec.affinity.podAntiAffinity{preferredDuringSchedulingIgnoredDuringExecution: []}}',
  ),
  inSpec('dns config', 'dnsConfig: Object.spec.dnsConfig{nameservers: ["10.0.0.1"]}'),
  inSpec('overhead', 'overhead: {"cpu": "1"}'),
  inSpec('a readiness gate', 'readinessGates: [Object.spec.readinessGates{conditionType: "a"}]'),
  inContainer(
    'a port',
    'ports: [Object.spec.containers.ports{containerPort: 443, name: "https", protocol: "TCP"}]',
  ),
  inContainer('a port without a protocol', 'ports: [Object.spec.containers.ports{containerPort: 80}]'),
  inContainer(
    'the same port of another protocol',
    'ports: [Object.spec.containers.ports{containerPort: 80, protocol: "UDP"}]',
  ),
  inContainer('a port without a number', 'ports: [Object.spec.containers.ports{name: "x"}]'),
  inContainer(
    'environment',
    'env: [Object.spec.containers.env{name: "B", value: "2"}, Object.spec.containers.env{name: "A", value: "3"}]',
  ),
  inContainer(
    'environment by reference',
    'env: [Object.spec.containers.env{name: "N", valueFrom: Object.spec.containers.env.valueFrom{fieldRef: Object.spec.containers.env.valueFrom.fieldRef{fieldPath: "metadata.name"}}}]',
  ),
  inContainer('environment from', 'envFrom: [Object.spec.containers.envFrom{prefix: "x"}]'),
  inContainer('a mount', 'volumeMounts: [Object.spec.containers.volumeMounts{name: "v", mountPath: "/w"}]'),
  inContainer('arguments', 'args: ["y"]'),
  inContainer('no arguments', 'args: []'),
  inContainer('a command', 'command: ["sh"]'),
  inContainer('requests', 'resources: Object.spec.containers.resources{requests: {"cpu": "100m"}}'),
  inContainer(
    'capabilities',
    'securityContext: Object.spec.containers.securityContext{capabilities: Object.spec.containers.securityContext.capabilities{drop: ["ALL"]}}',
  ),
  inContainer(
    'no escalation for it',
    'securityContext: Object.spec.containers.securityContext{allowPrivilegeEscalation: false}',
  ),
  inContainer(
    'a probe',
    'livenessProbe: Object.spec.containers.livenessProbe{httpGet: Object.spec.containers.livenessProbe.httpGet{path: "/", port: 80}, periodSeconds: 3}',
  ),
  inContainer(
    'a probe of a named port',
    'livenessProbe: Object.spec.containers.livenessProbe{tcpSocket: Object.spec.containers.livenessProbe.tcpSocket{port: "http"}}',
  ),
  inContainer(
    'an image',
    'image: object.spec.containers[0].image.replace("registry.example", "mirror.example")',
  ),
  inContainer('a pull policy', 'imagePullPolicy: "Always"'),
  inSpec('an unknown field', 'nothing: 1'),
  inSpec('a number where a text belongs', 'hostname: 5'),
  inSpec('a text where a number belongs', 'terminationGracePeriodSeconds: "5"'),
  inSpec('a double where an int belongs', 'terminationGracePeriodSeconds: 5.0'),
  inSpec('a fraction where an int belongs', 'terminationGracePeriodSeconds: 5.5'),
  inSpec('a uint', 'terminationGracePeriodSeconds: 5u'),
  inSpec('a null', 'hostname: null'),
  inSpec('a list where a map belongs', 'nodeSelector: ["a"]'),
  inSpec('a map where a structure belongs', 'securityContext: {"runAsUser": 1000}'),
  inSpec('maps where containers belong', 'containers: [{"name": "c0", "tty": true}]'),
  inSpec('a value that the API refuses', 'restartPolicy: "Sometimes"'),
  applied('a misplaced type', 'Object{spec: Object.status{}}'),
  applied(
    'a misplaced type of an item',
    'Object{spec: Object.spec{containers: [Object.spec.initContainers{name: "c0"}]}}',
  ),
  applied('Object.metadata in spec', 'Object{spec: Object.metadata{}}'),
  applied('a map instead of an Object', '{"metadata": {"labels": {"x": "y"}}}'),
  applied('a text instead of an Object', '"x"'),
  applied('dyn instead of an Object', 'dyn(Object{})'),
  applied('an error', 'Object{metadata: Object.metadata{labels: {"x": object.spec.nothing}}}'),
  applied('another name', 'Object{metadata: Object.metadata{name: "other"}}'),
  applied('another kind', 'Object{kind: "Other"}'),
  applied('a status', 'Object{status: Object.status{phase: "Running"}}'),
  applied('a finalizer', 'Object{metadata: Object.metadata{finalizers: ["a/b"]}}'),
  applied(
    'an owner',
    'Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{apiVersion: "v1", kind: "Pod", name: "a", uid: "u"}]}}',
  ),
  mutating(
    'an update',
    {
      ...on('pods', ['UPDATE']),
      mutations: [
        apply('Object{metadata: Object.metadata{labels: {"old": string(oldObject.metadata.labels.size())}}}'),
      ],
    },
    [updatePod({ a: 'b' }, { a: 'c' })],
  ),
  mutating(
    'an ignored error changes nothing',
    {
      failurePolicy: 'Ignore',
      mutations: [
        apply('Object{spec: Object.spec{containers: [Object.spec.containers{name: "c0", args: ["y"]}]}}'),
      ],
    },
    pods,
  ),
  elsewhere(
    'labels of a namespace',
    'namespaces',
    'Object{metadata: Object.metadata{labels: {"pod-security.kubernetes.io/enforce": "restricted"}}}',
    createNamespace({ a: 'b' }),
  ),
  elsewhere(
    'data of a ConfigMap',
    'configmaps',
    'Object{data: {"x": "y"}}',
    createConfigMap({ a: 'b' }),
    createConfigMap({}),
  ),
  elsewhere(
    'a NetworkPolicy without a port',
    'networking.k8s.io networkpolicies',
    'Object{metadata: Object.metadata{labels: {"x": "y"}}, spec: Object.spec{policyTypes: ["Ingress", "Egress"]}}',
    createNetworkPolicy({ podSelector: {} }),
  ),
  elsewhere(
    'labels of a NetworkPolicy',
    'networking.k8s.io networkpolicies',
    'Object{metadata: Object.metadata{labels: {"x": "y"}}}',
    createNetworkPolicy({ podSelector: {}, ingress: [{}] }),
  ),
  elsewhere(
    'a port of a Service',
    'services',
    'Object{spec: Object.spec{ports: [Object.spec.ports{port: 80, protocol: "TCP", name: "a"}, Object.spec.ports{port: 81, protocol: "TCP", name: "b"}]}}',
    createService({ ports: [{ port: 80, name: 'a' }] }),
  ),
  elsewhere(
    'a template of a Deployment',
    'apps deployments',
    'Object{spec: Object.spec{replicas: 3, template: Object.spec.template{metadata: Object.spec.template.metadata{labels: {"x": "y"}}, spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "side", image: "s:1"}]}}}}',
    createDeployment(),
  ),
  elsewhere(
    'a custom resource',
    'bulkhead.test quotas',
    'Object{metadata: Object.metadata{labels: {"x": "y"}}, spec: Object.spec{added: 1}}',
    createQuota({ pods: 1, nested: { a: 'b' } }),
  ),
  elsewhere(
    'a list of a custom resource',
    'bulkhead.test quotas',
    'Object{spec: Object.spec{list: ["x"]}}',
    createQuota({ list: ['a'] }),
  ),
  elsewhere(
    'a map of a custom resource',
    'bulkhead.test quotas',
    'Object{spec: Object.spec{nested: Object.spec.nested{c: "d"}}}',
    createQuota({ nested: { a: 'b' } }),
  ),
];
