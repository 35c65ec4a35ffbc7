/** The way to one API server: its address, and TLS and credentials for each request, from a kubeconfig or from the pod's ServiceAccount. */
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { readBytes } from '../config/documents.ts';
import { pathCodes } from '../config/codes.ts';
import type { Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import { stringAt } from '../k8s/json.ts';
import { clusterCodes } from './failure.ts';
import type { ClusterCode } from './failure.ts';

export interface Access {
  /** `https://…` without a slash at the end; may have a path. */
  readonly server: string;
  /** The namespace that Bulkhead runs in; known only inside a cluster. */
  readonly ownNamespace: string | undefined;
  /** TLS options and headers for one request. Tokens and files are read anew, for they rotate; rejects where that fails. */
  readonly authorize: () => Promise<Authorization>;
}

/** What makes one request ours. An agent stands in `tls` only where a proxy needs its own. */
export interface Authorization {
  readonly tls: RequestOptions;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where the kubelet puts what a pod needs to speak to its API server. */
export const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Claims that this process runs in a pod that may speak to its cluster. Loads nothing. */
export const inCluster = (environment: Environment): boolean =>
  environment['KUBERNETES_SERVICE_HOST'] !== undefined &&
  environment['KUBERNETES_SERVICE_PORT'] !== undefined;

/** The client library takes half a second to load, so only a start that has a cluster pays for it. */
const library = async (): Promise<KubeConfig> => new (await import('@kubernetes/client-node')).KubeConfig();

const refuse = <T>(code: ClusterCode, message: string, file?: string): Read<T> =>
  unsound([{ code, message, ...(file === undefined ? {} : { file }) }]);

/**
 * Reads a kubeconfig's current context, or the one that is named, as kubectl does. Codes: `path.missing`, `path.unreadable`, `cluster.kubeconfig`,
 * `cluster.insecure` (facts that decide about admission must come from an API server that proves who it is).
 */
export async function fromKubeconfig(file: string, named?: string): Promise<Read<Access>> {
  const bytes = await readFile(file).catch((error: unknown) => errorCode(error));
  if (typeof bytes === 'string') {
    const missing = bytes === 'ENOENT';
    const code = missing ? pathCodes.missing : pathCodes.unreadable;
    return unsound([
      { code, file, message: missing ? 'no such file; give a kubeconfig' : `cannot be read (${bytes})` },
    ]);
  }
  const text = readBytes(bytes, file);
  if (!text.ok) return text;
  const config = await library();
  try {
    config.loadFromString(new TextDecoder().decode(bytes));
    config.makePathsAbsolute(dirname(resolve(file)));
  } catch {
    // The library's messages quote the file, which holds credentials.
    return refuse(
      clusterCodes.kubeconfig,
      'is no kubeconfig: clusters, users and contexts must be lists of named entries',
      file,
    );
  }
  if (named !== undefined) config.setCurrentContext(named);
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) {
    return refuse(
      clusterCodes.kubeconfig,
      named === undefined
        ? 'names no current-context that it defines; set one with kubectl config use-context'
        : 'defines no context of that name; kubectl config get-contexts lists them',
      file,
    );
  }
  if (config.getCurrentCluster() === null || config.getCurrentUser() === null) {
    return refuse(
      clusterCodes.kubeconfig,
      'has a current context whose cluster or user it does not define',
      file,
    );
  }
  return toAccess(config, undefined, file);
}

/** The pod's own cluster, by its ServiceAccount. Codes: `cluster.absent`, `cluster.insecure`. */
export async function fromPod(
  environment: Environment,
  directory: string = accountDirectory,
): Promise<Read<Access>> {
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'];
  if (host === undefined || port === undefined) {
    return refuse(
      clusterCodes.absent,
      'this process runs in no cluster (KUBERNETES_SERVICE_HOST is not set); give --kubeconfig FILE',
    );
  }
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => undefined);
  if (namespace === undefined) {
    return refuse(
      clusterCodes.absent,
      "the pod's ServiceAccount token is not mounted; set automountServiceAccountToken: true",
      directory,
    );
  }
  const config = await library();
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const tokenFile = join(directory, 'token');
  config.loadFromOptions({
    clusters: [{ name: 'own', server, caFile: join(directory, 'ca.crt'), skipTLSVerify: false }],
    users: [{ name: 'own', authProvider: { name: 'tokenFile', config: { tokenFile } } }],
    contexts: [{ name: 'own', cluster: 'own', user: 'own' }],
    currentContext: 'own',
  });
  return toAccess(config, namespace.trim(), directory);
}

function toAccess(config: KubeConfig, ownNamespace: string | undefined, file: string): Read<Access> {
  const cluster = config.getCurrentCluster();
  if (cluster === null || !URL.canParse(cluster.server)) {
    return refuse(clusterCodes.kubeconfig, 'has a server that is no URL', file);
  }
  if (!cluster.server.startsWith('https://')) {
    return refuse(
      clusterCodes.insecure,
      'has a server without TLS; anybody on the way could forge the labels of namespaces, so use https://',
      file,
    );
  }
  if (cluster.skipTLSVerify) {
    return refuse(
      clusterCodes.insecure,
      'says insecure-skip-tls-verify; remove it and give certificate-authority-data, for labels of namespaces must be the real ones',
      file,
    );
  }
  const proxied = cluster.proxyUrl !== undefined;
  return sound({
    server: cluster.server.replace(/\/+$/, ''),
    ownNamespace,
    authorize: async () => {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const { agent, headers, ...rest } = options;
      return { tls: proxied && agent !== undefined ? { ...rest, agent } : rest, headers: trimmed(headers) };
    },
  });
}

/** A token file may end in a line break, which no header may hold. */
const trimmed = (headers: RequestOptions['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value).trim()]));

/** The system's own word for what went wrong, such as ENOENT. */
export const errorCode = (error: unknown): string => stringAt(error, 'code') ?? 'unknown';
