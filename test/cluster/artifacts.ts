// What the control plane is built of: which Go module under this folder yields which commands, in which version.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type ArtifactName = 'etcd' | 'kubernetes' | 'helm' | 'promtool';

/** A Go module of tools and the commands that are built from it. */
export interface Artifact {
  readonly name: ArtifactName;
  /** The folder that holds go.mod and go.sum. */
  readonly module: string;
  /** The version that go.mod pins, with its `v`. */
  readonly version: string;
  /** Command name to Go package. */
  readonly commands: ReadonlyMap<string, string>;
  readonly ldflags: string;
  /** Build tags, separated by commas. */
  readonly tags?: string;
  /** Names the artifact in a cache: differs whenever what is built differs. */
  readonly key: string;
}

interface Recipe {
  readonly pinned: string;
  readonly commands: readonly (readonly [command: string, goPackage: string])[];
  readonly ldflags: (version: string) => string;
  readonly tags?: string;
}

/** Kubernetes learns its version at link time only; without it kubectl and the API server report v0.0.0. */
function kubernetesVersionFlags(version: string): string {
  const variable = 'k8s.io/component-base/version';
  const [major = '', minor = ''] = version.slice(1).split('.');
  return `-s -w -X ${variable}.gitVersion=${version} -X ${variable}.gitMajor=${major} -X ${variable}.gitMinor=${minor}`;
}

const recipes: Readonly<Record<ArtifactName, Recipe>> = {
  etcd: {
    pinned: 'go.etcd.io/etcd/server/v3',
    commands: [['etcd', 'go.etcd.io/etcd/server/v3']],
    ldflags: () => '-s -w',
  },
  kubernetes: {
    pinned: 'k8s.io/kubernetes',
    commands: [
      ['kube-apiserver', 'k8s.io/kubernetes/cmd/kube-apiserver'],
      ['kube-controller-manager', 'k8s.io/kubernetes/cmd/kube-controller-manager'],
      ['kubectl', 'k8s.io/kubernetes/cmd/kubectl'],
    ],
    ldflags: kubernetesVersionFlags,
  },
  helm: {
    pinned: 'helm.sh/helm/v4',
    commands: [['helm', 'helm.sh/helm/v4/cmd/helm']],
    ldflags: () => '-s -w',
  },
  promtool: {
    pinned: 'github.com/prometheus/prometheus',
    commands: [['promtool', 'github.com/prometheus/prometheus/cmd/promtool']],
    ldflags: () => '-s -w',
    // Without the clients of a dozen clouds: rules and metrics are checked, nothing is discovered.
    tags: 'remove_all_sd',
  },
};

/** Reads the version that a go.mod requires; `throw`s if it requires none, for then the tree is broken. */
function pinnedVersion(goMod: string, module: string): string {
  for (const line of goMod.split('\n')) {
    const [first, second, third] = line.trim().split(/\s+/);
    if (first === module && second !== undefined) return second;
    if (first === 'require' && second === module && third !== undefined) return third;
  }
  throw new Error(`go.mod requires no ${module}`);
}

/** The artifact of that name, as pinned in this tree, for this machine. */
export function artifact(name: ArtifactName): Artifact {
  const recipe = recipes[name];
  const module = join(import.meta.dirname, name);
  const goMod = readFileSync(join(module, 'go.mod'), 'utf8');
  const version = pinnedVersion(goMod, recipe.pinned);
  const ldflags = recipe.ldflags(version);
  const fingerprint = createHash('sha256')
    .update(goMod)
    .update(readFileSync(join(module, 'go.sum')))
    .update(`${ldflags}${recipe.tags ?? ''}`)
    .digest('hex')
    .slice(0, 12);
  return {
    name,
    module,
    version,
    commands: new Map(recipe.commands),
    ldflags,
    ...(recipe.tags === undefined ? {} : { tags: recipe.tags }),
    key: `${name}-${version}-${process.platform}-${process.arch}-${fingerprint}`,
  };
}
