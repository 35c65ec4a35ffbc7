// Every value is read: setting it to something else than its default changes what is rendered.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { chart } from './helm.ts';
import type { Values } from './helm.ts';
import { byChart, tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

/** Of each value another one than the default, and what else must be set so that it matters. */
const others: Readonly<Record<string, readonly [value: unknown, beside?: Values]>> = {
  replicaCount: [3],
  'image.repository': ['registry.example/bulkhead'],
  'image.tag': ['9.9.9'],
  'image.digest': [`sha256:${'a'.repeat(64)}`],
  'image.pullPolicy': ['Always'],
  imagePullSecrets: [[{ name: 'pull' }]],
  boundaries: [tenants['boundaries']],
  rules: [{ 'more.yaml': 'kind: X\n' }],
  parameters: [[{ apiGroup: '', resource: 'configmaps', namespace: 'platform-rules' }]],
  'configuration.tenancy.tenantLabel': ['example.com/tenant'],
  'configuration.tenancy.protectedLabels': [['example.com/tenant']],
  'configuration.tenancy.protectedPodLabels': [['exposure']],
  'configuration.tenancy.exemptNamespaces': [['kube-system']],
  'configuration.log.level': ['debug'],
  'webhooks.enabled': [false],
  'webhooks.registeredBy': ['Bulkhead', byChart()],
  'webhooks.failurePolicy': ['Ignore', byChart()],
  'webhooks.timeoutSeconds': [7, byChart()],
  'webhooks.annotations': [{ a: 'b' }, byChart()],
  'certificates.mode': ['certManager'],
  'certificates.secretName': ['other', byChart()],
  'certificates.caBundle': ['-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n', byChart()],
  'certificates.issuerRef': [
    { name: 'corporate', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    { certificates: { mode: 'certManager' } },
  ],
  'serviceAccount.create': [false, { serviceAccount: { name: 'mine' } }],
  'serviceAccount.name': ['mine'],
  'serviceAccount.annotations': [{ a: 'b' }],
  'service.port': [8443, byChart()],
  'service.annotations': [{ a: 'b' }],
  containerPort: [9443],
  resources: [{ requests: { cpu: '1' } }],
  env: [[{ name: 'BULKHEAD_LOG_LEVEL', value: 'debug' }]],
  priorityClassName: ['high'],
  'podDisruptionBudget.enabled': [false],
  'podDisruptionBudget.maxUnavailable': ['50%'],
  'admissionPolicy.enabled': [false],
  'networkPolicy.enabled': [false],
  'networkPolicy.ingressFrom': [[{ ipBlock: { cidr: '192.0.2.0/28' } }]],
  'networkPolicy.apiServerPorts': [[16443]],
  'networkPolicy.egress': [[{ ports: [{ protocol: 'TCP', port: 5432 }] }]],
  terminationGracePeriodSeconds: [90],
  'monitoring.serviceMonitor': [{ enabled: true }],
  'monitoring.prometheusRule': [{ enabled: true }],
  'monitoring.dashboard': [{ enabled: true }],
  podAnnotations: [{ a: 'b' }],
  podLabels: [{ a: 'b' }],
  nodeSelector: [{ a: 'b' }],
  tolerations: [[{ operator: 'Exists' }]],
  affinity: [{ nodeAffinity: {} }],
  topologySpreadConstraints: [[{ topologyKey: 'rack', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }]],
  nameOverride: ['other'],
  fullnameOverride: ['other'],
};

/** `value` at a dotted path, laid over `under`. */
function at(path: readonly string[], value: unknown, under: Values): Values {
  const [key = '', ...rest] = path;
  const inner = rest.length === 0 ? value : at(rest, value, Object(under[key] ?? {}) as Values);
  return { ...under, [key]: inner };
}

test('the table has every value of the README that has a default', () => {
  const readme = readFileSync(join(chart, 'README.md'), 'utf8').split('<!-- The table of values')[1] ?? '';
  const told = [...readme.matchAll(/^\| `([^`]+)` +\| `/gm)].map(([, key]) => key);
  expect(told.length).toBeGreaterThan(40);
  expect(Object.keys(others)).toEqual(told);
});

withHelm('each value', (helm) => {
  const rendered = new Map<string, Promise<string>>();
  const template = (values: Values): Promise<string> => {
    const key = JSON.stringify(values);
    const known = rendered.get(key) ?? helm.template(values);
    rendered.set(key, known);
    return known;
  };

  test.each(Object.entries(others))('%s changes what is rendered', async (key, [value, beside = {}]) => {
    expect(await template(at(key.split('.'), value, beside))).not.toBe(await template(beside));
  });
});
