// Values that several tests of the chart render with.
import type { Values } from './helm.ts';

/** The authority of a Secret of one's own; the chart looks at its first line only. */
export const authority = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

/** The values, with Helm as the one who writes the webhook configurations: then the certificate is of others too. */
export const byChart = (values: Values = {}): Values => ({
  certificates: { mode: 'secret', secretName: 'given', caBundle: authority },
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
