// Renders the chart with a real Helm and hands back what it rendered, parsed.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { findHelm } from '../cluster/assets.ts';

const run = promisify(execFile);
export const chart = join(import.meta.dirname, '../../charts/bulkhead');

export type Values = Readonly<Record<string, unknown>>;
/** One rendered object: only what every one has is promised. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface Helm {
  /** Everything that `helm template` prints for these values; rejects with what Helm complained about. */
  template(values?: Values, namespace?: string): Promise<string>;
  render(values?: Values, namespace?: string): Promise<readonly Manifest[]>;
  /** Runs `helm install`, `upgrade` or `uninstall` of a release named `bulkhead`, without waiting for its pods. */
  release(
    verb: 'install' | 'upgrade' | 'uninstall',
    kubeconfig: string,
    values: Values,
    namespace: string,
  ): Promise<string>;
  lint(values?: Values): Promise<string>;
}

const complaint = (error: unknown): string =>
  error instanceof Error && 'stderr' in error ? `${String(error.stderr)}${error.message}` : String(error);

/** Helm 4 from PATH or from the cache, or undefined where there is none. */
export async function helm(): Promise<Helm | undefined> {
  const binary = await findHelm(process.env);
  if (binary === undefined) return undefined;
  const call = async (
    args: readonly string[],
    values: Values | undefined,
    namespace: string,
  ): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-chart-'));
    try {
      const file = join(folder, 'values.yaml');
      await writeFile(file, stringify(values ?? {}));
      const given = values === undefined ? [] : ['--values', file];
      const { stdout } = await run(binary, [...args, '--namespace', namespace, ...given], {
        maxBuffer: 64 * 1_048_576,
      });
      return stdout;
    } catch (error) {
      throw new Error(complaint(error), { cause: error });
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const template: Helm['template'] = (values = {}, namespace = 'bulkhead') =>
    call(['template', 'bulkhead', chart], values, namespace);
  return {
    template,
    render: async (values, namespace) => manifests(await template(values, namespace)),
    release: (verb, kubeconfig, values, namespace) =>
      verb === 'uninstall'
        ? call([verb, 'bulkhead', '--kubeconfig', kubeconfig], undefined, namespace)
        : call([verb, 'bulkhead', chart, '--kubeconfig', kubeconfig], values, namespace),
    lint: (values = {}) => call(['lint', chart, '--strict'], values, 'bulkhead'),
  };
}

/** The documents of a YAML stream that hold something. */
export function manifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
    const value: unknown = document.toJS();
    return isManifest(value) ? [value] : [];
  });
}

const isManifest = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value;

/** The only object of that kind (and name); a test that asks for another fails here. */
export function only(rendered: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = rendered.filter(
    (one) => one.kind === kind && (name === undefined || one.metadata.name === name),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return first;
}

/** What stands at a path of keys and indices, or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** The list at a path; empty where nothing stands. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}
