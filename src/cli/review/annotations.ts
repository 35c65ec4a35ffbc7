/** Reviews as annotations of the files they are about: workflow commands of GitHub Actions, or SARIF. */
import type { Review } from '../../admission/manifests/reviewAll.ts';
import { compareWith } from '../../admission/scanning/baseline.ts';
import { toFinding } from '../../admission/scanning/finding.ts';
import type { Violation } from '../../k8s/violation.ts';
import { printGithub } from '../scan/github.ts';
import type { PlacedFinding, ScanReport } from '../scan/result.ts';
import { printSarif } from '../scan/sarif.ts';
import type { Terminal } from '../terminal.ts';

export function printAnnotations(
  reviews: readonly Review[],
  form: 'github' | 'sarif',
  terminal: Terminal,
): void {
  const findings = reviews.flatMap(findingsOf);
  const report: ScanReport = {
    findings,
    issues: [],
    unreachable: false,
    objects: reviews.length,
    tenants: new Map(),
    boundaries: [],
    comparison: compareWith(undefined, findings),
  };
  if (form === 'github') printGithub(report, terminal);
  else printSarif(report, terminal);
}

/** What is wrong with one document, at its place; a request that could not be judged is a denial. */
function findingsOf({ document, outcome }: Review): readonly PlacedFinding[] {
  const { attributes, decision } = outcome;
  const { group, version, kind, namespace, name, object } = attributes;
  const failed = decision.failure;
  const failure: readonly Violation[] =
    failed === undefined
      ? []
      : [
          {
            code: failed.code,
            rule: '',
            kind: 'Configuration',
            action: 'Deny',
            field: '',
            message: failed.message,
          },
        ];
  return [...decision.violations, ...failure].map((violation) => ({
    ...toFinding(violation, { group, version, kind, namespace, name }, undefined, object ?? undefined),
    place: { file: document.file, ...document.positionOf(violation.field) },
  }));
}
