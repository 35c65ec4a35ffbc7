/** What Bulkhead itself writes into the cluster: floors, records of names, status. */
import { object, type Settled } from '../shape.ts';
import { optional } from './serving.ts';

export const controllers = object(
  {
    enabled: {
      type: 'boolean',
      default: true,
      description:
        'Whether this process may write floors, records and status, as one of several that choose a leader. Without anybody who does, pods are not gated.',
    },
    events: {
      type: 'boolean',
      default: false,
      description:
        'Whether denials are told with Events on the rules that denied, at most one a minute for each rule and replica.',
    },
    reports: {
      type: 'boolean',
      default: false,
      description:
        'Whether what is stored already and would be refused is written into a report in each namespace (OpenReports or PolicyReports, whichever the cluster serves).',
    },
    reportsEvery: {
      type: 'string',
      format: 'duration',
      default: '15m',
      description: 'How long after a scan for these reports the next one begins.',
    },
    scanEvery: {
      type: 'string',
      format: 'duration',
      default: '15m',
      description:
        'How long after a scan of what is stored, for the status of rules, the next one begins; a change of rules, or something outside, makes it sooner.',
    },
    namespace: optional(
      'namespaceName',
      'Where the Lease of the leader is; null: the namespace of this process, of webhook.service or of its ServiceAccount, else kube-system.',
    ),
  },
  { default: {}, description: 'With a cluster: what Bulkhead writes there.' },
);

export type ControllerSettings = Settled<typeof controllers>;
