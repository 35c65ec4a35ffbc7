/** Findings as SARIF 2.1.0, the form in which code hosts take static analysis. */
import { createHash } from 'node:crypto';
import { docsOf, entryOf } from '../../authoring/catalogue/catalogue.ts';
import type { Finding } from '../../authoring/finding.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** A SARIF log with one run; rules are those that were broken, in the order of their codes. */
export function sarifOf(findings: readonly Finding[], version: string): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bulkhead', semanticVersion: version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, codes)),
      },
    ],
  };
}

function ruleOf(code: string): object {
  const { title, why, fix } = entryOf(code);
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} ${fix} (${docsOf(code)})`, markdown: `${why}\n\n${fix}\n\n\`${docsOf(code)}\`` },
  };
}

function resultOf(finding: Finding, codes: readonly string[]): object {
  const { code, severity, message, file, line, column, pointer } = finding;
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column ?? 1 } };
  const logical =
    pointer === undefined || pointer === '' ? {} : { logicalLocations: [{ fullyQualifiedName: pointer }] };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text: message },
    locations:
      file === undefined
        ? []
        : [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region }, ...logical }],
    partialFingerprints: { 'bulkhead/v1': fingerprint(finding) },
  };
}

/** A relative reference; backslashes are how one system writes slashes. */
const uriOf = (file: string): string =>
  file
    .replaceAll('\\', '/')
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');

/** The same finding keeps its fingerprint when lines move. */
const fingerprint = ({ code, file = '', pointer = '', message }: Finding): string =>
  createHash('sha256')
    .update(JSON.stringify([code, file, pointer, message]))
    .digest('hex')
    .slice(0, 32);
