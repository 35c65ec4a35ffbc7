// Finds the four binaries of a control plane: KUBEBUILDER_ASSETS, then PATH, then the cache; nothing is built here.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { artifact } from './artifacts.ts';
import { cached, cacheFolder } from './cache.ts';

const run = promisify(execFile);

/** The only minor version that the tests speak of; a newer one is a decision, not an accident. */
const minor = 'v1.36.';

export interface Binaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly kubectl: string;
}

export type Assets =
  | { readonly found: true; readonly source: string; readonly binaries: Binaries }
  | { readonly found: false; readonly reason: string };

async function printed(file: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(file, args, { timeout: 20_000 })).stdout;
  } catch {
    return '';
  }
}

/** What speaks against a set of binaries; undefined if nothing does. */
async function objection(binaries: Binaries): Promise<string | undefined> {
  const versions: readonly (readonly [string, readonly string[]])[] = [
    [binaries.apiServer, ['--version']],
    [binaries.controllerManager, ['--version']],
    [binaries.kubectl, ['version', '--client']],
  ];
  for (const [file, args] of versions) {
    const text = await printed(file, args);
    if (!text.includes(minor)) return `${file} is not ${minor}x: ${text.split('\n')[0] ?? ''}`;
  }
  const etcd = await printed(binaries.etcd, ['--version']);
  return etcd.startsWith('etcd Version: 3.') ? undefined : `${binaries.etcd} is not etcd 3`;
}

/** The first of the folders that has an executable of that name. */
function which(command: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}

async function complete(folders: readonly string[], source: string): Promise<Assets> {
  const etcd = which('etcd', folders);
  const apiServer = which('kube-apiserver', folders);
  const controllerManager = which('kube-controller-manager', folders);
  const kubectl = which('kubectl', folders);
  if (!etcd || !apiServer || !controllerManager || !kubectl) {
    const all = { etcd, 'kube-apiserver': apiServer, 'kube-controller-manager': controllerManager, kubectl };
    const missing = Object.entries(all).filter(([, file]) => file === undefined);
    return { found: false, reason: `${source} lacks ${missing.map(([command]) => command).join(', ')}` };
  }
  const binaries = { etcd, apiServer, controllerManager, kubectl };
  const reason = await objection(binaries);
  return reason === undefined ? { found: true, source, binaries } : { found: false, reason };
}

/**
 * Looks for a whole set in each place in turn. A place counts only if all four commands are there, Kubernetes' in version 1.36:
 * so the kubectl of a developer's machine alone never counts. The reason of a miss says what each place lacked.
 */
export async function findAssets(environment: NodeJS.ProcessEnv): Promise<Assets> {
  const cache = cacheFolder(environment);
  const given = environment['KUBEBUILDER_ASSETS'];
  const path = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const built = [artifact('etcd'), artifact('kubernetes')].flatMap((each) => cached(each, cache) ?? []);
  const places: readonly (readonly [folders: readonly string[], source: string])[] = [
    ...(given ? [[[given], `KUBEBUILDER_ASSETS (${given})`] as const] : []),
    [path, 'PATH'],
    [built, `the cache (${cache})`],
  ];
  const reasons: string[] = [];
  for (const [folders, source] of places) {
    const assets = await complete(folders, source);
    if (assets.found) return assets;
    reasons.push(assets.reason);
  }
  return { found: false, reason: reasons.join('; ') };
}

/** Helm 4 for the chart's tests: from PATH if it is one, else from the cache. */
export const findHelm = (environment: NodeJS.ProcessEnv): Promise<string | undefined> =>
  findTool('helm', environment, ['version', '--short'], 'v4.');

/** Prometheus' promtool for the tests of alerts and metrics: from PATH if it is version 3, else from the cache. */
export const findPromtool = (environment: NodeJS.ProcessEnv): Promise<string | undefined> =>
  findTool('promtool', environment, ['--version'], 'promtool, version 3.');

async function findTool(
  name: 'helm' | 'promtool',
  environment: NodeJS.ProcessEnv,
  version: readonly string[],
  expected: string,
): Promise<string | undefined> {
  const path = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = which(name, path);
  if (installed !== undefined && (await printed(installed, version)).startsWith(expected)) return installed;
  const folder = cached(artifact(name), cacheFolder(environment));
  return folder === undefined ? undefined : join(folder, name);
}
