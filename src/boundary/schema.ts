/** The Boundary kind as a schema: the one source of its TypeScript type, its JSON Schema and its CRD (api.md 1). */
import { Type } from 'typebox';
import type { Static } from 'typebox';

const closed = { additionalProperties: false };

const labelText = (description: string) => Type.String({ maxLength: 317, description });

/** metav1.LabelSelector. */
export const selectorSchema = Type.Object(
  {
    matchLabels: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 63 }))),
    matchExpressions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: labelText('a label key'),
            operator: Type.Union([
              Type.Literal('In'),
              Type.Literal('NotIn'),
              Type.Literal('Exists'),
              Type.Literal('DoesNotExist'),
            ]),
            values: Type.Optional(Type.Array(Type.String({ maxLength: 63 }), { maxItems: 64 })),
          },
          closed,
        ),
        { maxItems: 32 },
      ),
    ),
  },
  { ...closed, description: 'Labels that must all hold; the empty selector selects everything.' },
);

const portsSchema = Type.Array(
  Type.Object(
    {
      protocol: Type.Optional(Type.Union([Type.Literal('TCP'), Type.Literal('UDP'), Type.Literal('SCTP')])),
      port: Type.Optional(
        Type.Union([Type.Integer({ minimum: 1, maximum: 65535 }), Type.String({ maxLength: 15 })]),
      ),
      endPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
    },
    closed,
  ),
  { maxItems: 128, description: 'Ports of the destination pod; left out: every port of every protocol.' },
);

const peerSchema = Type.Object(
  {
    podSelector: Type.Optional(selectorSchema),
    namespaceSelector: Type.Optional(selectorSchema),
    ipBlock: Type.Optional(
      Type.Object(
        {
          cidr: Type.String({ maxLength: 64 }),
          except: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 256 })),
        },
        closed,
      ),
    ),
    sameLabels: Type.Optional(
      Type.Array(labelText('a namespace label'), {
        minItems: 1,
        maxItems: 8,
        description: "Peers whose namespace carries the subject namespace's own values of these labels.",
      }),
    ),
    kubeAPI: Type.Optional(
      Type.Literal(true, {
        description: 'The addresses and ports of cluster.apiServer in the configuration.',
      }),
    ),
  },
  { ...closed, minProperties: 1 },
);

const ruleSchema = (peers: 'from' | 'to') =>
  Type.Object(
    {
      [peers]: Type.Optional(Type.Array(peerSchema, { maxItems: 256 })),
      ports: Type.Optional(portsSchema),
      appliesTo: Type.Optional(selectorSchema),
    },
    {
      ...closed,
      description: 'Same form as a NetworkPolicy rule; appliesTo narrows it to some pods of the namespace.',
    },
  );

const rulesSchema = (peers: 'from' | 'to') => Type.Array(ruleSchema(peers), { maxItems: 256 });

/** Rules in both directions; a direction that is left out has none. */
const bothWays = Type.Object(
  { ingress: Type.Optional(rulesSchema('from')), egress: Type.Optional(rulesSchema('to')) },
  closed,
);

const setting = (what: string) =>
  Type.Optional(Type.Enum(['Deny', 'Warn', 'Audit', 'Allow'], { description: what }));

/** `spec` of a Boundary. */
export const boundarySpecSchema = Type.Object(
  {
    namespaceSelector: selectorSchema,
    floor: Type.Object(
      {
        mode: Type.Enum(['Create', 'Audit'], {
          description: 'Create: Bulkhead writes the default-deny policy. Audit: it only tells who lacks one.',
        }),
        allowDNS: Type.Optional(
          Type.Boolean({
            description: "The cluster's DNS peers join the floor and the limit. Default true.",
          }),
        ),
        allow: Type.Optional(bothWays),
      },
      closed,
    ),
    ingress: Type.Optional(rulesSchema('from')),
    egress: Type.Optional(rulesSchema('to')),
    never: Type.Optional(bothWays),
    portNames: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 15 }),
        Type.Array(Type.String({ pattern: '^(TCP|UDP|SCTP)/[0-9]{1,5}$' }), { minItems: 1, maxItems: 16 }),
        { description: 'Container port names that may mean only these ports.' },
      ),
    ),
    onExcess: Type.Optional(
      Type.Enum(['Deny', 'Narrow', 'Warn', 'Audit'], {
        description: 'What happens to a NetworkPolicy that allows more. Default Deny.',
      }),
    ),
    pods: Type.Optional(
      Type.Object(
        {
          hostNetwork: setting('hostNetwork and hostPorts'),
          hostAccess: setting('hostPID, hostIPC, hostPath, privileged, procMount, hostProcess, capabilities'),
          rawSockets: Type.Optional(
            Type.Enum(['Drop', 'Deny', 'Warn', 'Audit', 'Allow'], { description: 'NET_RAW. Default Drop.' }),
          ),
          secondaryNetworks: setting('annotations and resources that attach networks'),
          addressRequests: setting('annotations that choose addresses'),
          beforeFloor: Type.Optional(
            Type.Enum(['Gate', 'Deny', 'Audit', 'Allow'], {
              description: 'Pods before the floor exists. Default Gate.',
            }),
          ),
        },
        closed,
      ),
    ),
    stampPods: Type.Optional(Type.Array(labelText('a namespace label copied onto pods'), { maxItems: 16 })),
    otherPolicies: setting('Other policy kinds in or about these namespaces.'),
  },
  closed,
);

/** A Boundary document. `metadata` and `status` are checked by the API server; here only the name matters. */
export const boundarySchema = Type.Object(
  {
    apiVersion: Type.Literal('bulkhead.dev/v1alpha1'),
    kind: Type.Literal('Boundary'),
    metadata: Type.Object(
      { name: Type.String({ minLength: 1, maxLength: 253 }) },
      { additionalProperties: true },
    ),
    spec: boundarySpecSchema,
    status: Type.Optional(Type.Unknown()),
  },
  {
    ...closed,
    title: 'Boundary',
    description: 'The most that may be allowed into and out of the namespaces it selects.',
  },
);

export type BoundarySpec = Static<typeof boundarySpecSchema>;
export type BoundaryDocument = Static<typeof boundarySchema>;
