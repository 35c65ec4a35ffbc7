/** The rules by which a Boundary judges a Pod: which setting decides, and what finds fault. */
import type { Action } from '../../../k8s/violation.ts';
import type { Pod, PodPart } from '../../../k8s/pod.ts';
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
  /** Which part of the Pod it reads: only rules about metadata apply to `pods/status`. */
  readonly reads: PodPart;
  readonly action: (boundary: GuardingBoundary) => Action | 'Allow';
  readonly findings: (pod: Pod, boundary: GuardingBoundary, context: NamespacedContext) => readonly Finding[];
}

/** Rules about the spec. */
export const specRules: readonly PodRule[] = [
  {
    code: 'pods.hostNetwork',
    reads: 'whole',
    action: ({ pods }) => pods.hostNetwork,
    findings: hostNetworkFindings,
  },
  {
    code: 'pods.hostAccess',
    reads: 'whole',
    action: ({ pods }) => pods.hostAccess,
    findings: hostAccessFindings,
  },
  {
    code: 'pods.rawSockets',
    reads: 'whole',
    action: ({ pods }) => rawSocketsAction(pods.rawSockets),
    findings: rawSocketFindings,
  },
  {
    code: 'pods.secondaryNetworks',
    reads: 'whole',
    action: ({ pods }) => pods.secondaryNetworks,
    findings: (pod, _boundary, { guards }) => attachedDeviceFindings(pod, guards),
  },
  { code: 'pods.portNames', reads: 'whole', action: () => 'Deny', findings: portNameFindings },
];

/** The rule about stamped labels. */
export const stampRule: PodRule = {
  code: 'pods.stamp',
  reads: 'metadata',
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
    reads: 'metadata',
    action: (boundary) => actionFor(purpose, boundary),
    findings: (pod, _boundary, { guards }) => guardedFindings(pod.metadata.annotations, guards, purpose),
  };
}
