/** Loads what every deciding command needs: configuration, rules and the namespaces it is told about. */
import type { FlagSetting } from '../config/load.ts';
import { loadConfig } from '../config/load.ts';
import type { Document } from '../config/document.ts';
import type { Issue, Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import { readPaths } from '../config/paths.ts';
import type { Config } from '../config/schema.ts';
import { readInventory } from '../admission/manifests/inventory.ts';
import type { StoredNamespace } from '../admission/manifests/inventory.ts';
import { compileRules } from '../admission/rules.ts';
import type { Rules } from '../admission/rules.ts';
import type { Terminal } from './terminal.ts';

export interface Loaded {
  readonly config: Config;
  readonly rules: Rules;
  readonly inventory: readonly StoredNamespace[];
}

/** What is named on the command line. */
export interface Sources {
  readonly config?: string | undefined;
  readonly rules: readonly string[];
  readonly inventory: readonly string[];
  readonly flags?: readonly FlagSetting[];
  /** The namespace that Bulkhead runs in, where it runs in a cluster; it is exempt. */
  readonly ownNamespace?: string | undefined;
}

/** Loads everything, or tells every mistake of every source at once. Namespaces may stand among the rules too. */
export async function load(sources: Sources, terminal: Terminal): Promise<Read<Loaded>> {
  const config = await loadConfig({
    path: sources.config,
    environment: terminal.environment,
    stdin: terminal.stdin,
    ...(sources.flags === undefined ? {} : { flags: sources.flags }),
  });
  const rules = await read(sources.rules, terminal);
  const inventory = await read(sources.inventory, terminal);
  const issues: Issue[] = [config, rules, inventory].flatMap((part) => (part.ok ? [] : part.issues));
  if (!config.ok || !rules.ok || !inventory.ok) return unsound(issues);
  const compiled = compileRules(rules.value, config.value.config, sources.ownNamespace);
  const namespaces = readInventory([...inventory.value, ...rules.value]);
  if (!compiled.ok || !namespaces.ok) {
    return unsound([compiled, namespaces].flatMap((part) => (part.ok ? [] : part.issues)));
  }
  return sound({ config: config.value.config, rules: compiled.value, inventory: namespaces.value });
}

const read = (paths: readonly string[], terminal: Terminal): Promise<Read<readonly Document[]>> =>
  paths.length === 0 ? Promise.resolve(sound([])) : readPaths(paths, terminal);
