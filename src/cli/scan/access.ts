/** Finds the cluster that a scan is about: the one named, that of the context named, or the pod's own. */
import { delimiter, join } from 'node:path';
import { fromKubeconfig, fromPod, inCluster } from '../../cluster/access.ts';
import type { Access } from '../../cluster/access.ts';
import type { Read } from '../../config/issue.ts';
import { unsound } from '../../config/issue.ts';
import type { Terminal } from '../terminal.ts';

interface Named {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** `--context` alone means the kubeconfig that kubectl would take: the first of KUBECONFIG, or ~/.kube/config. Reads, but does not connect. */
export async function accessFor(
  { kubeconfig, context }: Named,
  { environment }: Pick<Terminal, 'environment'>,
): Promise<Read<Access>> {
  const file = kubeconfig ?? (context === undefined ? undefined : usualKubeconfig(environment));
  if (file !== undefined) return fromKubeconfig(file, context);
  if (inCluster(environment)) return fromPod(environment);
  const message = 'nothing to scan; name files or directories, or a cluster with --kubeconfig FILE';
  return unsound([{ code: 'scan.nothing', message }]);
}

/** The kubeconfig that kubectl would take. */
export function usualKubeconfig(environment: Terminal['environment']): string {
  const named = environment['KUBECONFIG']?.split(delimiter).find((path) => path !== '');
  return named ?? join(environment['HOME'] ?? '', '.kube', 'config');
}
