/** A scan's result as objects for the cluster: PolicyReports (wgpolicyk8s.io/v1alpha2) or OpenReports (openreports.io/v1alpha1). */
import { stringify } from 'yaml';
import { reportForms, toResult } from '../../admission/scanning/reportResult.ts';
import type { ReportForm } from '../../admission/scanning/reportResult.ts';
import type { ScanReport } from './result.ts';
import type { Terminal } from '../terminal.ts';

/** An object may hold about a mebibyte; what does not fit goes into further reports of the same namespace. */
const mostResults = 500;

/**
 * Prints one report for each namespace with findings and one for what has no namespace, for `kubectl apply -f -`. Audited and known findings are
 * `warn`, so that they count for nobody's score.
 */
export function printReports(report: ScanReport, form: ReportForm, terminal: Terminal): void {
  const seconds = Math.floor(Date.now() / 1000);
  const byNamespace = Map.groupBy(report.findings, ({ resource }) => resource.namespace);
  const { apiVersion, namespaced, cluster, source } = reportForms[form];
  for (const [namespace, all] of byNamespace) {
    for (let from = 0; from < all.length; from += mostResults) {
      const results = all
        .slice(from, from + mostResults)
        .map((finding) => toResult(form, finding, report.comparison.isKnown(finding), seconds));
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
