/** Guarded annotations of a Pod: who may set them, when, and through which subresource. */
import { describe, expect, test } from '@jest/globals';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import { goodPod, inNamespace, plugin, podCreated, podUpdated, told } from '../scene.ts';

describe('guarded annotations later', () => {
  const bare = goodPod();
  const with_ = (value: string): object =>
    goodPod({}, { annotations: { 'ovn.kubernetes.io/ip_address': value } });
  const found = 'pods.addressRequests /metadata/annotations/ovn.kubernetes.io~1ip_address';
  for (const subresource of ['', 'status', 'ephemeralcontainers', 'resize']) {
    test.each([
      ['setting one is denied', bare, with_('10.0.0.1'), [found]],
      ['changing one is denied', with_('10.0.0.1'), with_('10.0.0.2'), [found]],
      ['keeping one passes', with_('10.0.0.1'), with_('10.0.0.1'), []],
      ['removing one passes', with_('10.0.0.1'), bare, []],
    ])(`through pods/${subresource}, %s`, (_says, before, after, expected) => {
      const request = podUpdated(before, after, { subresource });
      expect(told(judgePod(request, inNamespace()))).toEqual(expected);
      const user = { username: plugin, groups: [] };
      expect(judgePod({ ...request, user }, inNamespace())).toEqual([]);
    });
  }

  test("the network plugin's account may set them at creation, and nothing else", () => {
    const user = { username: plugin, groups: [] };
    const pod = goodPod({ hostNetwork: true }, { annotations: { 'ovn.kubernetes.io/ip_address': 'x' } });
    expect(told(judgePod(podCreated(pod, { user }), inNamespace()))).toEqual([
      'pods.hostNetwork /spec/hostNetwork',
    ]);
    const other = { username: `${plugin}2`, groups: [] };
    expect(judgePod(podCreated(pod, { user: other }), inNamespace())).toHaveLength(2);
  });
});
