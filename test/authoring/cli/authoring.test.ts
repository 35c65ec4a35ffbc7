/** Starting points lint clean and pass, schemas are those of the files, shells complete, and kubectl finds its plugin. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { commands } from '../../../src/cli/commands.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { capture } from '../../cli/capturedTerminal.ts';
import { valueOf } from '../reading.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-authoring-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stdoutOf = async (...argv: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await capture(argv);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

describe('bulkhead create', () => {
  test('everything that it prints lints clean, and the suite passes beside the Boundary', async () => {
    for (const kind of ['boundary', 'policy', 'exception', 'suite'])
      writeFileSync(join(folder, `${kind}.yaml`), await stdoutOf('create', kind, 'tenants'));
    expect(await stdoutOf('lint', folder, '--fail-on-warn')).toBe('4 files: 0 errors, 0 warnings, 0 info\n');
    expect(await stdoutOf('test', folder)).toContain('0 failed, 2 passed in 1 suite');
  });

  test('an exception is for the namespace that is said', async () => {
    const text = await stdoutOf('create', 'exception', 'shop/provider');
    expect(text).toContain('bulkhead exception approve shop/provider\n');
    expect(parse(text)).toMatchObject({ metadata: { name: 'provider', namespace: 'shop' } });
  });

  test.each([
    ['a name that cannot be one', ['create', 'boundary', 'Not A Name'], 'is no name'],
    [
      'something that there is not',
      ['create', 'bondary', 'a'],
      'Allowed choices are boundary, policy, exception, suite',
    ],
    [
      'something that there is not, before its name is asked for',
      ['create', 'bondary'],
      'Allowed choices are boundary, policy, exception, suite',
    ],
    ['a namespace of what has none', ['create', 'boundary', 'shop/a'], 'is no name'],
    ['a namespace that cannot be one', ['create', 'exception', 'Shop/a'], 'is no name'],
    ['nothing', ['create'], 'say what to begin: boundary, policy, exception, suite'],
    ['no name', ['create', 'boundary'], 'the boundary needs a name: bulkhead create boundary NAME'],
  ])('%s', async (_, argv, message) => {
    const { code, stderr } = await capture(argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('bulkhead schema', () => {
  test.each(['Boundary', 'GuardrailPolicy', 'GuardrailException', 'Suite', 'Configuration'])(
    '%s is the file in schemas/',
    async (kind) => {
      const committed: unknown = JSON.parse(readFileSync(`schemas/${kind.toLowerCase()}.json`, 'utf8'));
      expect(JSON.parse(await stdoutOf('schema', kind))).toEqual(committed);
    },
  );

  test('a suite that ships follows the schema of suites, and a broken one does not', async () => {
    const validate = new Ajv({ strict: false }).compile(
      JSON.parse(await stdoutOf('schema', 'suite')) as object,
    );
    const file = 'policies/tenant-isolation/suite.yaml';
    const [document] = valueOf(readDocuments(readFileSync(file, 'utf8'), file));
    expect(validate(document?.value)).toBe(true);
    expect(validate({ ...(document?.value as object), tests: [{}] })).toBe(false);
  });

  test('a kind that there is not', async () => {
    expect(await capture(['schema', 'boundry'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean Boundary?'),
    });
  });
});

/** Whether a shell is on this machine. */
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('bulkhead completion', () => {
  const completed: readonly [string, readonly string[], readonly string[]][] = [
    ['commands by their beginning', ['bulkhead', 'li'], ['lint']],
    ['choices of an option', ['bulkhead', 'lint', '-o', 's'], ['sarif']],
    ['options', ['bulkhead', 'lint', '--fail'], ['--fail-on-warn']],
    ['choices of an argument', ['bulkhead', 'create', 'po'], ['policy']],
    ['shells', ['kubectl-bulkhead', 'completion', 'z'], ['zsh']],
  ];

  test.each(completed)('bash: %s', async (_, words, expected) => {
    const file = join(folder, 'completion.bash');
    writeFileSync(file, await stdoutOf('completion', 'bash'));
    const script = `source '${file}'; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _bulkhead; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p bulkhead >/dev/null`;
    const out = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(out.trim().split('\n')).toEqual(expected);
  });

  test('bash: every command is there', async () => {
    const script = await stdoutOf('completion', 'bash');
    for (const { name } of commands) expect(script).toContain(`    ${name})`);
  });

  test('zsh takes the script, where there is a zsh', async () => {
    const file = join(folder, '_bulkhead');
    writeFileSync(file, await stdoutOf('completion', 'zsh'));
    if (!has('zsh')) {
      expect(readFileSync(file, 'utf8')).toContain('compdef _bulkhead bulkhead kubectl-bulkhead');
      return;
    }
    const script = `autoload -U compinit; compinit -u -D; source '${file}'; print $_comps[bulkhead] $_comps[kubectl-bulkhead]`;
    expect(execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' }).trim()).toBe(
      '_bulkhead _bulkhead',
    );
  });

  test('fish completes commands and choices, where there is a fish', async () => {
    const file = join(folder, 'completion.fish');
    writeFileSync(file, await stdoutOf('completion', 'fish'));
    if (!has('fish')) {
      expect(readFileSync(file, 'utf8')).toContain(
        'complete -c bulkhead -n __fish_use_subcommand -f -a lint',
      );
      return;
    }
    const out = (line: string): string =>
      execFileSync('fish', ['--no-config', '-c', `source '${file}'; complete -C '${line}'`], {
        encoding: 'utf8',
        env: { ...process.env, HOME: folder },
      });
    expect(out('bulkhead li')).toMatch(/^lint\t/);
    expect(out('bulkhead lint -o sa')).toMatch(/sarif/);
  });
});

describe('kubectl bulkhead', () => {
  test('the plugin works through a link in the path, from any folder', () => {
    const link = join(folder, 'kubectl-bulkhead');
    symlinkSync(resolve('bin/bulkhead.js'), link);
    const { status, stdout } = spawnSync(link, ['version'], { cwd: tmpdir(), encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^bulkhead \d/)]);
  });

  test('package.json installs it under the name that kubectl looks for', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({
      bin: { 'kubectl-bulkhead': 'bin/bulkhead.js' },
    });
  });
});
