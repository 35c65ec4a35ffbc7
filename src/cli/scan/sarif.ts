/** A scan's result as SARIF 2.1.0, as code scanning takes it. */
import { describeCode } from '../../admission/scanning/codes.ts';
import { titleOf } from '../../admission/scanning/baseline.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { PlacedFinding, ScanReport } from './result.ts';
import type { Terminal } from '../terminal.ts';

export function printSarif(report: ScanReport, terminal: Terminal): void {
  const { findings, comparison, issues } = report;
  const codes = [...new Set(findings.map(({ violation }) => violation.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'bulkhead',
            version: terminal.version(),
            rules: codes.map((id) => ({ id, shortDescription: { text: describeCode(id) } })),
          },
        },
        invocations: [
          {
            executionSuccessful: issues.length === 0,
            toolExecutionNotifications: issues.map(({ code, message }) => ({
              level: 'error',
              descriptor: { id: code },
              message: { text: message },
            })),
          },
        ],
        results: findings.map((finding) => toResult(finding, codes, comparison.isKnown(finding))),
      },
    ],
  };
  terminal.stdout.write(`${JSON.stringify(log, null, 2)}\n`);
}

const levels: Readonly<Record<Violation['action'], string>> = {
  Deny: 'error',
  Warn: 'warning',
  Audit: 'note',
};

function toResult(finding: PlacedFinding, codes: readonly string[], known: boolean): unknown {
  const { violation, resource, tenant, fingerprint, place } = finding;
  const { code, rule, field, message, action, witness } = violation;
  const title = titleOf(resource);
  // Viewers ask for a file: what is stored in a cluster gets a name that reads like one.
  const { kind, namespace, name } = resource;
  const uri = place?.file ?? ['cluster', namespace, kind, name].filter((part) => part !== '').join('/');
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[action],
    message: { text: `${title}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(uri) },
          region: { startLine: place?.line ?? 1, startColumn: place?.column ?? 1 },
        },
        logicalLocations: [{ fullyQualifiedName: title, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'bulkhead/v1': fingerprint },
    baselineState: known ? 'unchanged' : 'new',
    properties: { tenant: tenant ?? null, rule, field, ...(witness === undefined ? {} : { witness }) },
  };
}
