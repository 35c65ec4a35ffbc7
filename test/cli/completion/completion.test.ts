/** Shells complete what the command line takes, and kubectl finds its plugin. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commands } from '../../../src/cli/commands.ts';
import { stdoutOf } from '../capturedTerminal.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-authoring-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

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
