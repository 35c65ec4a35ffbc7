/** Rules as Boundaries and exceptions write them: NetworkPolicy rules with `sameLabels`, `kubeAPI` and `appliesTo`. */
import { object } from '../config/shape.ts';
import type { TSchema } from '../config/shape.ts';
import { labelKey, selectorSchema } from '../config/selectorShape.ts';

const text = (maxLength: number, description: string) =>
  ({ type: 'string', maxLength, description }) as const;
export const list = <const S extends TSchema, const K extends object>(items: S, keywords: K) =>
  ({ type: 'array', items, ...keywords }) as const;
const choice = <const V extends readonly string[]>(values: V, description: string) =>
  ({ enum: values, description }) as const;

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
    {
      optional: ['protocol', 'port', 'endPort'],
      'x-kubernetes-validations': [
        {
          rule: '!has(self.endPort) || (has(self.port) && type(self.port) == int && self.endPort >= self.port)',
          message: 'endPort needs a numeric port that is not greater',
        },
      ],
    },
  ),
  { maxItems: 128, description: 'Ports of the destination pod; left out: every port of every protocol.' },
);

const blockSchema = object(
  {
    cidr: text(64, 'such as 10.0.0.0/8'),
    except: list(text(64, 'a part of cidr'), {
      maxItems: 256,
      description: 'Parts of cidr that are not meant.',
    }),
  },
  {
    optional: ['except'],
    description: 'Addresses in CIDR notation.',
    'x-kubernetes-validations': [
      { rule: 'isCIDR(self.cidr)', message: 'cidr must be an address range such as 10.0.0.0/8' },
    ],
  },
);

const peersSchema = list(
  object(
    {
      podSelector: selectorSchema,
      namespaceSelector: selectorSchema,
      ipBlock: blockSchema,
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
    {
      optional: ['podSelector', 'namespaceSelector', 'ipBlock', 'sameLabels', 'kubeAPI'],
      'x-kubernetes-validations': [
        {
          rule:
            'has(self.podSelector) || has(self.namespaceSelector) || has(self.ipBlock) || ' +
            'has(self.sameLabels) || has(self.kubeAPI)',
          message: 'a peer must say who: podSelector, namespaceSelector, ipBlock, sameLabels or kubeAPI',
        },
        {
          rule:
            '!(has(self.ipBlock) || has(self.kubeAPI)) || ' +
            '!(has(self.podSelector) || has(self.namespaceSelector) || has(self.sameLabels))',
          message: 'ipBlock and kubeAPI stand alone in a peer; use two peers',
        },
        {
          rule: '!(has(self.ipBlock) && has(self.kubeAPI))',
          message: 'ipBlock and kubeAPI are two peers',
        },
      ],
    },
  ),
  { maxItems: 256, description: 'The other ends; left out: anybody.' },
);

const ruleDescription =
  'Same form as a NetworkPolicy rule; appliesTo narrows it to some pods of the namespace.';
export const ingressSchema = list(
  object(
    { from: peersSchema, ports: portsSchema, appliesTo: selectorSchema },
    { optional: ['from', 'ports', 'appliesTo'], description: ruleDescription },
  ),
  { maxItems: 256, description: 'What may come in.' },
);
export const egressSchema = list(
  object(
    { to: peersSchema, ports: portsSchema, appliesTo: selectorSchema },
    { optional: ['to', 'ports', 'appliesTo'], description: ruleDescription },
  ),
  { maxItems: 256, description: 'What may go out.' },
);

/** Rules in both directions; a direction that is left out has none. */
export const bothWays = object(
  { ingress: ingressSchema, egress: egressSchema },
  { optional: ['ingress', 'egress'], description: 'Rules by direction.' },
);
