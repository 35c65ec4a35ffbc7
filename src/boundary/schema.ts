/** The Boundary kind as a schema: the one source of its TypeScript type, its JSON Schema and its CRD (api.md 1). */
import { object } from '../config/shape.ts';
import type { Settled, TSchema } from '../config/shape.ts';

const text = (maxLength: number, description: string) =>
  ({ type: 'string', maxLength, description }) as const;
const list = <const S extends TSchema, const K extends object>(items: S, keywords: K) =>
  ({ type: 'array', items, ...keywords }) as const;
const choice = <const V extends readonly string[]>(values: V, description: string) =>
  ({ enum: values, description }) as const;

const labelKey = text(317, 'a label key');
const labelValue = text(63, 'a label value');

/** metav1.LabelSelector. */
export const selectorSchema = object(
  {
    matchLabels: { type: 'object', additionalProperties: labelValue, maxProperties: 64 },
    matchExpressions: list(
      object(
        {
          key: labelKey,
          operator: choice(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'how the values are meant'),
          values: list(labelValue, { maxItems: 64 }),
        },
        { optional: ['values'] },
      ),
      { maxItems: 32 },
    ),
  },
  {
    optional: ['matchLabels', 'matchExpressions'],
    description: 'Labels that must all hold; the empty selector selects everything.',
  },
);

const portsSchema = list(
  object(
    {
      protocol: choice(['TCP', 'UDP', 'SCTP'], 'Default TCP.'),
      port: {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: 65535 },
          { type: 'string', maxLength: 15 },
        ],
        description: 'A number or the name of a container port; left out: every port of the protocol.',
      },
      endPort: { type: 'integer', minimum: 1, maximum: 65535, description: 'The last port of a range.' },
    },
    { optional: ['protocol', 'port', 'endPort'] },
  ),
  { maxItems: 128, description: 'Ports of the destination pod; left out: every port of every protocol.' },
);

const peersSchema = list(
  object(
    {
      podSelector: selectorSchema,
      namespaceSelector: selectorSchema,
      ipBlock: object(
        { cidr: text(64, 'such as 10.0.0.0/8'), except: list(text(64, 'a part of cidr'), { maxItems: 256 }) },
        { optional: ['except'] },
      ),
      sameLabels: list(labelKey, {
        minItems: 1,
        maxItems: 8,
        description: "Peers whose namespace carries the subject namespace's own values of these labels.",
      }),
      kubeAPI: {
        const: true,
        description: 'The addresses and ports of cluster.apiServer in the configuration.',
      },
    },
    { optional: ['podSelector', 'namespaceSelector', 'ipBlock', 'sameLabels', 'kubeAPI'] },
  ),
  { maxItems: 256, description: 'The other ends; left out: anybody.' },
);

const ruleDescription =
  'Same form as a NetworkPolicy rule; appliesTo narrows it to some pods of the namespace.';
const ingressSchema = list(
  object(
    { from: peersSchema, ports: portsSchema, appliesTo: selectorSchema },
    { optional: ['from', 'ports', 'appliesTo'], description: ruleDescription },
  ),
  { maxItems: 256 },
);
const egressSchema = list(
  object(
    { to: peersSchema, ports: portsSchema, appliesTo: selectorSchema },
    { optional: ['to', 'ports', 'appliesTo'], description: ruleDescription },
  ),
  { maxItems: 256 },
);

/** Rules in both directions; a direction that is left out has none. */
const bothWays = object(
  { ingress: ingressSchema, egress: egressSchema },
  { optional: ['ingress', 'egress'] },
);

const setting = (what: string) => choice(['Deny', 'Warn', 'Audit', 'Allow'], `${what}. Default Deny.`);

const podsSchema = object(
  {
    hostNetwork: setting('hostNetwork and hostPorts'),
    hostAccess: setting('hostPID, hostIPC, hostPath, privileged, procMount, hostProcess, capabilities'),
    rawSockets: choice(
      ['Drop', 'Deny', 'Warn', 'Audit', 'Allow'],
      'NET_RAW. Default Drop: it is taken away.',
    ),
    secondaryNetworks: setting('annotations and resources that attach networks'),
    addressRequests: setting('annotations that choose addresses'),
    beforeFloor: choice(['Gate', 'Deny', 'Audit', 'Allow'], 'Pods before the floor exists. Default Gate.'),
  },
  {
    optional: [
      'hostNetwork',
      'hostAccess',
      'rawSockets',
      'secondaryNetworks',
      'addressRequests',
      'beforeFloor',
    ],
    description: 'What keeps a pod on the guarded network.',
  },
);

/** `spec` of a Boundary. */
export const boundarySpecSchema = object(
  {
    namespaceSelector: selectorSchema,
    floor: object(
      {
        mode: choice(
          ['Create', 'Audit'],
          'Create: Bulkhead writes the default-deny policy. Audit: it only tells who lacks one.',
        ),
        allowDNS: {
          type: 'boolean',
          description: "The cluster's DNS peers join the floor and the limit. Default true.",
        },
        allow: bothWays,
      },
      {
        optional: ['allowDNS', 'allow'],
        description: 'The default-deny policy that every selected namespace must have.',
      },
    ),
    ingress: ingressSchema,
    egress: egressSchema,
    never: bothWays,
    portNames: {
      type: 'object',
      additionalProperties: list(
        { type: 'string', pattern: '^(TCP|UDP|SCTP)/[0-9]{1,5}$', description: 'such as TCP/8080' },
        { minItems: 1, maxItems: 16 },
      ),
      description: 'Container port names that may mean only these ports.',
    },
    onExcess: choice(
      ['Deny', 'Narrow', 'Warn', 'Audit'],
      'What happens to a NetworkPolicy that allows more. Default Deny.',
    ),
    pods: podsSchema,
    stampPods: list(labelKey, { maxItems: 16, description: 'Namespace labels that are copied onto pods.' }),
    otherPolicies: setting('Other policy kinds in or about these namespaces'),
  },
  {
    optional: ['ingress', 'egress', 'never', 'portNames', 'onExcess', 'pods', 'stampPods', 'otherPolicies'],
    description: 'ingress and egress: absent means no limit, [] means that nothing may be allowed.',
  },
);

/** A Boundary document. Of `metadata` only the name matters here; `status` is written by Bulkhead. */
export const boundarySchema = object(
  {
    apiVersion: { const: 'bulkhead.dev/v1alpha1', description: 'The version of this form.' },
    kind: { const: 'Boundary', description: 'Always Boundary.' },
    metadata: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 253, description: 'The name of the Boundary.' },
      },
    },
    spec: boundarySpecSchema,
    status: { description: 'Written by Bulkhead.' },
  },
  {
    optional: ['status'],
    title: 'Boundary',
    description: 'The most that may be allowed into and out of the namespaces it selects.',
  },
);

export type BoundarySpec = Settled<typeof boundarySpecSchema>;
export type BoundaryDocument = Settled<typeof boundarySchema>;
