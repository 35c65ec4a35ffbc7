/** What a scan gave, as every form of output tells it. */
import type { Comparison } from '../../admission/scanning/baseline.ts';
import type { Finding } from '../../admission/scanning/finding.ts';
import type { StoredKind } from '../../admission/scanning/stored.ts';
import type { Issue, Position } from '../../config/issue.ts';

/** A finding and, where a file holds the object, its place there. */
export interface PlacedFinding extends Finding {
  readonly place?: Position;
}

/** Why something could not be read; `about` is its kind, where it was all of one. */
export interface ScanIssue extends Issue {
  readonly about?: StoredKind;
}

/** What was looked at, and what was found in it. */
export interface Scanned {
  readonly findings: readonly PlacedFinding[];
  /** What could not be read: then the scan is incomplete, and never a success. */
  readonly issues: readonly ScanIssue[];
  /** The cluster gave no answer. */
  readonly unreachable: boolean;
  readonly objects: number;
  /** Namespaces by tenant; those without one under undefined. */
  readonly tenants: ReadonlyMap<string | undefined, number>;
  /** The Boundaries by which it was judged. */
  readonly boundaries: readonly string[];
  /** Why admission policies that the cluster stores were not judged by; the API server enforces them itself. */
  readonly leftOut?: readonly Issue[];
  /** The API server, or undefined for files. */
  readonly server?: string;
}

/** The same beside a baseline. `fails`: new findings that make the exit code 1. */
export interface ScanReport extends Scanned {
  readonly comparison: Comparison;
}

/** By tenant (those without one last), namespace, kind and name; findings of one object in the order in which they were made. */
export function inOrder(findings: readonly PlacedFinding[]): readonly PlacedFinding[] {
  const keyOf = ({ tenant, resource }: PlacedFinding): string =>
    [tenant ?? '\uffff', resource.namespace, resource.kind, resource.name].join('\n');
  return findings
    .map((finding) => ({ finding, key: keyOf(finding) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ finding }) => finding);
}

/** New findings of one action. */
export const newOf = (
  { findings, comparison }: ScanReport,
  action: PlacedFinding['violation']['action'],
): readonly PlacedFinding[] =>
  findings.filter((finding) => finding.violation.action === action && !comparison.isKnown(finding));
