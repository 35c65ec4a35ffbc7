// Bulkhead's own kinds in the running control plane: installed as the chart installs them, and emptied after a test.
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';

const folder = join(import.meta.dirname, '..', '..', 'charts', 'bulkhead', 'crds');
const plurals = ['boundaries', 'guardrailpolicies', 'namespacerecords'] as const;

/** Applies the CustomResourceDefinitions and waits until they are served. To be called before a replica starts. */
export async function installKinds(cluster: Cluster): Promise<void> {
  // Replicas that an earlier file killed would be waited for, for they are missed after 90 s only.
  await cluster.kubectl('admin', ['--namespace=bulkhead-system', 'delete', 'leases', '--all']);
  const applied = await cluster.kubectl('admin', ['apply', '--server-side', '-f', folder]);
  if (applied.code !== 0) throw new Error(`the definitions were refused: ${applied.stderr}`);
  for (const plural of [...plurals, 'guardrailexceptions'])
    await eventually(`${plural} are served`, async () => {
      const { status } = await cluster.call('admin', `/apis/bulkhead.dev/v1alpha1/${plural}`);
      return status === 200;
    });
}

/** Deletes every rule and record, so that the next file begins without. */
export async function removeRules(cluster: Cluster): Promise<void> {
  await cluster.kubectl('admin', ['annotate', 'boundaries', '--all', 'bulkhead.dev/confirm-']);
  for (const plural of plurals) await cluster.kubectl('admin', ['delete', plural, '--all', '--wait=true']);
  await cluster.kubectl('admin', [
    'delete',
    'guardrailexceptions',
    '--all',
    '--all-namespaces',
    '--wait=true',
  ]);
}
