/** `bulkhead webhooks --delete`: removes both webhook configurations, which is how guarding ends; run when Bulkhead is uninstalled. */
import { registrationPaths } from '../../controllers/registration.ts';
import { namedCluster, withApiServer } from '../clusterAccess.ts';
import type { NamedCluster } from '../clusterAccess.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface DeletionOptions extends NamedCluster {
  readonly name: string;
}

const deleteMillis = 30_000;

/** That one is gone already is as good as done. Exit codes: 0; 2 without access; 3 where the API server does not do it. */
export async function deleteWebhooks(options: DeletionOptions, terminal: Terminal): Promise<ExitCode> {
  const access = await namedCluster(options, terminal);
  if (access === undefined) {
    terminal.stderr.write('error: no cluster is named; say which with --kubeconfig FILE\n');
    return 2;
  }
  return withApiServer(access, terminal, async (server) => {
    for (const [kind, path] of Object.entries(registrationPaths)) {
      const asked = await server.ask({
        method: 'DELETE',
        path: `${path}/${encodeURIComponent(options.name)}`,
        deadlineMillis: deleteMillis,
      });
      const gone = !asked.ok && asked.status === 404;
      if (!asked.ok && !gone) {
        terminal.stderr.write(`error: ${asked.failure.message}\n`);
        return 3;
      }
      terminal.stdout.write(`${kind} ${options.name}: ${gone ? 'not there' : 'deleted'}\n`);
    }
    return 0;
  });
}
