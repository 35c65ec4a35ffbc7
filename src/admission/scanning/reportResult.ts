/** Findings in the words of PolicyReports (wgpolicyk8s.io/v1alpha2) and OpenReports (openreports.io/v1alpha1). */
import type { Violation } from '../../k8s/violation.ts';
import type { Finding } from './finding.ts';

export type ReportForm = 'policyreport' | 'openreports';

/** What the two forms call themselves and their kinds. */
export const reportForms = {
  policyreport: {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    namespaced: 'PolicyReport',
    cluster: 'ClusterPolicyReport',
    source: {},
  },
  openreports: {
    apiVersion: 'openreports.io/v1alpha1',
    namespaced: 'Report',
    cluster: 'ClusterReport',
    source: { source: 'bulkhead' },
  },
} as const;

const severities: Readonly<Record<Violation['action'], string>> = {
  Deny: 'high',
  Warn: 'medium',
  Audit: 'low',
};
/** OpenReports know all severities of policies; the first CustomResourceDefinitions of PolicyReports know three. */
const severitiesOf: Readonly<Record<ReportForm, ReadonlyMap<string, string>>> = {
  policyreport: new Map([
    ['critical', 'high'],
    ['high', 'high'],
    ['medium', 'medium'],
    ['low', 'low'],
    ['info', 'low'],
  ]),
  openreports: new Map(['critical', 'high', 'medium', 'low', 'info'].map((name) => [name, name])),
};

/** One finding as a result; audited and known findings are `warn`, so that they count for nobody's score. Without `seconds` no time is told. */
export function toResult(
  form: ReportForm,
  { violation, resource, tenant, fingerprint }: Finding,
  known: boolean,
  seconds?: number,
) {
  const { code, rule, kind, action, field, message, witness, policy } = violation;
  const { group, version, namespace, name } = resource;
  const severity = policy?.severity?.toLowerCase() ?? '';
  return {
    source: 'bulkhead',
    policy: rule === '' ? kind : rule,
    rule: code,
    category: policy?.category ?? kind,
    severity: severitiesOf[form].get(severity) ?? severities[action],
    result: action === 'Deny' && !known ? 'fail' : 'warn',
    scored: action === 'Deny' && !known,
    ...(seconds === undefined ? {} : { timestamp: { seconds, nanos: 0 } }),
    resources: [
      {
        apiVersion: group === '' ? version : `${group}/${version}`,
        kind: resource.kind,
        ...(namespace === '' ? {} : { namespace }),
        name,
      },
    ],
    message,
    properties: {
      fingerprint,
      action,
      ...(tenant === undefined ? {} : { tenant }),
      ...(field === '' ? {} : { field }),
      ...(witness === undefined ? {} : { witness: JSON.stringify(witness) }),
    },
  };
}
