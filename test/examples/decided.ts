/** The example cluster, and what is decided of the manifests that ship as examples. */
import { readPaths } from '../../src/config/paths.ts';
import type { Issue } from '../../src/config/issue.ts';
import { reviewAll } from '../../src/admission/manifests/reviewAll.ts';
import type { Review } from '../../src/admission/manifests/reviewAll.ts';
import { load } from '../../src/cli/loading.ts';
import type { Loaded } from '../../src/cli/loading.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const silent = { write: () => undefined, isTerminal: false };

/** Nobody reads what is written here. */
const terminal: Terminal = {
  stdout: silent,
  stderr: silent,
  stdin: () => Promise.resolve(new Uint8Array()),
  environment: {},
  version: () => '0.0.0',
  shipped: (path) => path,
  takeSignals: () => undefined,
};

/** What was decided of one document: where it stands, whether it passes, and the codes of what was found. */
export interface Decided {
  readonly file: string;
  readonly review: Review;
  readonly allowed: boolean;
  readonly codes: readonly string[];
}

export interface Asked {
  readonly config?: string;
  readonly groups?: readonly string[];
}

/** The rules in policies/ and the namespaces in examples/inventory. */
export async function loadExamples(config?: string): Promise<Loaded> {
  const loaded = await load({ rules: ['policies'], inventory: ['examples/inventory'], config }, terminal);
  if (!loaded.ok) throw new Error(told(loaded.issues));
  return loaded.value;
}

/** Decides everything behind a path as `bulkhead review` would. */
export async function decidedOf(path: string, { config, groups = [] }: Asked = {}): Promise<Decided[]> {
  const { rules, inventory } = await loadExamples(config);
  const documents = await readPaths([path], terminal);
  if (!documents.ok) throw new Error(told(documents.issues));
  const user = { username: 'someone', groups: ['system:authenticated', ...groups] };
  const { reviews, issues } = reviewAll(documents.value, rules, inventory, user);
  if (issues.length > 0) throw new Error(told(issues));
  return reviews.map((review) => {
    const { allowed, violations } = review.outcome.decision;
    const codes = [...new Set(violations.map(({ code }) => code))].sort();
    return { file: review.document.file, review, allowed, codes };
  });
}

const told = (issues: readonly Issue[]): string => JSON.stringify(issues, undefined, 2);
