/** Writes a Boundary's rule as NetworkPolicy rules for one namespace: its own labels stand for `sameLabels`, addresses for `kubeAPI`. */
import { listAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Labels, LabelSelector } from '../../k8s/labelSelector.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import type { LimitPeer, LimitRule } from '../limitRule.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * The rules that mean the same in a floor: several where `kubeAPI` brings ports of its own, none where nobody can be meant (a label of `sameLabels`
 * that the namespace has not) and where the rule is for some pods only, which a floor for every pod cannot say.
 */
export function writtenRule(
  { peers, ports, appliesTo }: LimitRule,
  direction: Direction,
  labels: Labels,
  surroundings: Surroundings,
): readonly JsonObject[] {
  if (appliesTo !== undefined) return [];
  const key = direction === 'Ingress' ? 'from' : 'to';
  const written = ports.map(({ protocol, port, endPort }) => ({
    protocol,
    ...(port === undefined ? {} : { port }),
    ...(endPort === undefined ? {} : { endPort }),
  }));
  const withPorts = written.length === 0 ? {} : { ports: written };
  if (peers.length === 0) return [withPorts];
  const selected = peers.filter(({ kubeAPI }) => kubeAPI !== true).flatMap((peer) => toPeer(peer, labels));
  const servers = peers.some(({ kubeAPI }) => kubeAPI === true) ? surroundings.apiServer.cidrs : [];
  return [
    ...(selected.length === 0 ? [] : [{ [key]: selected, ...withPorts }]),
    ...(servers.length === 0
      ? []
      : [
          {
            [key]: servers.map((cidr) => ({ ipBlock: { cidr } })),
            ports: written.length === 0 ? surroundings.apiServer.portTexts.map(toPort) : written,
          },
        ]),
  ];
}

function toPeer(
  { ipBlock, podSelector, namespaceSelector, sameLabels }: LimitPeer,
  labels: Labels,
): JsonObject[] {
  if (ipBlock !== undefined) {
    const { cidr, except } = ipBlock;
    return [{ ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } }];
  }
  const pods = podSelector === undefined ? {} : { podSelector: toSelector(podSelector) };
  if (sameLabels === undefined) {
    const namespaces =
      namespaceSelector === undefined ? {} : { namespaceSelector: toSelector(namespaceSelector) };
    return [{ ...namespaces, ...pods }];
  }
  const own = sameLabels.map((key) => ({ key, operator: 'In', values: [labels.get(key) ?? ''] }));
  if (own.some(({ values }) => values.includes(''))) return [];
  const base = namespaceSelector === undefined ? {} : toSelector(namespaceSelector);
  const expressions = listAt(base, 'matchExpressions');
  return [{ namespaceSelector: { ...base, matchExpressions: [...expressions, ...own] }, ...pods }];
}

const toSelector = ({ matchLabels, matchExpressions }: LabelSelector): JsonObject => ({
  ...(matchLabels.size === 0 ? {} : { matchLabels: Object.fromEntries([...matchLabels].sort()) }),
  ...(matchExpressions.length === 0
    ? {}
    : {
        matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
          key,
          operator,
          ...(values.length === 0 ? {} : { values }),
        })),
      }),
});

function toPort(text: string): JsonObject {
  const [protocol = '', port = ''] = text.split('/');
  return { protocol, port: Number(port) };
}
