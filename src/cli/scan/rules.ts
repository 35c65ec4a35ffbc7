/** The rules that a cluster stores itself: what a scan judges by where no others are named. */
import { readException } from '../../boundary/exceptions/exception.ts';
import { withStoredParams } from '../../admission/rules.ts';
import type { Rules } from '../../admission/rules.ts';
import type { ServedKind } from '../../admission/scanning/kinds.ts';
import type { ApiServer } from '../../cluster/apiServer.ts';
import type { ClusterFailure } from '../../cluster/failure.ts';
import { readParams } from '../../cluster/paramQuestion.ts';
import { admissionPolicyKinds, exceptionKind, ownRuleKinds, toDocument } from '../../cluster/ruleKinds.ts';
import type { Document } from '../../config/document.ts';
import { sound } from '../../config/issue.ts';
import type { Issue, Read } from '../../config/issue.ts';
import type { Config } from '../../config/schema.ts';
import { paramQueries } from '../../guardrail/storedParams.ts';
import { compileStored } from '../storedRules.ts';
import { listKind } from './listing.ts';
import type { Progress } from './progress.ts';

export type StoredRules =
  | {
      readonly ok: true;
      readonly compiled: Read<Rules>;
      /** Why admission policies of the cluster are not among them. */
      readonly leftOut: readonly Issue[];
    }
  | { readonly ok: false; readonly failure: ClusterFailure };

/** Lists and compiles them as `serve` would; kinds that are not served have none. */
export async function storedRules(
  server: ApiServer,
  served: readonly ServedKind[],
  config: Config,
  ownNamespace: string | undefined,
  progress: Progress,
): Promise<StoredRules> {
  const kinds = config.rules.admissionPolicies ? [...ownRuleKinds, ...admissionPolicyKinds] : ownRuleKinds;
  const documents: Document[] = [];
  for (const rule of kinds) {
    const kind = served.find(
      ({ group, version, kind: name }) => name === rule.kind && `${group}/${version}` === rule.apiVersion,
    );
    if (kind === undefined) continue;
    let read: Document[] = [];
    const listed = await listKind(server, kind, {
      put: (object) => void read.push(toDocument(rule, object)),
      again: () => {
        read = [];
      },
      progress,
    });
    if (!listed.ok) return listed;
    documents.push(...read);
  }
  const exceptions = await storedExceptions(server, served, progress);
  const { compiled, leftOut } = compileStored(exceptions, documents, config, ownNamespace);
  if (!compiled.ok) return { ok: true, compiled, leftOut };
  const params = await readParams(server, paramQueries(compiled.value.guardrails.all));
  return { ok: true, compiled: sound(withStoredParams(compiled.value, params)), leftOut };
}

/** Whole, for their status tells which count. One that cannot be read counts for nothing, and so do all where they cannot be listed. */
async function storedExceptions(
  server: ApiServer,
  served: readonly ServedKind[],
  progress: Progress,
): Promise<readonly Document[]> {
  const { apiVersion } = exceptionKind;
  const kind = served.find((one) => one.kind === exceptionKind.kind && one.group === 'bulkhead.dev');
  if (kind === undefined) return [];
  let read: Document[] = [];
  const listed = await listKind(server, kind, {
    put: (object) => {
      const value = { ...object, apiVersion, kind: exceptionKind.kind };
      if (readException(value).ok) read.push({ ...toDocument(exceptionKind, object), value });
    },
    again: () => {
      read = [];
    },
    progress,
  });
  return listed.ok ? read : [];
}
