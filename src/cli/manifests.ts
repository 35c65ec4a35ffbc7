/** What the commands that look at manifests share: their options, and the inventory that the manifests make. */
import type { Command } from '@commander-js/extra-typings';
import { describe } from '../config/issue.ts';
import { readPaths } from '../config/paths.ts';
import { readInventory } from '../netpol/inventory/inventory.ts';
import type { Inventory } from '../netpol/inventory/inventory.ts';
import type { ReachabilityOptions } from '../netpol/reach/reachability.ts';
import { tellIssues, tellWarning } from './diagnostics.ts';
import type { Terminal } from './terminal.ts';

/** Adds what decides how manifests are read and policies meant. */
export const withManifests = <A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) =>
  command
    .option('-n, --namespace <name>', 'where objects without a namespace go', 'default')
    .option('--pod-ips-unmatched', 'an ipBlock does not match pods by their addresses, as with Cilium');

export interface ManifestOptions {
  readonly namespace: string;
  readonly podIpsUnmatched?: true | undefined;
}

/** What help says about manifests. */
export const aboutManifests = `
Manifests are files, directories, or - for standard input: YAML of any number of documents, JSON, and Lists. Namespaces, NetworkPolicies, Pods
and workloads (Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob) are read, other kinds passed over. A
workload counts as one pod with the workload's name, unless the pods that it made are there too. Addresses outside the cluster are told as
CIDRs; no policy binds them, so only the pod's side counts.`;

export const optionsOf = ({ podIpsUnmatched }: ManifestOptions): ReachabilityOptions => ({
  ipBlockMatchesPods: podIpsUnmatched !== true,
});

/** Reads manifests; undefined where something is wrong, which has then been told. Warnings are told too. */
export async function inventoryFrom(
  paths: readonly string[],
  { namespace }: ManifestOptions,
  terminal: Terminal,
): Promise<Inventory | undefined> {
  const documents = await readPaths(paths, terminal);
  const read = documents.ok ? readInventory(documents.value, { defaultNamespace: namespace }) : documents;
  if (!read.ok) {
    tellIssues(read.issues, terminal);
    return undefined;
  }
  for (const warning of read.value.warnings) tellWarning(describe(warning), terminal);
  if (read.value.pods.length === 0) {
    tellWarning('the manifests hold no Pod and no workload, so there is nobody to ask about', terminal);
  }
  return read.value;
}
