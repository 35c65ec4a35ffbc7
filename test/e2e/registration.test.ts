// `bulkhead webhooks` against a real API server: it accepts what is printed, compiles the conditions, and sends exactly what is meant.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEndpoint } from '../../src/admission/registration/endpoint.ts';
import {
  printConfigurations,
  webhookConfigurations,
} from '../../src/admission/registration/webhookConfigurations.ts';
import type { WebhookConfiguration } from '../../src/admission/registration/webhookConfigurations.ts';
import { stringAt } from '../../src/k8s/json.ts';
import { worldOf } from '../admission/scenario.ts';
import { annotated, binding, labelled, pod, pods, policies, policy } from '../chart/objects.ts';
import { startRecorder } from '../chart/recorder.ts';
import type { Recorder } from '../chart/recorder.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));

const rules = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchLabels: {sent.example/tenant: a}}
  floor: {mode: Audit}
  ingress: []
  onExcess: Narrow
  stampPods: [sent.example/tenant]
`;
const settings = {
  tenancy: {
    protectedPodLabels: ['exposure'],
    exemptNamespaces: ['kube-system', 'sent-exempt'],
    assign: [{ groups: ['team-payments'], labels: { 'bulkhead.dev/tenant': 'payments' } }],
  },
  guards: { annotations: ['example.com/address'] },
};
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const configurations = (
  boundaries: string,
  target: { readonly url: string } | { readonly service: string },
  caBundle: string,
): readonly WebhookConfiguration[] => {
  const endpoint = readEndpoint({ ...target, caBundle });
  if (!endpoint.ok) throw new Error(JSON.stringify(endpoint.issues));
  return webhookConfigurations(worldOf(boundaries, '', settings).rules, endpoint.value, 'sent');
};

async function send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<void> {
  const answer = await cluster.call('admin', path, body === undefined ? { method } : { method, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
}

describe('what is printed', () => {
  const many = Array.from({ length: 60 }, (_, index) => rules.replace('tenants}', `b${index}}`)).join('---');
  test.each<[string, string, { readonly url: string } | { readonly service: string }]>([
    ['behind an address', rules, { url: 'https://127.0.0.1:8443/path' }],
    ['behind a Service', rules, { service: 'bulkhead-system/bulkhead' }],
    ['without rules', '', { url: 'https://127.0.0.1:8443' }],
    ['of sixty boundaries', many, { service: 'bulkhead-system/bulkhead' }],
    ['of forty boundaries', many.split('---').slice(0, 40).join('---'), { url: 'https://127.0.0.1:8443' }],
  ])('%s is accepted, by client-side and by server-side apply', async (_sentence, boundaries, target) => {
    const stdin = printConfigurations(configurations(boundaries, target, pem));
    for (const more of [[], ['--server-side']]) {
      const args = ['apply', '--dry-run=server', ...more, '-f', '-'];
      expect(await cluster.kubectl('admin', args, { stdin })).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('what is sent', () => {
  let recorder: Recorder;

  beforeAll(async () => {
    await cluster.createNamespace('sent-tenant', { 'sent.example/tenant': 'a' });
    await cluster.createNamespace('sent-plain');
    await cluster.createNamespace('sent-exempt', { 'sent.example/tenant': 'a' });
    for (const namespace of ['sent-tenant', 'sent-plain'])
      for (const name of ['status', 'bound', 'bound-too', 'crowded'])
        await send('POST', pods(namespace), pod(name));
    recorder = await startRecorder();
    const printed = printConfigurations(
      configurations(rules, { url: recorder.url }, recorder.authority).map(toRecorder),
    );
    expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: printed })).toMatchObject({
      code: 0,
    });
    await eventually('the registration is in force', async () => {
      const body = pod('probe', { labels: { exposure: 'x' } });
      await cluster.call('admin', `${pods('sent-tenant')}?dryRun=All`, { method: 'POST', body });
      const seen = recorder.taken().join();
      return ['mutate:tenants', 'validate:tenants', 'validate:elsewhere'].every((one) => seen.includes(one));
    });
  });

  afterAll(async () => {
    for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
      await cluster.kubectl('admin', ['delete', kind, 'sent', '--ignore-not-found']);
    await recorder.close();
  });

  /** What was asked about the objects here: namespaces of earlier files may be going meanwhile. */
  const taken = (): readonly string[] => recorder.taken().filter((one) => one.includes(' sent-'));
  const status = `${pods('sent-tenant')}/status`;
  const guarded = 'cni.projectcalico.org/ipAddrs';
  const crowd = Object.fromEntries(
    Array.from({ length: 40_000 }, (_, index) => [`a${index.toString(36)}`, '']),
  );

  // In order: later rows build on what earlier ones stored.
  test.each<[string, 'POST' | 'PATCH' | 'DELETE', string, unknown, readonly string[]]>([
    [
      'a pod in a guarded namespace',
      'POST',
      pods('sent-tenant'),
      pod('new'),
      ['mutate:tenants CREATE pods sent-tenant/new', 'validate:tenants CREATE pods sent-tenant/new'],
    ],
    ['a pod elsewhere', 'POST', pods('sent-plain'), pod('new'), []],
    [
      'a pod elsewhere with a protected label',
      'POST',
      pods('sent-plain'),
      pod('exposed', { labels: { exposure: 'public' } }),
      ['validate:elsewhere CREATE pods sent-plain/exposed'],
    ],
    [
      'a pod elsewhere with a stamped label',
      'POST',
      pods('sent-plain'),
      pod('stamped', { labels: { 'sent.example/tenant': 'a' } }),
      ['validate:elsewhere CREATE pods sent-plain/stamped'],
    ],
    [
      'a pod in an exempt namespace',
      'POST',
      pods('sent-exempt'),
      pod('x', { labels: { exposure: 'x' } }),
      [],
    ],
    ['a status that says how it goes', 'PATCH', `${status}/status`, { status: { message: 'm' } }, []],
    ['a status with a free label', 'PATCH', `${status}/status`, labelled('free'), []],
    ['a status with a free annotation', 'PATCH', `${status}/status`, annotated('free'), []],
    [
      'a status with a protected label',
      'PATCH',
      `${status}/status`,
      labelled('exposure'),
      [
        'validate:elsewhere UPDATE pods/status sent-tenant/status',
        'validate:tenants UPDATE pods/status sent-tenant/status',
      ],
    ],
    [
      'a status that takes it away',
      'PATCH',
      `${status}/status`,
      { metadata: { labels: null } },
      [
        'validate:elsewhere UPDATE pods/status sent-tenant/status',
        'validate:tenants UPDATE pods/status sent-tenant/status',
      ],
    ],
    ...[guarded, 'ipam.antrea.io/pod-ips', 'example.com/address'].map(
      (key): [string, 'PATCH', string, unknown, readonly string[]] => [
        `a status with the annotation ${key}`,
        'PATCH',
        `${status}/status`,
        annotated(key),
        ['validate:tenants UPDATE pods/status sent-tenant/status'],
      ],
    ),
    [
      'a status that takes a guarded annotation away',
      'PATCH',
      `${status}/status`,
      { metadata: { annotations: { [guarded]: null } } },
      [],
    ],
    [
      'forty thousand annotations',
      'PATCH',
      `${pods('sent-tenant')}/crowded`,
      { metadata: { annotations: crowd } },
      ['validate:tenants UPDATE pods sent-tenant/crowded'],
    ],
    [
      'the status of a pod with forty thousand annotations',
      'PATCH',
      `${pods('sent-tenant')}/crowded/status`,
      { status: { message: 'm' } },
      ['validate:tenants UPDATE pods/status sent-tenant/crowded'],
    ],
    ['a finalizer of a pod', 'PATCH', status, { metadata: { finalizers: ['example.com/hold'] } }, []],
    ['a finalizer that goes', 'PATCH', status, { metadata: { finalizers: null } }, []],
    [
      'a changed spec',
      'PATCH',
      status,
      { spec: { activeDeadlineSeconds: 1000 } },
      ['validate:tenants UPDATE pods sent-tenant/status'],
    ],
    [
      'an ephemeral container',
      'PATCH',
      `${status}/ephemeralcontainers`,
      { spec: { ephemeralContainers: [{ name: 'debug', image: 'example/debug:1' }] } },
      [
        'mutate:tenants UPDATE pods/ephemeralcontainers sent-tenant/status',
        'validate:tenants UPDATE pods/ephemeralcontainers sent-tenant/status',
      ],
    ],
    ['a plain binding', 'POST', `${pods('sent-tenant')}/bound/binding`, binding('bound'), []],
    [
      'a binding with a guarded annotation',
      'POST',
      `${pods('sent-tenant')}/bound-too/binding`,
      binding('bound-too', { annotations: { [guarded]: 'x' } }),
      ['validate:tenants CREATE pods/binding sent-tenant/bound-too'],
    ],
    [
      'a binding of the older resource with a protected label',
      'POST',
      '/api/v1/namespaces/sent-plain/bindings',
      binding('bound', { labels: { exposure: 'x' } }),
      ['validate:elsewhere CREATE bindings sent-plain/bound'],
    ],
    ['a pod that is deleted', 'DELETE', `${pods('sent-tenant')}/crowded`, undefined, []],
    [
      'a policy in a guarded namespace',
      'POST',
      policies('sent-tenant'),
      policy('one'),
      [
        'mutate:tenants CREATE networkpolicies sent-tenant/one',
        'validate:tenants CREATE networkpolicies sent-tenant/one',
      ],
    ],
    ['a policy that is deleted', 'DELETE', `${policies('sent-tenant')}/one`, undefined, []],
    ['a policy elsewhere', 'POST', policies('sent-plain'), policy('one'), []],
    [
      'the floor elsewhere',
      'POST',
      policies('sent-plain'),
      policy('bulkhead-floor'),
      ['validate:elsewhere CREATE networkpolicies sent-plain/bulkhead-floor'],
    ],
    [
      'a label of the floor',
      'PATCH',
      `${policies('sent-plain')}/bulkhead-floor`,
      labelled('any'),
      ['validate:elsewhere UPDATE networkpolicies sent-plain/bulkhead-floor'],
    ],
    [
      'every policy elsewhere is deleted: the floor is asked for',
      'DELETE',
      policies('sent-plain'),
      undefined,
      ['validate:elsewhere DELETE networkpolicies sent-plain'],
    ],
    ['the floor of an exempt namespace', 'POST', policies('sent-exempt'), policy('bulkhead-floor'), []],
    [
      'a label of an exempt namespace',
      'PATCH',
      '/api/v1/namespaces/sent-exempt',
      labelled('any'),
      ['validate:namespaces UPDATE namespaces sent-exempt/sent-exempt'],
    ],
    [
      'a label of a namespace through its status',
      'PATCH',
      '/api/v1/namespaces/sent-plain/status',
      labelled('any'),
      ['validate:namespaces UPDATE namespaces/status sent-plain/sent-plain'],
    ],
    [
      'a new namespace',
      'POST',
      '/api/v1/namespaces',
      { metadata: { name: 'sent-new' } },
      [
        'mutate:namespaces CREATE namespaces sent-new/sent-new',
        'validate:namespaces CREATE namespaces sent-new/sent-new',
      ],
    ],
  ])('%s', async (_sentence, method, path, body, calls) => {
    taken();
    await send(method, path, body);
    expect(taken()).toEqual(calls);
  });

  test('a namespace through finalize', async () => {
    const path = '/api/v1/namespaces/sent-plain';
    const { body } = await cluster.call('admin', path);
    taken();
    const unchanged = await cluster.call('admin', `${path}/finalize`, { method: 'PUT', body });
    expect({ status: unchanged.status, sent: taken() }).toEqual({ status: 200, sent: [] });
    const relabelled = JSON.parse(
      JSON.stringify(unchanged.body).replace('"any":"x"', '"any":"y"'),
    ) as unknown;
    const changed = await cluster.call('admin', `${path}/finalize`, { method: 'PUT', body: relabelled });
    expect({ status: changed.status, sent: taken() }).toEqual({
      status: 200,
      sent: ['validate:namespaces UPDATE namespaces/finalize sent-plain/sent-plain'],
    });
  });

  test('a namespace is deleted with everything in it, and only the floor is asked for', async () => {
    await send('POST', policies('sent-tenant'), policy('bulkhead-floor'));
    await send('POST', policies('sent-tenant'), policy('other'));
    await send('DELETE', `${pods('sent-tenant')}?gracePeriodSeconds=0`);
    taken();
    const deleted = await cluster.kubectl('admin', ['delete', 'namespace', 'sent-tenant', '--timeout=60s']);
    expect(deleted).toMatchObject({ code: 0 });
    expect(new Set(taken())).toEqual(new Set(['validate:elsewhere DELETE networkpolicies sent-tenant']));
  });
});

/** Each entry sends to the recorder under its own name. */
function toRecorder(configuration: WebhookConfiguration): WebhookConfiguration {
  const door = configuration.kind === 'MutatingWebhookConfiguration' ? 'mutate' : 'validate';
  const webhooks = configuration.webhooks.map((entry) => {
    const url = (stringAt(entry, 'clientConfig', 'url') ?? '').replace(/\/[a-z]+$/, '');
    const name = (stringAt(entry, 'name') ?? '').split('.')[0] ?? '';
    const caBundle = stringAt(entry, 'clientConfig', 'caBundle');
    return { ...entry, clientConfig: { url: `${url}/${door}:${name}`, caBundle } };
  });
  return { ...configuration, webhooks };
}
