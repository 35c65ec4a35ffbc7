// Rules as platform teams write them, on pods that keep and break them.
import { type PolicyCase, check, validating } from '../case.ts';
import { containers, createPod } from '../setting.ts';

const limits = (cpu: string, memory: string): object => ({ resources: { limits: { cpu, memory } } });

export const pods = [
  createPod(),
  createPod({ labels: { app: 'web', team: 'payments' }, annotations: { note: 'x' } }, 'labelled'),
  createPod({ spec: { hostNetwork: true, hostPID: true } }, 'on the host'),
  createPod(
    {
      spec: {
        ...containers(
          { image: 'elsewhere/a@sha256:0', securityContext: { runAsUser: 0, privileged: false } },
          {
            image: 'registry.example/b:latest',
            securityContext: { capabilities: { add: ['NET_ADMIN', 'SYS_TIME'], drop: ['ALL'] } },
          },
        ),
      },
    },
    'careless',
  ),
  createPod(
    {
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        ...containers({
          ...limits('500m', '256Mi'),
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          ports: [{ containerPort: 8080 }],
          livenessProbe: { httpGet: { path: '/', port: 8080 } },
        }),
      },
    },
    'hardened',
  ),
  createPod(
    {
      spec: {
        volumes: [
          { name: 'h', hostPath: { path: '/etc' } },
          { name: 'e', emptyDir: {} },
        ],
        tolerations: [{ operator: 'Exists' }],
        ...containers(
          { volumeMounts: [{ name: 'h', mountPath: '/h', readOnly: true }], ...limits('2', '4Gi') },
          { ports: [{ containerPort: 80, hostPort: 8080 }], env: [{ name: 'A', value: 'b' }] },
        ),
      },
    },
    'with volumes',
  ),
];

const rules: Readonly<Record<string, string>> = {
  'no host namespaces':
    '!(object.spec.?hostNetwork.orValue(false) || object.spec.?hostPID.orValue(false) || object.spec.?hostIPC.orValue(false))',
  'no host namespaces, with has':
    '(!has(object.spec.hostNetwork) || object.spec.hostNetwork == false) && (!has(object.spec.hostPID) || !object.spec.hostPID)',
  'privileged containers only':
    'object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == true)',
  'no privileged container, with optionals':
    'object.spec.containers.all(c, !c.?securityContext.?privileged.orValue(false))',
  'no capability but one':
    'object.spec.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(a, a in ["NET_BIND_SERVICE"]))',
  'all capabilities dropped':
    'object.spec.containers.all(c, c.?securityContext.?capabilities.?drop.orValue([]).exists(d, d == "ALL"))',
  'no host path': '!object.spec.?volumes.orValue([]).exists(v, has(v.hostPath))',
  'only these volumes':
    'object.spec.?volumes.orValue([]).all(v, has(v.emptyDir) || has(v.configMap) || has(v.secret) || has(v.projected))',
  'no host port':
    'object.spec.containers.all(c, c.?ports.orValue([]).all(p, !has(p.hostPort) || p.hostPort == 0))',
  'limits for all':
    'object.spec.containers.all(c, has(c.resources.limits) && "memory" in c.resources.limits)',
  'limits for all, unguarded': 'object.spec.containers.all(c, "memory" in c.resources.limits)',
  'memory below one gibibyte':
    'object.spec.containers.all(c, !has(c.resources.limits) || quantity(c.resources.limits.memory).compareTo(quantity("1Gi")) <= 0)',
  'cpu in milli':
    'object.spec.containers.all(c, !has(c.resources.limits) || quantity(c.resources.limits.cpu).asApproximateFloat() < 1.0)',
  'memory together':
    'object.spec.containers.map(c, c.?resources.?limits.?memory.orValue("0")).map(m, quantity(m).asApproximateFloat()).sum() < 2e9',
  'no latest tag': 'object.spec.containers.all(c, !c.image.endsWith(":latest") && c.image.contains(":"))',
  'digest or tag': 'object.spec.containers.all(c, c.image.matches("(@sha256:[0-9a-f]+|:[0-9]+)$"))',
  'one registry': 'object.spec.containers.all(c, c.image.split("/")[0] == "registry.example")',
  'registry by find': 'object.spec.containers.all(c, c.image.find("^[a-z.]+") == "registry.example")',
  'run as non-root':
    'object.spec.?securityContext.?runAsNonRoot.orValue(false) || object.spec.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(false))',
  'user above 999':
    'has(object.spec.securityContext) && has(object.spec.securityContext.runAsUser) && object.spec.securityContext.runAsUser > 999',
  'user between': 'object.spec.?securityContext.?runAsUser.orValue(0) in [1000, 1001]',
  'seccomp profile':
    'object.spec.?securityContext.?seccompProfile.?type.orValue("Unconfined") in ["RuntimeDefault", "Localhost"]',
  'no escalation':
    'object.spec.containers.all(c, has(c.securityContext) && c.securityContext.?allowPrivilegeEscalation == optional.of(false))',
  'read-only root':
    'object.spec.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))',
  probes: 'object.spec.containers.all(c, has(c.livenessProbe) || has(c.readinessProbe))',
  'probe of the right port':
    'object.spec.containers.all(c, !has(c.livenessProbe) || c.livenessProbe.httpGet.port == c.ports[0].containerPort)',
  'team label':
    'has(object.metadata.labels) && "team" in object.metadata.labels && object.metadata.labels.team != ""',
  'team of the namespace':
    'object.metadata.?labels[?"team"].orValue("") == namespaceObject.metadata.labels[?"team"].orValue("none")',
  'team as in the namespace': 'object.metadata.labels["team"] == namespaceObject.metadata.labels["team"]',
  'at most the namespace says':
    'size(object.spec.containers) < int(namespaceObject.metadata.labels["limit"])',
  'label syntax': 'object.metadata.labels.all(k, object.metadata.labels[k].matches("^[a-z0-9]+$"))',
  'label pairs': 'object.metadata.labels.all(k, v, !(k == "team" && v != "payments"))',
  'no wide toleration':
    '!object.spec.?tolerations.orValue([]).exists(t, t.?operator.orValue("Equal") == "Exists" && !has(t.key))',
  'mounts are read-only':
    'object.spec.containers.all(c, c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false)))',
  'names in order': 'object.spec.containers.map(c, c.name).isSorted()',
  'unique images':
    'object.spec.containers.map(c, c.image).distinct().size() == object.spec.containers.size()',
  'environment has no secrets':
    '!object.spec.containers.exists(c, c.?env.orValue([]).exists(e, e.name.lowerAscii().contains("secret")))',
  'a default of the API':
    'object.spec.dnsPolicy == "ClusterFirst" && object.spec.terminationGracePeriodSeconds == 30',
  'a typo': 'object.spec.hostNetwrok == false',
  'name and namespace':
    'object.metadata.name == request.name && object.metadata.namespace == request.namespace',
  'service account by default': 'object.spec.serviceAccountName == "default"',
  'tokens are off': 'object.spec.automountServiceAccountToken == false',
  'user is in a group': '"system:masters" in request.userInfo.groups',
  'priority is an int': 'object.spec.?priority.orValue(0) == 0 && type(object.spec.priority) == int',
};

export const workloads: readonly PolicyCase[] = Object.entries(rules).map(([name, expression]) =>
  validating(name, check(expression), pods),
);
