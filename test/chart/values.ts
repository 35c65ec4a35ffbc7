// Values that several tests of the chart render with.
import type { Values } from './helm.ts';

/** The values, with Helm as the one who writes the webhook configurations. */
export const byChart = (values: Values = {}): Values => ({
  ...values,
  webhooks: { registeredBy: 'Chart', ...Object(values['webhooks']) } as Values,
});

/** Two Boundaries, a stamped label, a protected pod label and guarded annotations of one's own. */
export const tenants: Values = {
  boundaries: {
    tenants: {
      namespaceSelector: { matchExpressions: [{ key: 'bulkhead.dev/tenant', operator: 'Exists' }] },
      floor: { mode: 'Audit' },
      stampPods: ['bulkhead.dev/tenant'],
      ingress: [{ from: [{ sameLabels: ['bulkhead.dev/tenant'] }] }],
      egress: [{ to: [{ sameLabels: ['bulkhead.dev/tenant'] }] }],
    },
    production: {
      namespaceSelector: { matchLabels: { 'bulkhead.dev/environment': 'production' } },
      floor: { mode: 'Create', allowDNS: false },
      egress: [],
      onExcess: 'Narrow',
    },
  },
  configuration: {
    tenancy: { protectedPodLabels: ['exposure'], exemptNamespaces: ['kube-system', 'monitoring'] },
    guards: { annotations: ['example.com/address', 'networks.example.com/*'] },
  },
};
