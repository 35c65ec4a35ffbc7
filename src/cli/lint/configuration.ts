/** Which configuration rules are linted under: the one that is named, one among the rules, or the one that their folder presumes. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Document } from '../../config/document.ts';
import type { Read } from '../../config/issue.ts';
import { assemble, loadConfig } from '../../config/load.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { configurationKind } from '../../config/schema.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { Terminal } from '../terminal.ts';

/** Not read as a rule, since names with a dot in front are passed over in a folder. */
const presumed = '.bulkhead.yaml';

/**
 * The configuration that is named by flag or environment; else the only sound one among the documents; else the `.bulkhead.yaml` of the folder of
 * the rules, or of the nearest one above, where all paths have the same; else the defaults. A presumed one is told on standard error.
 */
export async function configurationFor(
  paths: readonly string[],
  documents: readonly Document[],
  named: string | undefined,
  terminal: Terminal,
): Promise<Read<LoadedConfig>> {
  const { environment, stdin, stderr } = terminal;
  const [own, another] = documents.filter(
    ({ value }) => isObject(value) && stringAt(value, 'kind') === configurationKind.kind,
  );
  if (named === undefined && own !== undefined && another === undefined) {
    const read = assemble(own, { environment });
    if (read.ok) return read;
  }
  const said = named ?? environment['BULKHEAD_CONFIG'] ?? '';
  if (said !== '') return loadConfig({ path: said, environment, stdin });
  const found = new Set(await Promise.all(paths.map(nearest)));
  const [path] = found.size === 1 ? found : [];
  if (path !== undefined) stderr.write(`as presumed in ${path}\n`);
  return loadConfig({ path, environment, stdin });
}

/** The file in the folder of a path or the nearest one above; undefined where there is none, as for standard input. */
async function nearest(path: string): Promise<string | undefined> {
  if (path === '-') return undefined;
  const whole = resolve(path);
  for (let folder = (await stat(whole)).isDirectory() ? whole : dirname(whole); ; folder = dirname(folder)) {
    const file = join(folder, presumed);
    if (existsSync(file)) return relative('', file);
    if (folder === dirname(folder)) return undefined;
  }
}
