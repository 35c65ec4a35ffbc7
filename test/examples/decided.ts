/** The example cluster, and what is decided of the manifests that ship as examples. */
import { Readable } from 'node:stream';
import type { Document } from '../../src/config/document.ts';
import type { Read } from '../../src/config/issue.ts';
import { loadConfig } from '../../src/config/load.ts';
import { readPaths } from '../../src/config/paths.ts';
import type { Config } from '../../src/config/schema.ts';
import { readInventory } from '../../src/admission/manifests/inventory.ts';
import type { StoredNamespace } from '../../src/admission/manifests/inventory.ts';
import { reviewAll } from '../../src/admission/manifests/reviewAll.ts';
import type { Review } from '../../src/admission/manifests/reviewAll.ts';
import { compileRules } from '../../src/admission/rules.ts';
import type { Rules } from '../../src/admission/rules.ts';

/** What was decided of one document: where it stands, whether it passes, and the codes of what was found. */
export interface Decided {
  readonly file: string;
  readonly review: Review;
  readonly allowed: boolean;
  readonly codes: readonly string[];
}

/** Rules and namespaces to decide by. */
export interface ExampleCluster {
  readonly rules: Rules;
  readonly inventory: readonly StoredNamespace[];
}

const stdin = (): Readable => Readable.from([]);

/** What was read, or a failed test that tells why it could not be. */
export function valueOf<T>(read: Read<T>): T {
  if (!read.ok) throw new Error(JSON.stringify(read.issues, undefined, 2));
  return read.value;
}

export const documentsAt = async (path: string): Promise<readonly Document[]> =>
  valueOf(await readPaths([path], { stdin }));

/** The configuration in a file, or the defaults. */
export const configAt = async (path?: string): Promise<Config> =>
  valueOf(await loadConfig({ path, environment: {}, stdin })).config;

/** Some rules, and the namespaces in examples/inventory. */
export async function clusterWith(rules: readonly Document[], config: Config): Promise<ExampleCluster> {
  return {
    rules: valueOf(compileRules(rules, config)),
    inventory: valueOf(readInventory(await documentsAt('examples/inventory'))),
  };
}

/** The rules in policies/ and the namespaces in examples/inventory. */
export const loadExamples = async (config?: string): Promise<ExampleCluster> =>
  clusterWith(await documentsAt('policies/tenant-isolation'), await configAt(config));

/** Decides documents as `bulkhead review` would. */
export function decide(
  documents: readonly Document[],
  { rules, inventory }: ExampleCluster,
  groups: readonly string[] = [],
): readonly Decided[] {
  const user = { username: 'someone', groups: ['system:authenticated', ...groups] };
  const { reviews, issues } = reviewAll(documents, rules, inventory, user, 0);
  if (issues.length > 0) throw new Error(JSON.stringify(issues, undefined, 2));
  return reviews.map((review) => {
    const { allowed, violations, failure } = review.outcome.decision;
    const codes = [...new Set(violations.map(({ code }) => code))].sort();
    const all = failure === undefined ? codes : [...codes, failure.code];
    return { file: review.document.file, review, allowed, codes: all };
  });
}

export interface Asked {
  readonly config?: string;
  readonly groups?: readonly string[];
}

/** Decides everything behind a path by the rules in policies/. */
export const decidedOf = async (path: string, { config, groups }: Asked = {}): Promise<readonly Decided[]> =>
  decide(await documentsAt(path), await loadExamples(config), groups);
