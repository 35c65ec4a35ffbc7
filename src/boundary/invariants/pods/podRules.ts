/** The rules by which a Boundary judges a Pod: which setting decides, and what finds fault. */
import type { Action } from '../../../k8s/violation.ts';
import type { Pod } from '../../../k8s/pod.ts';
import type { InvariantCode } from '../codes.ts';
import type { GuardingBoundary, NamespacedContext } from '../context.ts';
import { actionFor, guardedFindings } from '../guardedAnnotations.ts';
import type { GuardedPurpose } from '../guardedAnnotations.ts';
import type { Finding } from '../finding.ts';
import { hostAccessFindings } from './hostAccess.ts';
import { hostNetworkFindings } from './hostNetwork.ts';
import { portNameFindings } from './portNames.ts';
import { rawSocketFindings, rawSocketsAction } from './rawSockets.ts';
import { attachedDeviceFindings } from './secondaryNetworks.ts';
import { stampFindings, stampsOf } from './stamps.ts';

export interface PodRule {
  readonly code: InvariantCode;
  readonly action: (boundary: GuardingBoundary) => Action | 'Allow';
  readonly findings: (pod: Pod, boundary: GuardingBoundary, context: NamespacedContext) => readonly Finding[];
}

/** Rules about the spec: of a Pod whose metadata alone was read they find nothing. */
export const specRules: readonly PodRule[] = [
  {
    code: 'pods.hostNetwork',
    action: ({ pods }) => pods.hostNetwork,
    findings: hostNetworkFindings,
  },
  {
    code: 'pods.hostAccess',
    action: ({ pods }) => pods.hostAccess,
    findings: hostAccessFindings,
  },
  {
    code: 'pods.rawSockets',
    action: ({ pods }) => rawSocketsAction(pods.rawSockets),
    findings: rawSocketFindings,
  },
  {
    code: 'pods.secondaryNetworks',
    action: ({ pods }) => pods.secondaryNetworks,
    findings: (pod, _boundary, { guards }) => attachedDeviceFindings(pod, guards),
  },
  { code: 'pods.portNames', action: () => 'Deny', findings: portNameFindings },
];

/** The rule about stamped labels. */
export const stampRule: PodRule = {
  code: 'pods.stamp',
  action: () => 'Deny',
  findings: (pod, boundary, { namespace }) =>
    stampFindings(pod.metadata.labels, stampsOf([boundary], namespace)),
};

/** Rules about annotations, which the network plugin's own accounts need not keep. */
export const annotationRules: readonly PodRule[] = [
  annotationRule('pods.secondaryNetworks', 'network'),
  annotationRule('pods.addressRequests', 'address'),
  annotationRule('annotations.guarded', 'configured'),
];

function annotationRule(code: InvariantCode, purpose: GuardedPurpose): PodRule {
  return {
    code,
    action: (boundary) => actionFor(purpose, boundary),
    findings: (pod, _boundary, { guards }) => guardedFindings(pod.metadata.annotations, guards, purpose),
  };
}
