// `helm test`: one pod of the same image that asks the Service as API servers do.
import { expect, test } from '@jest/globals';
import { at, listAt, only } from './helm.ts';
import type { Values } from './helm.ts';
import { withHelm } from './withHelm.ts';

withHelm('helm test', (helm) => {
  const authority = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  test('asks at the Service, trusting the mounted authority, with no right in the cluster', async () => {
    const rendered = await helm.render({}, 'walls');
    const pod = only(rendered, 'Pod');
    expect(at(pod, 'metadata', 'annotations')).toEqual({
      'helm.sh/hook': 'test',
      'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
    });
    expect(at(pod, 'spec', 'automountServiceAccountToken')).toBe(false);
    const container = at(pod, 'spec', 'containers', 0);
    expect(at(container, 'args')).toEqual([
      'webhooks',
      '--check',
      '--service=walls/bulkhead:443',
      '--ca=/etc/bulkhead-ca/ca.crt',
    ]);
    const server = at(only(rendered, 'Deployment'), 'spec', 'template', 'spec');
    expect(at(container, 'image')).toBe(at(server, 'containers', 0, 'image'));
    expect(at(container, 'securityContext')).toEqual(at(server, 'containers', 0, 'securityContext'));
    expect(at(pod, 'spec', 'securityContext')).toEqual(at(server, 'securityContext'));
    expect(at(pod, 'spec', 'restartPolicy')).toBe('Never');
  });

  test.each<[string, Values, object]>([
    ['the Secret that Bulkhead keeps', {}, { secret: { secretName: 'bulkhead-certificates' } }],
    [
      'the Secret of cert-manager',
      { certificates: { mode: 'certManager' } },
      { secret: { secretName: 'bulkhead-tls' } },
    ],
    [
      'the values',
      { certificates: { mode: 'secret', secretName: 'mine', caBundle: authority } },
      { configMap: { name: 'bulkhead-configuration' } },
    ],
  ])('has the authority from %s', async (_where, values, source) => {
    const rendered = await helm.render(values);
    const [volume] = listAt(only(rendered, 'Pod'), 'spec', 'volumes');
    expect(volume).toMatchObject(source);
    if ('configMap' in source)
      expect(at(only(rendered, 'ConfigMap', 'bulkhead-configuration'), 'data', 'ca.crt')).toBe(authority);
  });

  test.each<[string, Values]>([
    ['clients must show a certificate', { configuration: { server: { clientCA: '/etc/ca.crt' } } }],
    ['nothing is registered', { webhooks: { enabled: false } }],
  ])('is left out where %s', async (_why, values) => {
    expect((await helm.render(values)).filter(({ kind }) => kind === 'Pod')).toEqual([]);
  });
});
