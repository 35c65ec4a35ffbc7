/** What the documents among rule files are, so that each is linted as what it is. */
import { decidedGroups, knownKinds } from '../../admission/manifests/kinds.ts';
import { configurationKind } from '../../config/schema.ts';
import type { Document } from '../../config/document.ts';
import type { Issue } from '../../config/issue.ts';
import { nearest } from '../../config/suggestion.ts';
import { guardrailKindOf, versionsOf } from '../../guardrail/kinds.ts';
import { keyOfKind, kindOfDocument } from '../../guardrail/params.ts';
import { isObject, ownAt, stringAt } from '../../k8s/json.ts';
import { suiteKind } from '../suite/schema.ts';

export type Nature =
  | 'boundary'
  | 'guardrail'
  | 'exception'
  | 'suite'
  | 'configuration'
  | 'parameter'
  | 'namespace'
  | 'manifest'
  | 'unknown';

const ruleKinds: readonly string[] = [
  'Boundary',
  'GuardrailException',
  ...versionsOf.keys(),
  suiteKind.kind,
  configurationKind.kind,
];

/** Sorts documents; parameters are the documents of the kinds that some policy among them asks for, and ConfigMaps. */
export function natureIn(documents: readonly Document[]): (document: Document) => Nature {
  const parameterKinds = new Set([
    'v1 ConfigMap',
    ...documents.flatMap((document) =>
      guardrailKindOf(document) === undefined ? [] : [paramKindOf(document)],
    ),
  ]);
  return (document) => {
    const { value } = document;
    const kind = stringAt(value, 'kind');
    const apiVersion = stringAt(value, 'apiVersion') ?? '';
    if (kind === 'Boundary') return 'boundary';
    if (guardrailKindOf(document) !== undefined) return 'guardrail';
    if (kind === 'GuardrailException') return 'exception';
    if (kind === suiteKind.kind || apiVersion.startsWith('test.bulkhead.dev/')) return 'suite';
    if (kind === configurationKind.kind || apiVersion.startsWith('config.bulkhead.dev/'))
      return 'configuration';
    if (parameterKinds.has(keyOfKind(kindOfDocument(document)))) return 'parameter';
    if (kind === 'Namespace') return 'namespace';
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    if (kind === 'AdmissionReview' && apiVersion === 'admission.k8s.io/v1') return 'manifest';
    const known = knownKinds.some((one) => one.kind === kind && one.group === group);
    return known || isForeign(group, kind) ? 'manifest' : 'unknown';
  };
}

/** Whether a kind is somebody else's: of a group that is neither ours nor Kubernetes' own, and not one of ours misspelt. */
const isForeign = (group: string, kind: string | undefined): boolean =>
  kind !== undefined &&
  !decidedGroups.has(group) &&
  !group.endsWith('bulkhead.dev') &&
  nearest(kind, ruleKinds) === undefined;

/** What is wrong with a document that is none of these. */
export function strangerIssue({ value, file, positionOf }: Document): Issue {
  if (!isObject(value)) {
    const message = 'a rule must be an object with apiVersion, kind, metadata and spec';
    return { code: 'rules.shape', message, file, pointer: '', ...positionOf('') };
  }
  const kind = stringAt(value, 'kind');
  if (kind === undefined) {
    const message = 'kind is missing; write kind: Boundary or GuardrailPolicy';
    return { code: 'rules.kind', message, file, pointer: '', ...positionOf('') };
  }
  const meant = nearest(kind, ruleKinds);
  const hint =
    meant === undefined
      ? 'write Boundary or GuardrailPolicy, or move the document out of the rules'
      : `did you mean "${meant}"?`;
  const message = `"${kind.slice(0, 80)}" is no kind of rule; ${hint}`;
  return { code: 'rules.kind', message, file, pointer: '/kind', ...positionOf('/kind') };
}

function paramKindOf({ value }: Document): string {
  const kind = ownAt(value, 'spec', 'paramKind');
  return keyOfKind({ apiVersion: stringAt(kind, 'apiVersion') ?? '', kind: stringAt(kind, 'kind') ?? '' });
}
