// Who registers the webhooks, and who removes them: Helm, or Bulkhead itself and a Job after it.
import { expect, test } from '@jest/globals';
import { at, listAt, only } from './helm.ts';
import type { Manifest, Values } from './helm.ts';
import { readConfiguration } from './readBack.ts';
import { byChart, tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

withHelm('the registration by Bulkhead itself', (helm) => {
  const values = tenants;
  const hook = (rendered: readonly Manifest[], kind: string): Manifest | undefined =>
    rendered.find((one) => one.kind === kind && one.metadata.name === 'bulkhead-uninstall');

  test('leaves the configurations to it, which is told to and may', async () => {
    const rendered = await helm.render(values);
    expect(rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration'))).toEqual([]);
    const { webhook, certificates } = readConfiguration(rendered);
    expect(webhook).toMatchObject({ service: 'bulkhead/bulkhead', register: true, name: 'bulkhead' });
    expect(certificates).toMatchObject({ mode: 'selfManaged', secret: 'bulkhead/bulkhead-certificates' });
    expect(listAt(only(rendered, 'ClusterRole', 'bulkhead'), 'rules')).toContainEqual({
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
      resourceNames: ['bulkhead'],
      verbs: ['create', 'list', 'patch', 'update', 'watch'],
    });
  });

  test('mounts the authority of a Secret of your own', async () => {
    const caBundle = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const rendered = await helm.render({
      ...values,
      certificates: { mode: 'secret', secretName: 'mine', caBundle },
    });
    expect(readConfiguration(rendered).certificates.caFile).toBe('/etc/bulkhead/ca.crt');
    expect(at(only(rendered, 'ConfigMap', 'bulkhead-configuration'), 'data', 'ca.crt')).toBe(caBundle);
  });

  test('is removed after everything else, by a Job that may do nothing more', async () => {
    const rendered = await helm.render(values);
    for (const kind of ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Job'])
      expect(at(hook(rendered, kind), 'metadata', 'annotations', 'helm.sh/hook')).toBe('post-delete');
    expect(at(hook(rendered, 'ClusterRole'), 'rules')).toEqual([
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
        resourceNames: ['bulkhead'],
        verbs: ['delete'],
      },
    ]);
    const pod = at(hook(rendered, 'Job'), 'spec', 'template', 'spec');
    expect(at(pod, 'containers', 0, 'args')).toEqual(['webhooks', '--delete', '--name=bulkhead']);
    expect(at(pod, 'serviceAccountName')).toBe('bulkhead-uninstall');
  });

  test('by the chart needs neither the Job nor the rights, and Bulkhead is told to leave it alone', async () => {
    const rendered = await helm.render(byChart(tenants));
    expect(rendered.filter(({ metadata }) => metadata.name.endsWith('-uninstall'))).toEqual([]);
    expect(JSON.stringify(only(rendered, 'ClusterRole'))).not.toContain('webhookconfigurations');
    expect(readConfiguration(rendered).webhook.register).toBe(false);
  });

  test.each<[string, Values, string]>([
    [
      'without controllers',
      { configuration: { controllers: { enabled: false } } },
      'nobody would register them',
    ],
    ['behind another port', { service: { port: 8443 } }, 'needs service.port 443'],
    ['with failurePolicy Ignore', { webhooks: { failurePolicy: 'Ignore' } }, 'take registeredBy Chart'],
    ['with another timeout', { webhooks: { timeoutSeconds: 10 } }, 'take registeredBy Chart'],
    ['with annotations', { webhooks: { annotations: { a: 'b' } } }, 'take registeredBy Chart'],
  ])('is refused %s, and the one by the chart is not', async (_sentence, more, complaint) => {
    await expect(helm.render(more)).rejects.toThrow(complaint);
    await helm.render(byChart(more));
  });
});
