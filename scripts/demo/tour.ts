/** Applies every example manifest as a developer of tenant payments would, and tells what kubectl printed. */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Cluster } from '../../test/cluster/cluster.ts';

/** Where the words go. */
export type Tell = (line: string) => void;

/** What came of the tour: `surprises` names the manifests that were not decided as their folder says. */
export interface Tour {
  readonly admitted: number;
  readonly refused: number;
  readonly surprises: readonly string[];
}

const root = join(import.meta.dirname, '..', '..');
const developer = 'dev-payments';

/** In this order: what is fine first. A folder named `bad` holds what is refused. */
const folders = ['examples/good', 'examples/tenancy/good', 'examples/bad', 'examples/tenancy/bad'];

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '    ');

/** Every manifest of every folder, one `kubectl apply` each; `interruption` ends it between two of them. */
export async function tour(cluster: Cluster, tell: Tell, interruption: AbortSignal): Promise<Tour> {
  let admitted = 0;
  const surprises: string[] = [];
  const manifests = await Promise.all(folders.map(manifestsOf));
  for (const file of manifests.flat()) {
    interruption.throwIfAborted();
    const shown = relative(root, file);
    const { code, stdout, stderr } = await cluster.kubectl(developer, ['apply', '-f', file]);
    tell(`\n${code === 0 ? 'ADMITTED' : 'REFUSED '}  kubectl apply -f ${shown}`);
    tell(indented(stdout + stderr.replaceAll(file, shown)));
    if (code === 0) admitted += 1;
    const denied = code !== 0 && stderr.includes('denied the request');
    if (shown.includes('/bad/') ? !denied : code !== 0) surprises.push(shown);
  }
  return { admitted, refused: manifests.flat().length - admitted, surprises };
}

async function manifestsOf(folder: string): Promise<readonly string[]> {
  const names = (await readdir(join(root, folder))).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => join(root, folder, name));
}

/** What was written into an ordinary pod of the examples on its way into the store. */
export async function showStored(cluster: Cluster, tell: Tell): Promise<void> {
  const args = ['--namespace', 'payments-prod', 'get', 'pod', 'api', '-o'];
  const fields = 'jsonpath={.metadata.labels}{"\\n"}{.spec.containers[*].securityContext}{"\\n"}';
  const { stdout } = await cluster.kubectl('admin', [...args, fields]);
  tell('\nSTORED    pod payments-prod/api: its labels and security context, with what Bulkhead wrote');
  tell(indented(stdout));
}
