/** Which cluster a command is about: the one named on the command line, kubectl's own, or the pod's. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fromKubeconfig, fromPod, inCluster } from '../cluster/access.ts';
import type { Access } from '../cluster/access.ts';
import type { ApiServer } from '../cluster/apiServer.ts';
import { clusterCodes } from '../cluster/failure.ts';
import type { Read } from '../config/issue.ts';
import { unsound } from '../config/issue.ts';
import { tellIssues } from './diagnostics.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** What a command line says about the cluster. */
export interface NamedCluster {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

type Surroundings = Pick<Terminal, 'environment'>;

/**
 * The cluster that is named, in a pod its own, else undefined. For commands that must not fall upon whatever cluster kubectl last spoke to.
 * `--context` alone means kubectl's kubeconfig. Reads, but does not connect.
 */
export async function namedCluster(
  { kubeconfig, context }: NamedCluster,
  { environment }: Surroundings,
): Promise<Read<Access> | undefined> {
  if (kubeconfig !== undefined || context !== undefined)
    return fromKubeconfig(kubeconfig ?? usualKubeconfig(environment).file, context);
  return inCluster(environment) ? fromPod(environment) : undefined;
}

/**
 * The cluster that kubectl would take: the one named, that of KUBECONFIG or of ~/.kube/config, in a pod without either its own. Code where there is
 * none: `cluster.absent`. Of several files in KUBECONFIG the first that exists counts; they are not merged. Reads, but does not connect.
 */
export async function usualCluster(named: NamedCluster, surroundings: Surroundings): Promise<Read<Access>> {
  const { environment } = surroundings;
  const usual = usualKubeconfig(environment);
  const toBeRead = usual.exists || (environment['KUBECONFIG'] ?? '') !== '';
  const kubeconfig = named.kubeconfig ?? (toBeRead ? usual.file : undefined);
  const found = await namedCluster({ ...named, kubeconfig }, surroundings);
  if (found !== undefined) return found;
  const message = `no cluster is named: there is neither KUBECONFIG nor ${usual.file}; give --kubeconfig FILE`;
  return unsound([{ code: clusterCodes.absent, message }]);
}

/**
 * Runs the body of a command with a connection, which ends with it. Exit code 2 where there is no access, which is told. The client library is loaded
 * here: whoever does not come so far does not pay for it.
 */
export async function withApiServer(
  access: Read<Access>,
  terminal: Terminal,
  body: (server: ApiServer) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!access.ok) {
    tellIssues(access.issues, terminal);
    return 2;
  }
  const { apiServer } = await import('../cluster/apiServer.ts');
  const server = apiServer(access.value);
  try {
    return await body(server);
  } finally {
    server.stop();
  }
}

/** The kubeconfig that kubectl would read, and whether it is there. */
function usualKubeconfig(environment: Terminal['environment']): {
  readonly file: string;
  readonly exists: boolean;
} {
  const listed = environment['KUBECONFIG']?.split(delimiter).filter((path) => path !== '') ?? [];
  const files = listed.length > 0 ? listed : [join(environment['HOME'] ?? '', '.kube', 'config')];
  const there = files.find((file) => existsSync(file));
  return { file: there ?? files[0] ?? '', exists: there !== undefined };
}
