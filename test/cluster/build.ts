// `npm run cluster:build`: builds what no test may build unasked, once, into the cache; `--helm` adds Helm, `--promtool` Prometheus' promtool.
import { findAssets, findHelm, findPromtool } from './assets.ts';
import { artifact } from './artifacts.ts';
import type { ArtifactName } from './artifacts.ts';
import { build, cacheFolder } from './cache.ts';

const tell = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);

async function needed(): Promise<readonly ArtifactName[]> {
  const names: ArtifactName[] = [];
  const assets = await findAssets(process.env);
  if (assets.found) tell(`control plane found in ${assets.source}`);
  else names.push('etcd', 'kubernetes');
  if (process.argv.includes('--helm') && (await findHelm(process.env)) === undefined) names.push('helm');
  if (process.argv.includes('--promtool') && (await findPromtool(process.env)) === undefined)
    names.push('promtool');
  return names;
}

for (const name of await needed()) {
  const built = await build(artifact(name), cacheFolder(process.env), tell);
  if (!built.built) {
    tell(`${name} cannot be built: ${built.reason}`);
    tell('Install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver,');
    tell('kube-controller-manager and kubectl 1.36.');
    process.exitCode = 1;
    break;
  }
  tell(`${name} is in ${built.folder}`);
}
