// Bulkhead's own kinds in the running control plane: installed as the chart installs them, and emptied after a test.
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';

const folder = join(import.meta.dirname, '..', '..', 'charts', 'bulkhead', 'crds');
const plurals = ['boundaries', 'guardrailpolicies', 'namespacerecords'] as const;

/** Makes the product's own namespace, applies the CustomResourceDefinitions and waits until they are served. To be called before a replica starts. */
export async function installKinds(cluster: Cluster): Promise<void> {
  // Where the product's own ServiceAccount lives, and with it the Leases.
  const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bulkhead-system' } };
  await done(cluster, ['apply', '-f', '-'], own);
  // Replicas that an earlier file killed would be waited for, for they are missed after 90 s only.
  await done(cluster, ['--namespace=bulkhead-system', 'delete', 'leases', '--all']);
  await done(cluster, ['apply', '--server-side', '-f', folder]);
  for (const plural of [...plurals, 'guardrailexceptions'])
    await eventually(`${plural} are served`, async () => {
      const { status } = await cluster.call('admin', `/apis/bulkhead.dev/v1alpha1/${plural}`);
      return status === 200;
    });
}

/** Deletes every rule and record, so that the next file begins without. Who was registered may be asked a moment longer, hence more than one try. */
export async function removeRules(cluster: Cluster): Promise<void> {
  for (const plural of plurals)
    await eventually(`no ${plural} are left`, () => done(cluster, ['delete', plural, '--all']));
  await eventually('no exceptions are left', () =>
    done(cluster, ['delete', 'guardrailexceptions', '--all', '--all-namespaces']),
  );
}

async function done(cluster: Cluster, args: readonly string[], stdin?: object): Promise<true> {
  const { code, stderr } = await cluster.kubectl('admin', args, { stdin });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return true;
}
