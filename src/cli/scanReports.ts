/** A scan's result as objects for the cluster: PolicyReports (wgpolicyk8s.io/v1alpha2) or OpenReports (openreports.io/v1alpha1). */
import { stringify } from 'yaml';
import type { Violation } from '../k8s/violation.ts';
import type { PlacedFinding, ScanReport } from './scanResult.ts';
import type { Terminal } from './terminal.ts';

export type ReportForm = 'policyreport' | 'openreports';

const forms = {
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

/** An object may hold about a mebibyte; what does not fit goes into further reports of the same namespace. */
const mostResults = 500;

/**
 * Prints one report for each namespace with findings and one for what has no namespace, for `kubectl apply -f -`. Audited and known findings are
 * `warn`, so that they count for nobody's score.
 */
export function printReports(report: ScanReport, form: ReportForm, terminal: Terminal): void {
  const seconds = Math.floor(Date.now() / 1000);
  const byNamespace = Map.groupBy(report.findings, ({ resource }) => resource.namespace);
  const { apiVersion, namespaced, cluster, source } = forms[form];
  for (const [namespace, all] of byNamespace) {
    for (let from = 0; from < all.length; from += mostResults) {
      const results = all
        .slice(from, from + mostResults)
        .map((finding) => toResult(finding, report.comparison.isKnown(finding), seconds));
      const count = (wanted: string): number => results.filter(({ result }) => result === wanted).length;
      const part = from / mostResults;
      const object = {
        apiVersion,
        kind: namespace === '' ? cluster : namespaced,
        metadata: {
          name: part === 0 ? 'bulkhead-scan' : `bulkhead-scan-${part + 1}`,
          ...(namespace === '' ? {} : { namespace }),
          labels: { 'app.kubernetes.io/managed-by': 'bulkhead' },
        },
        ...source,
        summary: { fail: count('fail'), warn: count('warn') },
        results,
      };
      terminal.stdout.write(`---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`);
    }
  }
}

const severities: Readonly<Record<Violation['action'], string>> = {
  Deny: 'high',
  Warn: 'medium',
  Audit: 'low',
};
/** The first CustomResourceDefinitions of PolicyReports know three severities. */
const severityOf = new Map([
  ['critical', 'high'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'low'],
]);

function toResult(
  { violation, resource, tenant, fingerprint }: PlacedFinding,
  known: boolean,
  seconds: number,
) {
  const { code, rule, kind, action, field, message, witness, policy } = violation;
  const { group, version, namespace, name } = resource;
  const severity = policy?.severity?.toLowerCase() ?? '';
  return {
    source: 'bulkhead',
    policy: rule === '' ? kind : rule,
    rule: code,
    category: policy?.category ?? kind,
    severity: severityOf.get(severity) ?? severities[action],
    result: action === 'Deny' && !known ? 'fail' : 'warn',
    scored: action === 'Deny' && !known,
    timestamp: { seconds, nanos: 0 },
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
