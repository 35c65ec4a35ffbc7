/** Guarded annotations of a Namespace, from which plugins read address pools. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../src/k8s/json.ts';
import { judgeNamespace } from '../../../../src/boundary/invariants/namespaces/judgeNamespace.ts';
import { boundary, namespaceCreated, namespaceUpdated, ofNamespace, plugin, tenant, told } from '../scene.ts';

describe('guarded annotations', () => {
  const annotated = (annotations: object): JsonObject => ({
    metadata: { name: 'shop', labels: { [tenant]: 'payments' }, annotations },
  });
  const pools = { 'cni.projectcalico.org/ipv4pools': '["a"]' };
  const found = 'annotations.guarded /metadata/annotations/cni.projectcalico.org~1ipv4pools';
  test.each([
    ['set at creation', namespaceCreated(annotated(pools)), [found]],
    ['set later', namespaceUpdated(annotated({}), annotated(pools)), [found]],
    [
      'changed through status',
      namespaceUpdated(annotated({ 'cni.projectcalico.org/ipv4pools': '[]' }), annotated(pools), {
        subresource: 'status',
      }),
      [found],
    ],
    ['kept', namespaceUpdated(annotated(pools), annotated({ ...pools, note: 'x' })), []],
    ['removed', namespaceUpdated(annotated(pools), annotated({})), []],
  ] as const)('%s', (_says, request, expected) => {
    const context = ofNamespace({ boundaries: [boundary()] });
    expect(told(judgeNamespace(request, context))).toEqual(expected);
    const user = { username: plugin, groups: ['team-payments'] };
    expect(judgeNamespace({ ...request, user }, context)).toEqual([]);
    expect(judgeNamespace(request, ofNamespace())).toEqual([]);
    const allows = ofNamespace({ boundaries: [boundary({ pods: { addressRequests: 'Allow' } })] });
    expect(judgeNamespace(request, allows)).toEqual([]);
  });
});
