// A Pod of 5 KB with four containers, and sixteen rules as administrators write them; all hold.
const container = (i: number) => ({
  name: `c${i}`,
  image: `registry.example.com/team/app-${i}:1.${i}.0`,
  imagePullPolicy: 'IfNotPresent',
  args: ['--port=8080', '--verbose'],
  env: Array.from({ length: 6 }, (_, k) => ({
    name: `ENV_${k}`,
    value: `some-value-${k}-of-the-environment`,
  })),
  ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
  resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
  },
  livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: 5 },
  readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
});
/** The Pod. */
export const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-7d9c',
    namespace: 'payments',
    labels: { app: 'web', team: 'payments', 'app.kubernetes.io/name': 'web' },
    annotations: { 'a/b': 'c', note: 'x'.repeat(200) },
  },
  spec: {
    serviceAccountName: 'web',
    automountServiceAccountToken: false,
    hostNetwork: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container(0), container(1), container(2)],
    initContainers: [container(3)],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'cfg', configMap: { name: 'cfg' } },
    ],
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'a', operator: 'Exists' }],
  },
};

/** The rules. */
export const rules: readonly string[] = [
  '!has(object.spec.hostNetwork) || object.spec.hostNetwork == false',
  '!has(object.spec.hostPID) || object.spec.hostPID == false',
  '!has(object.spec.hostIPC) || object.spec.hostIPC == false',
  'object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)',
  'object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.allowPrivilegeEscalation) && !c.securityContext.allowPrivilegeEscalation)',
  "object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))",
  "object.spec.containers.all(c, !c.image.endsWith(':latest'))",
  "object.spec.containers.all(c, c.image.matches('^[a-z0-9./-]+:[0-9.]+$'))",
  "object.spec.containers.all(c, has(c.resources) && has(c.resources.limits) && 'memory' in c.resources.limits && 'cpu' in c.resources.limits)",
  "object.spec.containers.all(c, quantity(c.resources.limits['memory']).isLessThan(quantity('2Gi')))",
  "has(object.metadata.labels) && 'team' in object.metadata.labels && object.metadata.labels['team'] != ''",
  '!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))',
  'object.spec.containers.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))',
  'object.spec.?securityContext.?runAsNonRoot.orValue(false) || object.spec.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(false))',
  "object.spec.containers.all(c, has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) && c.securityContext.capabilities.drop.exists(d, d == 'ALL'))",
  "request.operation == 'CREATE' && (object.spec.containers + object.?spec.initContainers.orValue([])).all(c, !(c.name in ['istio-proxy', 'linkerd']))",
];
