/** The AdmissionReviews that the benchmarks send: a NetworkPolicy of 2.5 KB, a Pod of 5 KB, a Pod of 50 KB, as kube-apiserver writes them. */
import type { Call } from './load.ts';

/** What is sent in turn, with the name that the table shows. */
export interface Sent {
  readonly name: string;
  readonly calls: readonly Call[];
}

const review = (resource: object, kind: object, object: object): Buffer =>
  Buffer.from(
    JSON.stringify({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
        kind,
        resource,
        requestKind: kind,
        requestResource: resource,
        name: 'subject',
        namespace: 'payments-prod',
        operation: 'CREATE',
        userInfo: {
          username: 'dev-payments',
          uid: '1000',
          groups: ['team-payments', 'system:authenticated'],
        },
        object,
        oldObject: null,
        dryRun: false,
        options: {
          kind: 'CreateOptions',
          apiVersion: 'meta.k8s.io/v1',
          fieldManager: 'kubectl-client-side-apply',
        },
      },
    }),
  );

const managedFields = (repeat: number): object[] => [
  {
    manager: 'kubectl-client-side-apply',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-11-21T10:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(
      Array.from({ length: repeat }, (_, index) => [
        `k:{"name":"field-${index}"}`,
        { '.': {}, 'f:name': {}, 'f:value': {} },
      ]),
    ),
  },
];

const metadata = (repeat: number): object => ({
  name: 'subject',
  namespace: 'payments-prod',
  uid: 'b3e5c4f0-2b1f-4d8b-9d5e-0d5a3d2f1c11',
  creationTimestamp: '2026-11-21T10:00:00Z',
  labels: {
    'bulkhead.dev/tenant': 'payments',
    app: 'web',
    'app.kubernetes.io/name': 'web',
    'app.kubernetes.io/part-of': 'payments',
  },
  annotations: { 'example.com/owner': 'team-payments' },
  managedFields: managedFields(repeat),
});

const tenantPeer = {
  namespaceSelector: {
    matchLabels: { 'bulkhead.dev/tenant': 'payments', 'bulkhead.dev/environment': 'production' },
  },
};

const policy = (pods: string, peers: string): Buffer =>
  review(
    { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
    { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(10),
      spec: {
        podSelector: { matchLabels: { app: pods } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { app: peers } } }],
            ports: [{ protocol: 'TCP', port: 8080 }],
          },
          { from: [tenantPeer], ports: [{ protocol: 'TCP', port: 9090 }] },
        ],
        egress: [
          { to: [tenantPeer], ports: [{ protocol: 'TCP', port: 5432 }] },
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
        ],
      },
    },
  );

const container = (index: number, variables: number): object => ({
  name: `container-${index}`,
  image: 'registry.example/payments/web:1.2.3',
  ports: [{ name: 'http', containerPort: 8080 + index, protocol: 'TCP' }],
  env: Array.from({ length: variables }, (_, at) => ({
    name: `SETTING_${at}`,
    value: `value number ${at} of container ${index}`,
  })),
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
  livenessProbe: { httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' }, periodSeconds: 10 },
  securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
  imagePullPolicy: 'IfNotPresent',
});

const pod = (containers: number, variables: number, fields: number, account = 'web'): Buffer =>
  review(
    { group: '', version: 'v1', resource: 'pods' },
    { group: '', version: 'v1', kind: 'Pod' },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata(fields),
      spec: {
        containers: Array.from({ length: containers }, (_, index) => container(index, variables)),
        volumes: [{ name: 'data', emptyDir: {} }],
        restartPolicy: 'Always',
        serviceAccountName: account,
        tolerations: [
          {
            key: 'node.kubernetes.io/not-ready',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
        ],
      },
    },
  );

const judged = (body: Buffer): Call => ({ path: '/validate', body });
/** More objects than the server remembers. */
const many = <One>(make: (index: number) => One): readonly One[] =>
  Array.from({ length: 5_000 }, (_, index) => make(index));

/** The same bytes each time, as between the calls for one request and at GitOps; and a NetworkPolicy that was never seen before each time. */
export const bodies: readonly Sent[] = [
  { name: 'NetworkPolicy', calls: [judged(policy('web', 'front'))] },
  { name: 'new NetworkPolicy', calls: many((index) => judged(policy(`w${index}`, `f${index}`))) },
  { name: 'Pod', calls: [judged(pod(3, 10, 14))] },
  { name: 'big Pod', calls: [judged(pod(16, 30, 180))] },
];

/** What the API server makes of one write: a call to change the object, and one to judge it. */
const write = (body: Buffer): readonly Call[] => [{ path: '/mutate', body }, judged(body)];

/** Writes of objects that were never seen before. */
export const writes: readonly Sent[] = [
  {
    name: 'NetworkPolicies written',
    calls: many((index) => write(policy(`w${index}`, `f${index}`))).flat(),
  },
  { name: 'Pods written', calls: many((index) => write(pod(3, 10, 14, `a${index}`))).flat() },
];
