/** Lints the peers of a limit's rule: those that stand for nobody, with the reason, and those that stand for every namespace. */
import type { LimitPeer, LimitRule } from '../../boundary/limitRule.ts';
import type { Document } from '../../config/document.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import * as cubes from '../../netpol/cube.ts';
import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import type { Resolution } from './resolution.ts';
import { allowedBy, isNothing, onlyWith } from './resolution.ts';

/** What is wrong with the selectors and peers of one rule of a limit. */
export function idlePeers(
  document: Document,
  rule: LimitRule,
  direction: Direction,
  resolution: Resolution,
): readonly Finding[] {
  if (rule.appliesTo !== undefined && isImpossible(rule.appliesTo, cubes.everyPod)) {
    return [contradiction(document, `${rule.field}/appliesTo`, 'pod')];
  }
  return rule.peers.flatMap((peer) => {
    const selector = impossibleSelector(document, peer);
    if (selector !== undefined) return [selector];
    const meaning = allowedBy([onlyWith(rule, [peer])], direction, resolution);
    if (isNothing(meaning)) return [idle(document, peer)];
    return isAnyNamespace(peer) ? [anyNamespace(document, peer, direction)] : [];
  });
}

/** A selector of a peer that contradicts itself, also in `never` and in the floor. */
export function impossibleSelector(document: Document, peer: LimitPeer): Finding | undefined {
  const { field, podSelector, namespaceSelector } = peer;
  if (podSelector !== undefined && isImpossible(podSelector, cubes.everyPod))
    return contradiction(document, `${field}/podSelector`, 'pod');
  if (namespaceSelector !== undefined && isImpossible(namespaceSelector, cubes.everyNamespace))
    return contradiction(document, `${field}/namespaceSelector`, 'namespace');
  return undefined;
}

const isImpossible = (selector: LabelSelector, start: cubes.Cube): boolean =>
  cubes.cubeOf(selector, start) === undefined;

const contradiction = (document: Document, pointer: string, what: string): Finding =>
  findingAt(
    document,
    pointer,
    {
      severity: 'error',
      code: 'selector.contradiction',
      message: `the selector contradicts itself: no ${what} can ever satisfy all of it; remove one of the requirements`,
    },
    'key',
  );

/** Why a peer allows nothing, in the words of what it is. */
function idle(document: Document, peer: LimitPeer): Finding {
  const told = (code: string, message: string): Finding =>
    findingAt(document, peer.field, { severity: 'warning', code, message });
  if (peer.kubeAPI === true) {
    return told(
      'boundary.kubeAPIUnknown',
      'kubeAPI stands for nothing: the configuration does not name the API server; set cluster.apiServer.cidrs (lint takes it from --config)',
    );
  }
  if (peer.ipBlock !== undefined) {
    return told(
      'boundary.ipBlockIdle',
      `as a limit ${peer.ipBlock.cidr.slice(0, 64)} allows nothing: its addresses are all excepted, or all of them are pods, Services or nodes of the cluster by configuration; name those by selectors or kubeAPI`,
    );
  }
  return told(
    'boundary.matchesNothing',
    'no peer can match in any namespace that this Boundary selects: what the selectors ask for contradicts sameLabels or the namespaceSelector of the Boundary',
  );
}

const isAnyNamespace = ({ namespaceSelector, sameLabels }: LimitPeer): boolean =>
  namespaceSelector !== undefined &&
  sameLabels === undefined &&
  cubes.within(cubes.everyNamespace, cubes.cubeOf(namespaceSelector, cubes.everyNamespace) ?? new Map());

const anyNamespace = (document: Document, { field }: LimitPeer, direction: Direction): Finding =>
  findingAt(
    document,
    `${field}/namespaceSelector`,
    {
      severity: 'warning',
      code: 'boundary.anyNamespace',
      message: `the selector selects every namespace, so ${direction === 'Ingress' ? 'every other tenant may be let in' : 'every other tenant may be reached'}; use sameLabels, or name the namespaces`,
    },
    'key',
  );
