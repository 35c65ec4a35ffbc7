/** A scan's result for programs: the contract `scan -o json`, one object. */
import { newOf } from './result.ts';
import type { PlacedFinding, ScanReport } from './result.ts';
import type { Terminal } from '../terminal.ts';

export function printScanJson(report: ScanReport, terminal: Terminal): void {
  terminal.stdout.write(`${JSON.stringify(toJson(report))}\n`);
}

/** `violations` of a tenant are its new denials; `complete` is false where something could not be read. */
function toJson(report: ScanReport): unknown {
  const { findings, comparison, objects, tenants, issues, boundaries, server } = report;
  const count = (action: 'Deny' | 'Warn' | 'Audit'): number => newOf(report, action).length;
  return {
    apiVersion: 'bulkhead.dev/v1alpha1',
    kind: 'ScanReport',
    complete: issues.length === 0,
    ...(server === undefined ? {} : { server }),
    boundaries,
    summary: {
      objects,
      namespaces: [...tenants.values()].reduce((sum, namespaces) => sum + namespaces, 0),
      denied: count('Deny'),
      warned: count('Warn'),
      audited: count('Audit'),
      known: findings.filter(comparison.isKnown).length,
      gone: comparison.gone,
    },
    tenants: [...tenants]
      .map(([tenant, namespaces]) => ({
        tenant: tenant ?? null,
        namespaces,
        violations: newOf(report, 'Deny').filter((finding) => finding.tenant === tenant).length,
      }))
      .sort((a, b) => ((a.tenant ?? '\uffff') < (b.tenant ?? '\uffff') ? -1 : 1)),
    findings: findings.map((finding) => toEntry(finding, comparison.isKnown(finding))),
    issues: issues.map(({ code, message, file, line, column }) => ({ code, message, file, line, column })),
  };
}

const toEntry = (
  { violation, resource, tenant, fingerprint, place }: PlacedFinding,
  known: boolean,
): unknown => ({
  fingerprint,
  known,
  tenant: tenant ?? null,
  resource,
  ...violation,
  ...(place === undefined ? {} : { file: place.file, line: place.line, column: place.column }),
});
