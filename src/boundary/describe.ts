/** Says in one line of ASCII what a peer, a rule or a limit is, for messages that people read. */
import type { LabelSelector } from '../k8s/labelSelector.ts';
import type { Direction, PolicyPort } from '../k8s/networkPolicy.ts';
import type { Limit } from './limit.ts';
import type { LimitPeer, LimitRule } from './limitRule.ts';

/** A text cut to `most` characters of printable ASCII, so that nothing a user wrote can break or forge a line. */
export function plain(text: string, most = 120): string {
  const ascii = text.replace(/[^\x20-\x7e]/g, '?');
  return ascii.length <= most ? ascii : `${ascii.slice(0, most - 3)}...`;
}

/** `{app=web, tier in (a, b), !x}`; `{}` selects everything. */
export function describeSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const parts = [
    ...[...matchLabels].map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(', ')})`;
    }),
  ];
  return plain(`{${parts.join(', ')}}`);
}

/** A peer of a policy or a limit. */
export function describePeer(peer: LimitPeer): string {
  if (peer.kubeAPI === true) return 'kubeAPI';
  if (peer.ipBlock !== undefined) {
    const { cidr, except } = peer.ipBlock;
    return plain(`ipBlock ${cidr}${except.length === 0 ? '' : ` except ${except.join(', ')}`}`);
  }
  const parts = [
    peer.sameLabels === undefined ? [] : [`sameLabels [${peer.sameLabels.join(', ')}]`],
    peer.namespaceSelector === undefined
      ? []
      : [`namespaceSelector ${describeSelector(peer.namespaceSelector)}`],
    peer.podSelector === undefined ? [] : [`podSelector ${describeSelector(peer.podSelector)}`],
  ];
  return plain(parts.flat().join(' and '));
}

/** `TCP 80-90, UDP`; empty where every port is meant. */
export function describePorts(ports: readonly PolicyPort[]): string {
  return ports
    .map(({ protocol, port, endPort }) => {
      if (port === undefined) return protocol;
      return `${protocol} ${port}${endPort === undefined || endPort === port ? '' : `-${endPort}`}`;
    })
    .join(', ');
}

/** A rule: `egress to 169.254.0.0/16 on TCP 80`. */
export function describeRule(rule: LimitRule, direction: Direction): string {
  const way = direction === 'Egress' ? 'egress to' : 'ingress from';
  const peers = rule.peers.length === 0 ? 'anywhere' : rule.peers.map(describePeer).join(', ');
  const ports = rule.ports.length === 0 ? '' : ` on ${describePorts(rule.ports)}`;
  const subject = rule.appliesTo === undefined ? '' : ` for pods ${describeSelector(rule.appliesTo)}`;
  const by = rule.exception === undefined ? '' : ` by exception ${rule.exception}`;
  return plain(`${way} ${peers.replaceAll('ipBlock ', '')}${ports}${subject}${by}`, 200);
}

const longestLimit = 300;

/** What a limit allows, in one line. */
export function describeLimit({ rules, direction }: Limit): string {
  if (rules.length === 0) return `no ${direction.toLowerCase()} at all`;
  let text = '';
  for (const rule of rules) {
    text += `${text === '' ? 'only ' : '; '}${describeRule(rule, direction)}`;
    if (text.length > longestLimit) break;
  }
  return plain(text, longestLimit);
}

/** `spec.egress[0].to[1]` for `/spec/egress/0/to/1`, as kubectl users know field paths. */
export const fieldPath = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => (/^[0-9]+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
