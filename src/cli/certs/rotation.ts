/** `bulkhead certs --rotate`: asks the leader for a new authority, by an annotation on the Secret in which it keeps its certificates. */
import type { ApiServer } from '../../cluster/apiServer.ts';
import { pairAt, requestKey } from '../../controllers/certificates/held.ts';
import { isDnsLabel } from '../../k8s/syntax.ts';
import { usualCluster, withApiServer } from '../clusterAccess.ts';
import type { NamedCluster } from '../clusterAccess.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const askMillis = 30_000;

/**
 * Under the caller's own identity. Exit codes: 0; 2 where the name is none, nobody says which cluster, or the Secret holds no certificates; 3 where the
 * API server does not do it.
 */
export async function requestRotation(
  secret: string,
  named: NamedCluster,
  terminal: Terminal,
): Promise<ExitCode> {
  const [namespace = '', name = '', ...more] = secret.split('/');
  if (!isDnsLabel(namespace) || name === '' || more.length > 0) {
    terminal.stderr.write(`error: "${secret.slice(0, 200)}" names no Secret; write NAMESPACE/NAME\n`);
    return 2;
  }
  return withApiServer(await usualCluster(named, terminal), terminal, (server) =>
    annotate(server, namespace, name, terminal),
  );
}

async function annotate(
  server: ApiServer,
  namespace: string,
  name: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${encodeURIComponent(name)}`;
  const found = await server.ask({ path, deadlineMillis: askMillis });
  if (found.ok && pairAt(found.body, 'authority') === undefined) {
    terminal.stderr.write(
      `error: the Secret ${namespace}/${name} is not one in which Bulkhead keeps its certificates; see certificates.secret of its configuration\n`,
    );
    return 2;
  }
  const request = new Date().toISOString();
  const asked = found.ok
    ? await server.ask({
        method: 'PATCH',
        path,
        body: { metadata: { annotations: { [requestKey]: request } } },
        contentType: 'application/merge-patch+json',
        deadlineMillis: askMillis,
      })
    : found;
  if (!asked.ok) {
    terminal.stderr.write(`error: ${asked.failure.message}\n`);
    return 3;
  }
  terminal.stdout.write(
    `asked for a new authority in ${namespace}/${name}; its annotation bulkhead.dev/phase is Stable again in about four minutes\n`,
  );
  return 0;
}
