// A kubeconfig of the administrator by way of another port, such as one that can be cut.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';

/** Writes it, and answers its path. */
export async function kubeconfigBy(
  { connection }: Pick<Cluster, 'connection'>,
  port: number,
): Promise<string> {
  const file = join(connection.folder, `by-${port}.kubeconfig`);
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(connection.authority).toString('base64'),
  };
  const document = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: connection.tokens['admin'] } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(file, JSON.stringify(document), { mode: 0o600 });
  return file;
}
