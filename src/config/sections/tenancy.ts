/** Who the tenants are, who administers them, and which labels nobody else may write. */
import { listOf, object, type Settled } from '../shape.ts';
import { labels, labelSelector } from './selectors.ts';

const labelKeys = {
  type: 'array',
  uniqueItems: true,
  maxItems: 256,
  items: { type: 'string', format: 'labelKey' },
} as const;
const names = { type: 'string', format: 'name', minLength: 1 } as const;
const serviceAccounts = listOf(
  { type: 'string', format: 'namespacedName' },
  { description: 'ServiceAccounts, as NAMESPACE/NAME.' },
);

/** People and programs, by the names under which the API server knows them. */
const subjects = (groups: readonly string[], description: string) =>
  object(
    {
      users: listOf(names, { description: 'User names.' }),
      groups: listOf(names, { description: 'Group names.', default: groups }),
      serviceAccounts,
    },
    { description },
  );

export const tenancy = object(
  {
    tenantLabel: {
      type: 'string',
      format: 'labelKey',
      default: 'bulkhead.dev/tenant',
      description: 'The namespace label that names the tenant; one of protectedLabels.',
    },
    protectedLabels: {
      ...labelKeys,
      default: ['bulkhead.dev/tenant', 'bulkhead.dev/environment'],
      description: 'Namespace labels that only administrators write; keys that Boundaries use are added.',
    },
    protectedPodLabels: {
      ...labelKeys,
      default: [],
      description: 'Pod labels whose values are granted by namespace; keys that Boundaries stamp are added.',
    },
    podLabelGrants: listOf(
      object({
        namespaceSelector: {
          ...labelSelector,
          description: 'The namespaces whose pods may carry the labels.',
        },
        labels: {
          ...labels,
          additionalProperties: {
            type: 'array',
            minItems: 1,
            items: { type: 'string', format: 'labelValue' },
          },
          minProperties: 1,
          description: 'The values granted, by label.',
        },
      }),
      { description: 'Which values of protected pod labels the pods of which namespaces may carry.' },
    ),
    administrators: {
      ...subjects(
        ['system:masters', 'kubeadm:cluster-admins'],
        'Who may write protected labels, floors and rules; all else that they send is judged like anything.',
      ),
      default: {},
    },
    roles: object(
      {
        labelWriters: subjects([], 'Who may write protected labels; default: administrators.'),
        floorWriters: subjects([], 'Who may write floors; default: administrators.'),
        ruleWriters: subjects([], 'Who may write rules; default: administrators.'),
        exceptionApprovers: subjects([], 'Who may approve exceptions; default: administrators.'),
      },
      {
        optional: ['labelWriters', 'floorWriters', 'ruleWriters', 'exceptionApprovers'],
        default: {},
        description: 'Splits the one privilege of administrators.',
      },
    ),
    assign: listOf(
      object({
        groups: {
          type: 'array',
          minItems: 1,
          maxItems: 256,
          items: names,
          description: 'Members of any of these groups.',
        },
        labels: {
          ...labels,
          minProperties: 1,
          description: 'Labels that namespaces which they create are given.',
        },
      }),
      { description: 'Self-service: namespaces that members of these groups create get these labels.' },
    ),
    exemptNamespaces: {
      type: 'array',
      uniqueItems: true,
      maxItems: 1_000,
      items: { type: 'string', format: 'namespaceName' },
      default: ['kube-system', 'kube-public', 'kube-node-lease'],
      description: 'Namespaces that no Boundary ever selects; the one Bulkhead runs in is always added.',
    },
    unassigned: {
      enum: ['Deny', 'Warn', 'Allow'],
      default: 'Deny',
      description: 'What happens to a Namespace that is created without a tenant label or loses it.',
    },
  },
  { default: {}, description: 'Tenants, administrators and protected labels.' },
);

export type Tenancy = Settled<typeof tenancy>;

/** Users, groups and ServiceAccounts that hold a privilege. */
export type Subjects = Tenancy['administrators'];

/** The privileges that `tenancy.roles` may split. */
export type Role = keyof Tenancy['roles'];

/** Who holds a role: those named for it, else the administrators. */
export const holders = ({ roles, administrators }: Tenancy, role: Role): Subjects =>
  roles[role] ?? administrators;
