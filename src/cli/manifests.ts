/** What the commands that look at manifests share: their options, and the inventory that the manifests make. */
import type { Command } from '@commander-js/extra-typings';
import { describe, unsound } from '../config/issue.ts';
import type { Issue, Read } from '../config/issue.ts';
import { streamPaths } from '../config/paths.ts';
import { InventoryReading } from '../netpol/inventory/inventory.ts';
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
CIDRs; no policy binds them, so only the pod's side counts. Long texts are read item by item, JSON many times as fast as YAML.`;

export const optionsOf = ({ podIpsUnmatched }: ManifestOptions): ReachabilityOptions => ({
  ipBlockMatchesPods: podIpsUnmatched !== true,
});

/** Reads manifests; undefined where something is wrong, which has then been told. Warnings are told too. */
export async function inventoryFrom(
  paths: readonly string[],
  { namespace }: ManifestOptions,
  terminal: Terminal,
  manner: Manner = {},
): Promise<Inventory | undefined> {
  const read = await readManifests(paths, namespace, terminal, manner);
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

/** Whether places in policies will be asked for, for which their texts have to be kept. */
export interface Manner {
  readonly places?: boolean;
}

/** So many documents make no more than a few megabytes. */
const often = 1_000;

/** Reads manifests one document after the other, so that an export of a whole cluster finds room. */
export async function readManifests(
  paths: readonly string[],
  defaultNamespace: string,
  terminal: Pick<Terminal, 'stdin' | 'spareMemory'>,
  { places = false }: Manner = {},
): Promise<Read<Inventory>> {
  const collect = terminal.spareMemory();
  const reading = new InventoryReading({ defaultNamespace, places });
  const issues: Issue[] = [];
  let read = 0;
  for await (const document of streamPaths(paths, terminal)) {
    read += 1;
    if (read % often === 0) collect();
    if (document.ok) reading.add(document.value);
    else issues.push(...document.issues);
  }
  const inventory = reading.finish();
  collect();
  return issues.length === 0 ? inventory : unsound([...issues, ...(inventory.ok ? [] : inventory.issues)]);
}
