/** The Boundary kind as a schema: the one source of its TypeScript type, its JSON Schema and its CRD (api.md 1). */
import { object } from '../config/shape.ts';
import type { Settled } from '../config/shape.ts';
import { conditions, count, observedGeneration } from '../config/statusShape.ts';
import { labelKey, selectorSchema } from '../config/selectorShape.ts';
import { bothWays, egressSchema, ingressSchema, list } from './ruleSchema.ts';

const choice = <const V extends readonly string[]>(values: V, description: string) =>
  ({ enum: values, description }) as const;

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
        allow: {
          ...bothWays,
          description: 'Rules that Bulkhead writes into the floor; they must be inside the limit.',
        },
      },
      {
        optional: ['allowDNS', 'allow'],
        description: 'The default-deny policy that every selected namespace must have.',
        'x-kubernetes-validations': [
          {
            rule:
              '!has(self.allow) || ((!has(self.allow.ingress) || self.allow.ingress.all(r, !has(r.appliesTo))) && ' +
              '(!has(self.allow.egress) || self.allow.egress.all(r, !has(r.appliesTo))))',
            message: 'a floor is for every pod, so its rules have no appliesTo; write a policy of your own',
          },
        ],
      },
    ),
    ingress: ingressSchema,
    egress: egressSchema,
    never: { ...bothWays, description: 'Subtracted last: wins over everything that allows.' },
    portNames: {
      type: 'object',
      additionalProperties: list(
        {
          type: 'string',
          maxLength: 10,
          pattern: '^(TCP|UDP|SCTP)/[0-9]{1,5}$',
          description: 'such as TCP/8080',
        },
        { minItems: 1, maxItems: 16 },
      ),
      maxProperties: 64,
      description: 'Container port names that may mean only these ports.',
      'x-kubernetes-validations': [
        {
          rule: "self.all(name, name.size() <= 15 && name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))",
          message: 'a port name has at most 15 of a-z, 0-9 and -',
        },
      ],
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

/** `status` of a Boundary. */
export const boundaryStatusSchema = object(
  {
    observedGeneration,
    conditions: {
      ...conditions,
      description:
        'Accepted: it compiles and is in force. Proven: nothing can get outside it; the message names what is missing. Enforced: floors stand and the webhooks are asked.',
    },
    namespaces: count('How many namespaces it selects.'),
    floors: object(
      {
        present: count('Namespaces that have their floor.'),
        missing: count('Namespaces that lack it.'),
      },
      { description: 'The default-deny policies of the namespaces it selects.' },
    ),
    violations: count('Stored objects that are outside it.'),
    exceptions: count('Exceptions that are in force.'),
  },
  {
    optional: ['observedGeneration', 'conditions', 'namespaces', 'floors', 'violations', 'exceptions'],
    description: 'Written by Bulkhead.',
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
    status: boundaryStatusSchema,
  },
  {
    optional: ['status'],
    title: 'Boundary',
    description: 'The most that may be allowed into and out of the namespaces it selects.',
  },
);

export type BoundaryStatus = Settled<typeof boundaryStatusSchema>;
export type BoundarySpec = Settled<typeof boundarySpecSchema>;
export type BoundaryDocument = Settled<typeof boundarySchema>;
