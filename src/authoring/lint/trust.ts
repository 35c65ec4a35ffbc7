/** Lints what a Boundary trusts: pod labels that anybody may write. Namespace labels that it uses are protected by being used. */
import type { Boundary } from '../../boundary/boundary.ts';
import { allRules } from '../../boundary/boundary.ts';
import type { LimitPeer } from '../../boundary/limitRule.ts';
import type { Document, Part } from '../../config/document.ts';
import { escapeToken } from '../../config/pointer.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import * as cubes from '../../netpol/cube.ts';
import { among, within } from '../../netpol/valueSet.ts';
import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';

/** What nobody but administrators may write. */
export interface Protection {
  readonly podLabels: ReadonlySet<string>;
  readonly namespaceLabels: ReadonlySet<string>;
  readonly exemptNamespaces: ReadonlySet<string>;
}

/** Every pod label that a rule of the Boundary trusts and that is not protected, where it stands. */
export function lintTrust(
  document: Document,
  boundary: Boundary,
  { podLabels, exemptNamespaces }: Protection,
): readonly Finding[] {
  return allRules(boundary).flatMap((rule) => [
    ...unprotectedKeys(rule.appliesTo, `${rule.field}/appliesTo`, podLabels).map(told),
    ...rule.peers.flatMap((peer) =>
      isExempt(peer, exemptNamespaces)
        ? []
        : unprotectedKeys(peer.podSelector, `${peer.field}/podSelector`, podLabels).map(told),
    ),
  ]);

  function told({ key, pointer, part }: Key): Finding {
    const message = `the pod label "${key.slice(0, 80)}" is not protected: whoever may create pods there can write it; name it in tenancy.protectedPodLabels of the configuration (lint takes it from --config)`;
    const finding = { severity: 'warning', code: 'boundary.unprotectedPodLabel', message } as const;
    return findingAt(document, pointer, finding, part);
  }
}

/** What administrators' own namespaces hold is theirs to label. */
function isExempt({ namespaceSelector }: LimitPeer, exempt: ReadonlySet<string>): boolean {
  const names = namespaceSelector && cubes.cubeOf(namespaceSelector, cubes.everyNamespace)?.get(nameLabel);
  return names !== undefined && within(names, among(exempt));
}

/** A label key of a selector that is not among the protected ones. */
export interface Key {
  readonly key: string;
  readonly pointer: string;
  readonly part: Part;
}

/** The keys of a selector that are not protected, each with its pointer. */
export function unprotectedKeys(
  selector: LabelSelector | undefined,
  pointer: string,
  known: ReadonlySet<string>,
): readonly Key[] {
  if (selector === undefined) return [];
  const keys: readonly Key[] = [
    ...[...selector.matchLabels.keys()].map((key) => ({
      key,
      pointer: `${pointer}/matchLabels/${escapeToken(key)}`,
      part: 'key' as const,
    })),
    ...selector.matchExpressions.map(({ key }, index) => ({
      key,
      pointer: `${pointer}/matchExpressions/${index}/key`,
      part: 'value' as const,
    })),
  ];
  return keys.filter(({ key }) => !known.has(key));
}
