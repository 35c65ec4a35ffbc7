/** Compiles rules that a cluster stores, beside those of files: as one set, without the admission policies that Bulkhead cannot judge by. */
import { compileRules } from '../admission/rules.ts';
import type { Rules } from '../admission/rules.ts';
import { admissionPolicyKinds } from '../cluster/ruleKinds.ts';
import { isStored } from '../config/document.ts';
import type { Document } from '../config/document.ts';
import type { Issue, Read } from '../config/issue.ts';
import type { Config } from '../config/schema.ts';
import { stringAt } from '../k8s/json.ts';
import { tellIssues, tellWarning } from './diagnostics.ts';
import type { Terminal } from './terminal.ts';

export interface CompiledStored {
  readonly compiled: Read<Rules>;
  /** Why admission policies of the cluster are no rules here; empty where all are. */
  readonly leftOut: readonly Issue[];
}

const foreign: ReadonlySet<string> = new Set(admissionPolicyKinds.map(({ kind }) => kind));

/**
 * The cluster's admission policies are enforced by the API server whatever Bulkhead makes of them, and nobody asks Bulkhead before one is stored. So one
 * that is at fault here (it asks the `authorizer`, say) is left out, instead of keeping every later Boundary out of force.
 */
export function compileStored(
  files: readonly Document[],
  stored: readonly Document[],
  config: Config,
  ownNamespace: string | undefined,
): CompiledStored {
  const whole = compileRules([...files, ...stored], config, ownNamespace);
  if (whole.ok) return { compiled: whole, leftOut: [] };
  const admissionPolicies = new Set(stored.filter(isForeign).map(({ file }) => file));
  const leftOut = whole.issues.filter(({ file = '' }) => admissionPolicies.has(file));
  if (leftOut.length === 0) return { compiled: whole, leftOut };
  const atFault = new Set(leftOut.map(({ file }) => file));
  const kept = stored.filter(({ file }) => !atFault.has(file));
  return { compiled: compileRules([...files, ...kept], config, ownNamespace), leftOut };
}

/** Tells which were left out, where any were. */
export function tellLeftOut(leftOut: CompiledStored['leftOut'], terminal: Terminal): void {
  if (leftOut.length === 0) return;
  tellIssues(leftOut, terminal);
  tellWarning(
    'these admission policies of the cluster are no rules of Bulkhead; the API server enforces them itself',
    terminal,
  );
}

const isForeign = (document: Document): boolean =>
  isStored(document) && foreign.has(stringAt(document.value, 'kind') ?? '');
