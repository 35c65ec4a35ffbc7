/** Reads rules as a Boundary writes them, and the cluster whose addresses they speak of. */
import { expect } from '@jest/globals';
import { parse } from 'yaml';
import { Decoder } from '../../../src/k8s/decoder.ts';
import { isObject, listAt, ownAt } from '../../../src/k8s/json.ts';
import { decodeSelector } from '../../../src/k8s/labelSelector.ts';
import { decodePeerSelectors, decodePorts } from '../../../src/k8s/networkPolicyDecode.ts';
import type { ClusterRanges, LimitRule } from '../../../src/netpol/concrete/limit.ts';

export const ranges: ClusterRanges = {
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: ['192.168.0.0/24'],
  apiServer: { cidrs: ['192.168.0.2/32'], ports: [{ protocol: 'TCP', port: 6443 }] },
};

/** Reads rules as a Boundary writes them; `sameLabels`, `kubeAPI` and `appliesTo` are the fields a NetworkPolicy does not have. */
export function rules(text: string, peers: 'from' | 'to'): readonly LimitRule[] {
  const decoder = new Decoder();
  const document: unknown = parse(text);
  const read = (Array.isArray(document) ? document : []).map((rule: unknown): LimitRule => {
    const appliesTo = ownAt(rule, 'appliesTo');
    return {
      peers: listAt(rule, peers).map((peer) => {
        const sameLabels = listAt(peer, 'sameLabels').map(String);
        const plain =
          isObject(peer) && ('podSelector' in peer || 'namespaceSelector' in peer || 'ipBlock' in peer);
        return {
          ...(plain ? decodePeerSelectors(decoder, peer, '', true) : {}),
          ...(sameLabels.length > 0 ? { sameLabels } : {}),
          ...(ownAt(peer, 'kubeAPI') === true ? { kubeAPI: true } : {}),
        };
      }),
      ports: decodePorts(decoder, ownAt(rule, 'ports'), ''),
      ...(appliesTo === undefined ? {} : { appliesTo: decodeSelector(decoder, appliesTo, '') }),
    };
  });
  expect(decoder.issues).toEqual([]);
  return read;
}
