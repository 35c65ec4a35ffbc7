/** Sorts documents by what they are: the kinds that decide who can talk to whom, those that would but are not understood, and the rest. */

/** Kinds that become namespaces, policies and pods. */
export type InventoryKind = 'Namespace' | 'NetworkPolicy' | 'Pod' | WorkloadKind;

export type WorkloadKind =
  'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'ReplicationController' | 'Job' | 'CronJob';

const apiVersions: ReadonlyMap<InventoryKind, string> = new Map([
  ['Namespace', 'v1'],
  ['Pod', 'v1'],
  ['ReplicationController', 'v1'],
  ['NetworkPolicy', 'networking.k8s.io/v1'],
  ['Deployment', 'apps/v1'],
  ['StatefulSet', 'apps/v1'],
  ['DaemonSet', 'apps/v1'],
  ['ReplicaSet', 'apps/v1'],
  ['Job', 'batch/v1'],
  ['CronJob', 'batch/v1'],
]);

/** API groups that hold Kubernetes' own versions of the kinds above; a kind of the same name in any other group is somebody else's. */
const ownGroups: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'extensions', 'networking.k8s.io']);

/** Groups whose policies join with NetworkPolicies (semantics.md 1.4, 1.5): with one of them about, every answer would be a guess. */
const policyGroups: ReadonlySet<string> = new Set([
  'cilium.io',
  'crd.projectcalico.org',
  'projectcalico.org',
  'policy.networking.k8s.io',
  'crd.antrea.io',
  'k8s.ovn.org',
  'k8s.cni.cncf.io',
]);

export type Sorted =
  | { readonly is: 'read'; readonly kind: InventoryKind }
  | { readonly is: 'passedOver' }
  | {
      readonly is: 'refused';
      readonly field: '/apiVersion' | '/kind';
      readonly code: string;
      readonly message: string;
    };

/** Tells what to do with a document of this apiVersion and kind. */
export function sortKind(apiVersion: string, kind: string): Sorted {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  if (policyGroups.has(group ?? '') && /Policy$|^EgressFirewall$/.test(kind)) {
    const message = `${kind} of ${group ?? ''} decides about connections too and is not modelled; only networking.k8s.io/v1 NetworkPolicy is`;
    return { is: 'refused', field: '/kind', code: 'inventory.otherPolicy', message };
  }
  const known = [...apiVersions].find(([name]) => name === kind);
  if (known === undefined || !ownGroups.has(group ?? '')) return { is: 'passedOver' };
  if (known[1] === apiVersion) return { is: 'read', kind: known[0] };
  const message = `a ${kind} has apiVersion ${known[1]}, not "${apiVersion.slice(0, 80)}"`;
  return { is: 'refused', field: '/apiVersion', code: 'inventory.apiVersion', message };
}
