/** Rules of a Boundary after decoding: NetworkPolicy rules with `sameLabels`, `kubeAPI` and `appliesTo`. */
import type { Decoder } from '../k8s/decoder.ts';
import { ownAt } from '../k8s/json.ts';
import { decodeSelector } from '../k8s/labelSelector.ts';
import type { LabelSelector } from '../k8s/labelSelector.ts';
import type { Direction, IPBlock, PolicyPort } from '../k8s/networkPolicy.ts';
import { decodePeerSelectors, decodePorts } from '../k8s/networkPolicyDecode.ts';
import { isQualifiedName } from '../k8s/syntax.ts';

/** A peer; `sameLabels` stands for namespaces that carry the subject namespace's own values, `kubeAPI` for the configured API server. */
export interface LimitPeer {
  readonly field: string;
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: IPBlock;
  readonly sameLabels?: readonly string[];
  readonly kubeAPI?: boolean;
}

/** No peers means anybody; no ports means every port and protocol; `appliesTo` narrows the rule to some pods of the namespace. */
export interface LimitRule {
  readonly field: string;
  readonly peers: readonly LimitPeer[];
  readonly ports: readonly PolicyPort[];
  readonly appliesTo?: LabelSelector;
  /** The exception that allows it, where it is no rule of the Boundary itself. */
  readonly exception?: string;
}

/** Rules by direction. */
export type BothWays = { readonly [D in Direction]: readonly LimitRule[] };

/** Reads `{ingress, egress}`, the rules of both directions; one that is left out has none. */
export const decodeBothWays = (decoder: Decoder, value: unknown, pointer: string): BothWays => ({
  Ingress: decodeLimitRules(decoder, ownAt(value, 'ingress'), `${pointer}/ingress`, 'from'),
  Egress: decodeLimitRules(decoder, ownAt(value, 'egress'), `${pointer}/egress`, 'to'),
});

/** Reads the rules of one direction; `peers` is the field that names them. */
export function decodeLimitRules(
  decoder: Decoder,
  value: unknown,
  pointer: string,
  peers: 'from' | 'to',
): readonly LimitRule[] {
  return decoder.list(value, pointer).map((item, index) => {
    const field = `${pointer}/${index}`;
    const rule = decoder.object(item, field, [peers, 'ports', 'appliesTo']);
    const appliesTo = rule['appliesTo'];
    return {
      field,
      peers: decoder
        .list(rule[peers], `${field}/${peers}`)
        .map((peer, at) => decodeLimitPeer(decoder, peer, `${field}/${peers}/${at}`)),
      ports: decodePorts(decoder, rule['ports'], `${field}/ports`),
      ...(appliesTo === undefined || appliesTo === null
        ? {}
        : { appliesTo: decodeSelector(decoder, appliesTo, `${field}/appliesTo`) }),
    };
  });
}

/** Reads one peer of a limit. */
export function decodeLimitPeer(decoder: Decoder, value: unknown, field: string): LimitPeer {
  const object = decoder.object(value, field, [
    'podSelector',
    'namespaceSelector',
    'ipBlock',
    'sameLabels',
    'kubeAPI',
  ]);
  if (object['kubeAPI'] === true) {
    if (Object.keys(object).length > 1) {
      decoder.report('peer.mixed', field, 'kubeAPI stands alone in a peer; use two peers');
    }
    return { field, kubeAPI: true };
  }
  if (object['sameLabels'] === undefined || object['sameLabels'] === null) {
    return decodePeerSelectors(decoder, object, field, true);
  }
  const sameLabels = decoder.strings(object['sameLabels'], `${field}/sameLabels`);
  for (const key of sameLabels) {
    if (!isQualifiedName(key)) {
      decoder.report(
        'selector.key',
        `${field}/sameLabels`,
        `"${key.slice(0, 80)}" is no valid label key ([prefix/]name)`,
      );
    }
  }
  if (object['ipBlock'] !== undefined && object['ipBlock'] !== null) {
    decoder.report('peer.mixed', field, 'ipBlock may not stand beside sameLabels; use two peers');
  }
  const selected = object['podSelector'] ?? object['namespaceSelector'];
  if (selected === undefined) return { field, sameLabels };
  return { ...decodePeerSelectors(decoder, { ...object, ipBlock: undefined }, field, true), sameLabels };
}
