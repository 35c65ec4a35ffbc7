// The chart against a real API server: it accepts every object, and sends exactly what the registration means it to send.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { at, listAt, only } from '../chart/helm.ts';
import type { Manifest, Values } from '../chart/helm.ts';
import { pod, pods } from '../chart/objects.ts';
import { startRecorder } from '../chart/recorder.ts';
import type { Recorder } from '../chart/recorder.ts';
import { sentCases } from '../chart/sentCases.ts';
import { byChart } from '../chart/values.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
const home = 'chart-release';
const values: Values = byChart({
  fullnameOverride: 'walls',
  boundaries: {
    tenants: {
      namespaceSelector: { matchLabels: { 'chart.example/tenant': 'a' } },
      floor: { mode: 'Audit' },
      stampPods: ['chart.example/tenant'],
      onExcess: 'Narrow',
    },
  },
  configuration: {
    tenancy: {
      protectedPodLabels: ['exposure'],
      exemptNamespaces: ['kube-system', 'chart-exempt'],
      assign: [{ groups: ['chart-team'], labels: { 'bulkhead.dev/tenant': 'chart' } }],
    },
    guards: { annotations: ['example.com/address'] },
  },
});
const secret = {
  mode: 'secret',
  secretName: 'mine',
  caBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
};

/** What came back for a request that nobody should refuse: nothing but its status. */
async function send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<void> {
  const answer = await cluster.call('admin', path, body === undefined ? { method } : { method, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
}

withHelm('the chart in a cluster', (helm) => {
  beforeAll(() => cluster.createNamespace(home));

  test.each<[string, Values]>([
    ['the default values', { fullnameOverride: 'walls' }],
    ['a Boundary and protected labels', values],
    ['a Secret of your own', { ...values, certificates: secret }],
  ])('the API server accepts every object (%s)', async (_sentence, given) => {
    const text = await helm.template(given, home);
    const applied = await cluster.kubectl('admin', ['apply', '--dry-run=server', '-f', '-'], { stdin: text });
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout.trim().split('\n')).toHaveLength([...text.matchAll(/^kind: /gm)].length);
  });

  test('installs, upgrades and uninstalls, and leaves nothing behind', async () => {
    const quiet = { ...values, fullnameOverride: 'walls-installed', webhooks: { enabled: false } };
    const admin = cluster.kubeconfig('admin');
    expect(await helm.release('install', admin, quiet, home)).toContain('NOTHING IS GUARDED YET');
    await eventually('a pod of the release', async () => {
      const query = '?labelSelector=app.kubernetes.io/instance%3Dbulkhead';
      return listAt((await cluster.call('admin', pods(home) + query)).body, 'items').length === 2;
    });
    await helm.release('upgrade', admin, { ...quiet, replicaCount: 3 }, home);
    await helm.release('uninstall', admin, {}, home);
    const kinds =
      'deployments,configmaps,secrets,services,serviceaccounts,poddisruptionbudgets,networkpolicies,clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
    const labelled = ['--selector', 'app.kubernetes.io/instance=bulkhead', '-o', 'name'];
    const left = await cluster.kubectl('admin', ['--namespace', home, 'get', kinds, ...labelled]);
    expect(left).toMatchObject({ code: 0, stdout: '' });
  });

  test('hands the registration over to Bulkhead without a gap, as its README says', async () => {
    const admin = cluster.kubeconfig('admin');
    const kept = async (): Promise<unknown> => {
      const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/walls-handed';
      return at((await cluster.call('admin', path)).body, 'metadata', 'uid');
    };
    const given = (webhooks: Values): Values => ({ ...values, fullnameOverride: 'walls-handed', webhooks });
    // Ignore, for nobody answers here.
    const byHelm = { registeredBy: 'Chart', failurePolicy: 'Ignore', timeoutSeconds: 1 };
    await helm.release('install', admin, given(byHelm), home);
    const annotations = { 'helm.sh/resource-policy': 'keep' };
    await helm.release('upgrade', admin, given({ ...byHelm, annotations }), home);
    const uid = await kept();
    expect(uid).toEqual(expect.any(String));
    const notes = await helm.release('upgrade', admin, given({ registeredBy: 'Bulkhead' }), home);
    expect(notes).toContain('Bulkhead registers itself as soon as a replica answers');
    expect(await kept()).toBe(uid);
    // The hook of the uninstall needs a node to run on; without a registration there is none.
    await helm.release('upgrade', admin, given({ enabled: false }), home);
    await helm.release('uninstall', admin, {}, home);
    for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
      await cluster.kubectl('admin', ['delete', kind, 'walls-handed']);
    expect(await kept()).toBeUndefined();
  });

  test('its pods are admitted by the restricted Pod Security profile', async () => {
    await cluster.createNamespace('chart-restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const template = at(only(await helm.render(values, home), 'Deployment'), 'spec', 'template');
    const spec = { ...(Object(at(template, 'spec')) as object), serviceAccountName: undefined };
    const path = `${pods('chart-restricted')}?dryRun=All`;
    await send('POST', path, { ...pod('bulkhead'), spec });
    await expect(send('POST', path, pod('unhardened'))).rejects.toThrow('violates PodSecurity');
  });

  describe('sends what is guarded and nothing else', () => {
    let recorder: Recorder;

    beforeAll(async () => {
      await cluster.createNamespace('chart-tenant', { 'chart.example/tenant': 'a' });
      await cluster.createNamespace('chart-plain');
      await cluster.createNamespace('chart-exempt', { 'chart.example/tenant': 'a' });
      for (const namespace of ['chart-tenant', 'chart-plain'])
        for (const name of ['status', 'bound', 'bound-too']) await send('POST', pods(namespace), pod(name));
      recorder = await startRecorder();
      const rendered = await helm.render(values, home);
      for (const one of rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration'))) {
        const stdin = sentTo(recorder, one);
        const applied = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
        expect(applied).toMatchObject({ code: 0, stderr: '' });
      }
      await eventually('the registration is in force', async () => {
        const body = pod('probe', { labels: { exposure: 'x' } });
        await cluster.call('admin', `${pods('chart-tenant')}?dryRun=All`, { method: 'POST', body });
        const seen = recorder.taken().join();
        return ['mutate:tenants', 'validate:tenants', 'validate:elsewhere'].every((one) =>
          seen.includes(one),
        );
      });
    });

    afterAll(async () => {
      for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
        await cluster.kubectl('admin', ['delete', kind, 'walls', '--ignore-not-found']);
      await recorder.close();
    });

    test.each(sentCases)('%s', async (_sentence, method, path, body, calls) => {
      recorder.taken();
      await send(method, path, body);
      // What was asked about the objects here: namespaces of earlier files may be going meanwhile.
      expect(recorder.taken().filter((one) => one.includes(' chart-'))).toEqual(calls);
    });
  });
});

/** The same registration with every entry sent to the recorder, under the entry's own name. */
function sentTo({ url, authority }: Recorder, configuration: Manifest): object {
  const door = configuration.kind === 'MutatingWebhookConfiguration' ? 'mutate' : 'validate';
  const caBundle = Buffer.from(authority).toString('base64');
  const webhooks = listAt(configuration, 'webhooks').map((entry) => ({
    ...(Object(entry) as object),
    clientConfig: { url: `${url}/${door}:${String(at(entry, 'name')).split('.')[0] ?? ''}`, caBundle },
  }));
  return { ...configuration, webhooks };
}
