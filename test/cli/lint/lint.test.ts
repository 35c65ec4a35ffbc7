/** `bulkhead lint` at the command line: forms of the result, exit codes, configurations, standard input. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { capture } from '../capturedTerminal.ts';

const broken = 'test/authoring/broken';
const configuration = 'apiVersion: config.bulkhead.dev/v1alpha1\nkind: Configuration\n';
const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

/** The schema of draft-04 as the validator of draft-07 wants it: another name for its own, no address to fetch anything from. */
function sarifSchema(): object {
  const schema = parsed(readFileSync('test/authoring/sarif-2.1.0.json', 'utf8'));
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'id'));
}
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
  sarifSchema(),
);

describe('SARIF', () => {
  test.each(['policies', join(broken, '24-costly.yaml'), join(broken, '21-cel-variable.json')])(
    '%s: what is printed follows the schema of SARIF 2.1.0',
    async (path) => {
      const { stdout } = await capture(['lint', path, '-o', 'sarif']);
      const log: unknown = JSON.parse(stdout);
      validate(log);
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  test('the schema refuses what is no SARIF', () => {
    expect(validate({ version: '2.1.0', runs: [{}] })).toBe(false);
  });

  test('a result has its rule, its place and what stands in the catalogue', async () => {
    const { stdout, code } = await capture(['lint', join(broken, '03-unknown-field.yaml'), '-o', 'sarif']);
    expect(code).toBe(1);
    expect(parsed(stdout)['runs']).toEqual([
      {
        tool: {
          driver: {
            name: 'bulkhead',
            semanticVersion: '1.2.3',
            rules: [
              expect.objectContaining({
                id: 'schema.unknownField',
                shortDescription: { text: 'An unknown field' },
              }),
            ],
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [
          expect.objectContaining({
            ruleId: 'schema.unknownField',
            ruleIndex: 0,
            level: 'error',
            message: { text: 'unknown field "ingres"; did you mean "ingress"?' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: `${broken}/03-unknown-field.yaml` },
                  region: { startLine: 7, startColumn: 3 },
                },
                logicalLocations: [{ fullyQualifiedName: '/spec/ingres' }],
              },
            ],
          }),
        ],
      },
    ]);
  });
});

describe('other forms', () => {
  const file = join(broken, '17-unprotected-label.yaml');

  test('text has the place, the severity, the message and the code, then the sum', async () => {
    const { stdout, code } = await capture(['lint', file]);
    expect(stdout).toMatch(
      /^test\/authoring\/broken\/17-unprotected-label\.yaml:11:11: warning the pod label "exposure" .* \(boundary\.unprotectedPodLabel\)\n1 file: 0 errors, 1 warning, 0 info\n$/,
    );
    expect(code).toBe(0);
  });

  test('JSON is one object with findings, their documentation and a summary', async () => {
    const { stdout } = await capture(['lint', file, '-o', 'json', '--cost']);
    expect(parsed(stdout)).toEqual({
      apiVersion: 'bulkhead.dev/v1alpha1',
      findings: [
        {
          code: 'boundary.unprotectedPodLabel',
          severity: 'warning',
          message: expect.stringContaining('exposure'),
          file,
          line: 11,
          column: 11,
          pointer: '/spec/ingress/0/appliesTo/matchLabels/exposure',
          docs: 'docs/lint.md#boundaryunprotectedpodlabel',
        },
      ],
      costs: [],
      summary: { files: 1, errors: 0, warnings: 1, infos: 0 },
    });
  });

  test('GitHub shows it beside the line', async () => {
    const { stdout } = await capture(['lint', file, '-o', 'github']);
    expect(stdout).toMatch(
      /^::warning file=test\/authoring\/broken\/17-unprotected-label\.yaml,line=11,col=11,title=boundary\.unprotectedPodLabel::the pod label "exposure"/,
    );
  });

  test('workflow commands are one line each, whatever the message holds', async () => {
    const { stdout } = await capture(['lint', join(broken, '19-cel-syntax.yaml'), '-o', 'github']);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stdout).toContain('%0A');
  });

  test('JUnit counts it as a failure', async () => {
    const { stdout } = await capture(['lint', file, '-o', 'junit']);
    expect(stdout).toContain('<testsuites name="bulkhead lint" tests="1" failures="1" errors="0">');
    expect(stdout).toContain(
      '<failure type="warning" message="the pod label &quot;exposure&quot; is not protected',
    );
  });

  test('the costs of expressions', async () => {
    const { stdout } = await capture(['lint', join(broken, '22-unknown-resource.yaml'), '--cost']);
    expect(stdout).toMatch(
      /22-unknown-resource\.yaml:12:21: cost \/spec\/validations\/0\/expression: \d+ of 1000000 units/,
    );
  });
});

describe('how it ends', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-lint-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each<[string, readonly string[], number]>([
    ['nothing to lint', ['lint'], 2],
    ['a path that is not there', ['lint', 'no/such/file.yaml'], 2],
    ['a configuration that is not there', ['lint', 'policies', '--config', 'no.yaml'], 2],
    ['warnings', ['lint', join(broken, '17-unprotected-label.yaml')], 0],
    ['warnings that count', ['lint', join(broken, '17-unprotected-label.yaml'), '--fail-on-warn'], 1],
    ['errors', ['lint', join(broken, '01-indentation.yaml')], 1],
    ['an explanation', ['lint', '--explain', 'boundary.shadowed'], 0],
    ['an explanation of nothing', ['lint', '--explain', 'boundary.shadow'], 2],
  ])('%s', async (_, argv, code) => {
    expect((await capture(argv)).code).toBe(code);
  });

  test('a mistyped code is met with the one that is meant', async () => {
    expect((await capture(['lint', '--explain', 'boundary.shadow'])).stderr).toContain(
      'did you mean boundary.shadowed?',
    );
  });

  test('standard input', async () => {
    const { stdout } = await capture(['lint', '-'], {
      stdin: 'kind: Boundry\napiVersion: bulkhead.dev/v1alpha1\n',
    });
    expect(stdout).toContain('-:1:7: error "Boundry" is no kind of rule; did you mean "Boundary"?');
  });

  test('one broken file hides nothing in another', async () => {
    writeFileSync(join(folder, 'a.yaml'), 'a: [1\n');
    writeFileSync(join(folder, 'b.yaml'), readFileSync(join(broken, '17-unprotected-label.yaml')));
    const { stdout } = await capture(['lint', folder]);
    expect(stdout).toContain('a.yaml:2:1: error');
    expect(stdout).toContain('boundary.unprotectedPodLabel');
    expect(stdout).toContain('2 files: 1 error, 1 warning, 0 info');
  });

  test('a Configuration among the paths is used where none is named', async () => {
    const config = join(folder, 'bulkhead.yaml');
    writeFileSync(config, `${configuration}tenancy: { protectedPodLabels: [exposure] }\n`);
    const { stdout, stderr } = await capture(['lint', 'policies/external-access', config]);
    expect([stdout, stderr]).toEqual(['3 files: 0 errors, 0 warnings, 0 info\n', '']);
  });

  describe('the .bulkhead.yaml above the rules', () => {
    const presuming = 'policies/external-access';
    test.each([
      ['is used for a folder below, and told', [presuming], 0, 'as presumed in policies/.bulkhead.yaml\n'],
      ['is used for a file', [`${presuming}/boundary.yaml`], 0, 'as presumed in policies/.bulkhead.yaml\n'],
      ['speaks for no rules elsewhere', [presuming, 'docs/guides/own-rule'], 2, ''],
    ])('%s', async (_, paths, warnings, told) => {
      const { stdout, stderr } = await capture(['lint', ...paths]);
      expect([stdout.match(/ warning /g)?.length ?? 0, stderr]).toEqual([warnings, told]);
    });

    test('does not count where a configuration is named', async () => {
      const config = join(folder, 'bulkhead.yaml');
      writeFileSync(config, configuration);
      for (const [words, environment] of [
        [['--config', config], {}],
        [[], { BULKHEAD_CONFIG: config }],
      ] as const) {
        const { stdout, stderr } = await capture(['lint', presuming, ...words], { environment });
        expect([stdout.match(/ warning /g)?.length, stderr]).toEqual([2, '']);
      }
    });

    test('is no excuse where the rules are copied without it', async () => {
      copyFileSync(`${presuming}/boundary.yaml`, join(folder, 'boundary.yaml'));
      expect((await capture(['lint', join(folder, 'boundary.yaml')])).stdout).toContain(
        '0 errors, 2 warnings',
      );
    });

    test('stops everything where it is wrong', async () => {
      copyFileSync(`${presuming}/boundary.yaml`, join(folder, 'boundary.yaml'));
      writeFileSync(join(folder, '.bulkhead.yaml'), `${configuration}tenency: {}\n`);
      const { code, stderr } = await capture(['lint', join(folder, 'boundary.yaml')]);
      rmSync(join(folder, '.bulkhead.yaml'));
      expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean "tenancy"?')]);
    });
  });

  test.each([[['policies']], [['policies', 'examples']]])(
    'what ships lints clean as typed: %j',
    async (paths) => {
      const { code, stdout } = await capture(['lint', ...paths]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^\d+ files: 0 errors, 0 warnings, \d+ info$/m);
    },
  );

  test('the same every time', async () => {
    const line = [
      'lint',
      join(broken, '14-shadowed.yaml'),
      join(broken, '02-duplicate-key.yaml'),
      'policies',
      '-o',
      'json',
    ];
    const once = await capture(line);
    expect(await capture(line)).toEqual(once);
  });
});
