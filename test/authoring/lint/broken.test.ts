/** Rule files with one mistake each: each gives its own finding, at the exact place, and nothing makes lint fail. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { entries } from '../../../src/authoring/catalogue/catalogue.ts';
import type { Severity } from '../../../src/authoring/finding.ts';
import { lintBytes } from '../reading.ts';

const folder = 'test/authoring/broken';

/** The finding of each file; `at` is a text that begins where the finding is, on the line that is named. */
const expected: readonly {
  readonly file: string;
  readonly code: string;
  readonly severity: Severity;
  readonly line: number;
  readonly at: string;
  readonly says: string;
}[] = [
  {
    file: '01-indentation.yaml',
    code: 'document.syntax',
    severity: 'error',
    line: 5,
    at: ' spec: {}',
    says: 'same column',
  },
  {
    file: '02-duplicate-key.yaml',
    code: 'document.duplicateKey',
    severity: 'error',
    line: 8,
    at: 'floor: { mode: Audit }',
    says: '"floor" is written twice',
  },
  {
    file: '03-unknown-field.yaml',
    code: 'schema.unknownField',
    severity: 'error',
    line: 7,
    at: 'ingres:',
    says: 'did you mean "ingress"?',
  },
  {
    file: '04-missing-floor.json',
    code: 'schema.required',
    severity: 'error',
    line: 5,
    at: '{ "namespaceSelector"',
    says: 'missing field "floor"',
  },
  {
    file: '05-choice-in-anchor.yaml',
    code: 'schema.choice',
    severity: 'error',
    line: 11,
    at: 'Creat',
    says: 'did you mean "Create"?',
  },
  {
    file: '06-type-in-merge-key.yaml',
    code: 'schema.type',
    severity: 'error',
    line: 13,
    at: '[8080]',
    says: 'found a list',
  },
  {
    file: '07-kind.yaml',
    code: 'rules.kind',
    severity: 'error',
    line: 2,
    at: 'Boundry',
    says: 'did you mean "Boundary"?',
  },
  {
    file: '08-cidr.yaml',
    code: 'ipBlock.cidr',
    severity: 'error',
    line: 9,
    at: '10.0.0.0/33',
    says: 'is no CIDR',
  },
  {
    file: '09-selector-operator.yaml',
    code: 'selector.values',
    severity: 'error',
    line: 7,
    at: '[a]',
    says: 'Exists takes no values',
  },
  {
    file: '10-selects-nothing.yaml',
    code: 'boundary.selectsNothing',
    severity: 'error',
    line: 5,
    at: 'namespaceSelector:',
    says: 'no namespace can be selected',
  },
  {
    file: '11-peer-contradiction.yaml',
    code: 'selector.contradiction',
    severity: 'error',
    line: 10,
    at: 'namespaceSelector:',
    says: 'no namespace can ever satisfy',
  },
  {
    file: '12-floor-outside.yaml',
    code: 'boundary.floor',
    severity: 'error',
    line: 10,
    at: 'from:',
    says: 'monitoring',
  },
  {
    file: '13-never.yaml',
    code: 'boundary.contradictsNever',
    severity: 'error',
    line: 9,
    at: 'to:',
    says: '169.254.169.254/32',
  },
  {
    file: '14-shadowed.yaml',
    code: 'boundary.shadowed',
    severity: 'warning',
    line: 8,
    at: 'to:',
    says: 'spec.egress[1] allows all of this already',
  },
  {
    file: '15-budget.yaml',
    code: 'boundary.tooCostly',
    severity: 'error',
    line: 7,
    at: 'ingress:',
    says: 'too complex',
  },
  {
    file: '16-any-namespace.yaml',
    code: 'boundary.anyNamespace',
    severity: 'warning',
    line: 9,
    at: 'namespaceSelector:',
    says: 'every other tenant may be let in',
  },
  {
    file: '17-unprotected-label.yaml',
    code: 'boundary.unprotectedPodLabel',
    severity: 'warning',
    line: 11,
    at: 'exposure: public',
    says: '"exposure" is not protected',
  },
  {
    file: '18-kube-api.yaml',
    code: 'boundary.kubeAPIUnknown',
    severity: 'warning',
    line: 10,
    at: 'kubeAPI: true',
    says: 'cluster.apiServer.cidrs',
  },
  {
    file: '19-cel-syntax.yaml',
    code: 'cel.syntaxError',
    severity: 'error',
    line: 10,
    at: '(c,',
    says: 'never closed',
  },
  {
    file: '20-cel-type.yaml',
    code: 'cel.noMatchingOverload',
    severity: 'error',
    line: 9,
    at: "> '3'",
    says: 'int > string',
  },
  {
    file: '21-cel-variable.json',
    code: 'cel.unknownVariable',
    severity: 'error',
    line: 11,
    at: 'objct.spec',
    says: 'did you mean object?',
  },
  {
    file: '22-unknown-resource.yaml',
    code: 'guardrail.unknownResource',
    severity: 'warning',
    line: 10,
    at: 'statefulset]',
    says: 'did you mean "statefulsets"?',
  },
  {
    file: '23-always-true.yaml',
    code: 'guardrail.constant',
    severity: 'warning',
    line: 9,
    at: "\"['a'",
    says: 'always true',
  },
  {
    file: '24-costly.yaml',
    code: 'guardrail.costly',
    severity: 'warning',
    line: 9,
    at: '>-',
    says: '1,000,000 are allowed',
  },
  {
    file: '25-unbound.yaml',
    code: 'guardrail.unbound',
    severity: 'warning',
    line: 3,
    at: 'a }',
    says: 'has no effect',
  },
  {
    file: '26-twice.yaml',
    code: 'rules.duplicate',
    severity: 'error',
    line: 11,
    at: 'a }',
    says: 'is defined twice',
  },
];

describe('a rule file with one mistake gives one finding, at its place', () => {
  test.each(expected)('$file: $code', ({ file, code, severity, line, at, says }) => {
    const bytes = readFileSync(join(folder, file));
    const found = lintBytes(bytes, file);
    const written = bytes.toString('utf8').split('\n')[line - 1] ?? '';
    expect(written).toContain(at);
    expect(found.map((finding) => [finding.code, finding.severity, finding.line, finding.column])).toEqual([
      [code, severity, line, written.indexOf(at) + 1],
    ]);
    expect(found[0]?.message).toContain(says);
    expect(found[0]?.file).toBe(file);
  });

  test('no two files have the same finding, and no file is left out', () => {
    expect(new Set(expected.map(({ code }) => code)).size).toBe(expected.length);
    expect(expected.map(({ file }) => file)).toEqual(readdirSync(folder).sort());
    expect(expected.filter(({ code }) => !entries.has(code))).toEqual([]);
  });
});

/** Every rule file that there is to tear. */
const texts = [
  ...readdirSync(folder)
    .filter((name) => !name.startsWith('15'))
    .map((name) => join(folder, name)),
  'policies/tenant-isolation/boundary.yaml',
  'policies/tenant-isolation/suite.yaml',
  'examples/bulkhead.yaml',
].map((file) => ({ file, bytes: readFileSync(file) }));

describe('lint never fails', () => {
  test('on truncated files: every length', () => {
    for (const { file, bytes } of texts) {
      const step = Math.max(1, Math.floor(bytes.length / 120));
      for (let length = 0; length < bytes.length; length += step) lintBytes(bytes.subarray(0, length), file);
    }
  });

  test('on files with bytes changed, moved or repeated', () => {
    const damage = fc.record({
      of: fc.nat({ max: texts.length - 1 }),
      at: fc.nat(4_000),
      length: fc.nat(40),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc
          .constantFrom('{', '}', '- ', '*a', '&a ', '<<: ', '!!int ', '\t', '"', '|', '? ')
          .map((text) => Buffer.from(text)),
      ),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const [first] = damages;
        const source = texts[first?.of ?? 0];
        let bytes: Uint8Array = source?.bytes ?? new Uint8Array();
        for (const { at, length, put } of damages) {
          const from = at % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + length)]);
        }
        for (const { line, column, code } of lintBytes(bytes, source?.file ?? '')) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(code).toMatch(/^[a-zA-Z]+\.[a-zA-Z]+$/);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('on bytes of any sort', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          lintBytes(bytes, 'a.yaml');
          lintBytes(bytes, 'a.json');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('on documents of any shape that call themselves rules', () => {
    const kinds = fc.constantFrom(
      'Boundary',
      'GuardrailPolicy',
      'ValidatingAdmissionPolicy',
      'Suite',
      'Configuration',
      'GuardrailException',
      'Namespace',
      'NetworkPolicy',
    );
    const versions = fc.constantFrom(
      'bulkhead.dev/v1alpha1',
      'test.bulkhead.dev/v1alpha1',
      'config.bulkhead.dev/v1alpha1',
      'v1',
      'networking.k8s.io/v1',
      'admissionregistration.k8s.io/v1',
    );
    const keys = fc.constantFrom(
      'spec',
      'metadata',
      'name',
      'floor',
      'ingress',
      'egress',
      'never',
      'from',
      'to',
      'namespaceSelector',
      'matchLabels',
      'matchExpressions',
      'ipBlock',
      'ports',
      'validations',
      'expression',
      'tests',
      'rules',
      '__proto__',
      'constructor',
      'labels',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1, 1.5, '', 'a', '10.0.0.0/8', [], {}),
        fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(kinds, versions, value, value, (kind, apiVersion, metadata, spec) => {
        lintBytes(
          Buffer.from(JSON.stringify({ apiVersion, kind, metadata, spec, rules: spec, tests: metadata })),
          'a.json',
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
