/** `pods.secondaryNetworks`, the part in a Pod's spec: devices and claims that may be network interfaces. */
import type { Pod } from '../../../k8s/pod.ts';
import type { NamedField } from '../../../k8s/podContainer.ts';
import type { Guards } from '../context.ts';
import type { Finding } from '../finding.ts';
import { matchesKey } from '../guardedAnnotations.ts';
import { quoted, quotedKey } from '../text.ts';

/** Extended resources of this prefix are resource claims by another name (KEP-5004, on by default since Kubernetes 1.36). */
const claimedResources = 'deviceclass.resource.kubernetes.io/';

/** Resource claims, and extended resources that the configuration lists or that stand for a claim. */
export function attachedDeviceFindings(pod: Pod, guards: Guards): readonly Finding[] {
  const attaches = ({ name }: NamedField): boolean =>
    name.startsWith(claimedResources) || matchesKey(guards.extendedResources, name);
  return [
    ...pod.resourceClaims.map((claim) => claimed(claim, 'pod')),
    ...pod.resources.filter(attaches).map((resource) => requested(resource, 'pod')),
    ...pod.containers.flatMap(({ identity, claims, resources }) => [
      ...claims.map((claim) => claimed(claim, identity)),
      ...resources.filter(attaches).map((resource) => requested(resource, identity)),
    ]),
  ];
}

const claimed = ({ name, field }: NamedField, owner: string): Finding => ({
  identity: `claim ${name} ${owner}`,
  field,
  message: () =>
    `resource claim ${quoted(name)} may attach a network on which NetworkPolicies do not hold; remove it`,
});

const requested = ({ name, field }: NamedField, owner: string): Finding => ({
  identity: `resource ${name} ${owner}`,
  field,
  message: () =>
    `resource ${quotedKey(name)} attaches a network on which NetworkPolicies do not hold; remove it from requests and limits`,
});
