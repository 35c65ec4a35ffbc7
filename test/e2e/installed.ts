// The chart in the running control plane: rendered by Helm, applied with kubectl, its replicas run outside as its own ServiceAccount.
import type { Helm, Manifest, Values } from '../chart/helm.ts';
import { at } from '../chart/helm.ts';
import { startRelease } from '../chart/release.ts';
import type { Release, ServingPair } from '../chart/release.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { freePorts } from '../cluster/ports.ts';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';

export interface Installed {
  /** The objects of the release, and those of its hooks, by what the hook is for. */
  readonly rendered: readonly Manifest[];
  readonly hook: (when: string) => readonly Manifest[];
  readonly name: string;
  readonly home: string;
  readonly pair: ServingPair;
  /** Where API servers reach the first replica. */
  readonly url: string;
  /** Starts a replica; the first at that address, all others somewhere else. */
  readonly first: () => Promise<Release>;
  readonly another: () => Promise<Release>;
  /** Removes its objects and the registration. */
  readonly remove: () => Promise<void>;
}

/** Installs it into a namespace of its own, which must be there, with a certificate for loopback. */
export async function install(
  cluster: Cluster,
  helm: Helm,
  name: string,
  home: string,
  values: Values,
): Promise<Installed> {
  const [port = 0] = await freePorts(1);
  const url = `https://127.0.0.1:${port}`;
  const now = new Date();
  const authority = await makeAuthority('installed', now, 1);
  const serving = await makeServing(authority, name, ['127.0.0.1', `${name}.${home}.svc`], now, 1);
  const pair = { ...serving, authority: authority.certificate };
  const certificates = { mode: 'secret', secretName: 'given', caBundle: pair.authority };
  const all = await helm.render({ fullnameOverride: name, certificates, ...values }, home);
  const hookOf = (one: Manifest): unknown => at(one, 'metadata', 'annotations', 'helm.sh/hook');
  const rendered = all.filter((one) => hookOf(one) === undefined);
  const stdin = { apiVersion: 'v1', kind: 'List', items: rendered };
  const applied = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
  if (applied.code !== 0) throw new Error(`the chart was refused: ${applied.stderr}`);
  return {
    rendered,
    hook: (when) => all.filter((one) => hookOf(one) === when),
    name,
    home,
    pair,
    url,
    first: () => startRelease(cluster, rendered, { port, url, pair }),
    another: () => startRelease(cluster, rendered, { url, pair }),
    remove: async () => {
      for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
        await cluster.kubectl('admin', ['delete', kind, name, '--ignore-not-found']);
      await cluster.kubectl('admin', ['delete', '--ignore-not-found', '-f', '-'], { stdin });
    },
  };
}
