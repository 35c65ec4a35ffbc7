/** The GitHub Action and the pre-commit hooks: their form, and what they run, run here. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Type from 'typebox';
import Value from 'typebox/value';
import { parse } from 'yaml';
import { optionsOf } from '../docs/shell.ts';

const step = Type.Object({
  name: Type.String(),
  shell: Type.Literal('bash'),
  run: Type.String(),
  'working-directory': Type.Optional(Type.String()),
  env: Type.Optional(Type.Record(Type.String(), Type.String())),
});
const action = Value.Parse(
  Type.Object({
    name: Type.String(),
    description: Type.String(),
    inputs: Type.Record(
      Type.String(),
      Type.Object({
        description: Type.String(),
        required: Type.Optional(Type.Boolean()),
        default: Type.Optional(Type.String()),
      }),
    ),
    runs: Type.Object({ using: Type.Literal('composite'), steps: Type.Array(step) }),
  }),
  parse(readFileSync('action.yml', 'utf8')),
);
const hooks = Value.Parse(
  Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      entry: Type.String(),
      language: Type.Literal('node'),
      files: Type.String(),
    }),
  ),
  parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')),
);

const last = action.runs.steps.at(-1);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the last step of the action as a runner would: inputs with their defaults, as environment. */
function act(inputs: Readonly<Record<string, string>>): Promise<Ended> {
  const given = Object.entries(action.inputs).map(([name, input]) => [
    name,
    inputs[name] ?? input.default ?? '',
  ]);
  const value = new Map(given.map(([name = '', text = '']) => [name, text]));
  const environment = Object.entries(last?.env ?? {}).map(([key, text]) => {
    const name = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(text)?.[1];
    const path = text.replace('${{ github.action_path }}', process.cwd());
    return [key, name === undefined ? path : (value.get(name) ?? '')] as const;
  });
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', last?.run ?? ''],
      { env: { PATH: process.env['PATH'], ...Object.fromEntries(environment) } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('action.yml', () => {
  test('hands every input over by environment, and none as text of a script', () => {
    expect(Object.keys(last?.env ?? {}).length).toBe(Object.keys(action.inputs).length + 1);
    for (const { run } of action.runs.steps) expect(run).not.toContain('${{');
  });

  const cases: readonly (readonly [string, Record<string, string>, number, string])[] = [
    ['lint passes', { command: 'lint', paths: 'policies/tenant-isolation' }, 0, ''],
    ['test passes', { command: 'test', paths: 'policies/tenant-isolation' }, 0, ''],
    [
      'review annotates what is denied',
      {
        command: 'review',
        paths: 'examples/bad/16-host-network.yaml\nexamples/bad/01-allow-all-egress.yaml',
        rules: 'policies/tenant-isolation',
        inventory: 'examples/inventory',
      },
      1,
      '::error file=examples/bad/16-host-network.yaml,line=',
    ],
    [
      'scan passes',
      {
        paths: 'examples/good',
        rules: 'policies/tenant-isolation',
        inventory: 'examples/inventory',
        config: 'examples/bulkhead.yaml',
        'to-apply': 'true',
      },
      0,
      '',
    ],
    [
      'scan annotates what would be refused',
      {
        paths: 'examples/bad/08-port-range.yaml',
        rules: 'policies/tenant-isolation',
        inventory: 'examples/inventory',
        'to-apply': 'true',
      },
      1,
      '::error file=examples/bad/08-port-range.yaml,line=10,col=11,title=boundary.egress',
    ],
    ['another command is refused', { command: 'serve', paths: 'x' }, 2, '::error::command must be'],
    ['an input is never run', { command: 'lint', paths: '$(echo oops > /dev/stderr)' }, 2, ''],
    ['a path is never an option', { command: 'lint', paths: '--help' }, 2, ''],
  ];
  test.each(cases)('%s', async (_sentence, inputs, code, printed) => {
    const ended = await act(inputs);
    expect({ code: ended.code, stderr: ended.code === code ? '' : ended.stderr }).toEqual({
      code,
      stderr: '',
    });
    expect(ended.stdout).toContain(printed);
    expect(ended.stderr).not.toMatch(/^oops$/m);
  });

  test('a result may go to a file for code scanning', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-action-'));
    const file = join(folder, 'bulkhead.sarif');
    const inputs = {
      paths: 'examples/bad',
      rules: 'policies/tenant-isolation',
      inventory: 'examples/inventory',
      output: 'sarif',
      'output-file': file,
    };
    expect((await act(inputs)).code).toBe(1);
    const log: unknown = JSON.parse(await readFile(file, 'utf8'));
    await rm(folder, { recursive: true });
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'bulkhead' } },
          results: expect.arrayContaining([expect.objectContaining({ level: 'error' })]),
        },
      ],
    });
  });
});

describe('.pre-commit-hooks.yaml', () => {
  test.each(hooks.map(({ id, entry }) => [id, entry]))(
    '%s runs a command that there is',
    async (_id, entry) => {
      const [program, command = ''] = entry.split(' ');
      expect(program).toBe('bulkhead');
      expect(await optionsOf(command)).toContain('--help');
    },
  );

  test('the hooks have a name each, and files that they are about', () => {
    expect(new Set(hooks.map(({ id }) => id)).size).toBe(3);
    for (const { files } of hooks) expect(new RegExp(files).test('policies/a.yaml')).toBe(true);
  });

  test.each([
    [
      'bulkhead-lint',
      ['policies/tenant-isolation/boundary.yaml', 'policies/tenant-isolation/sensitive.yaml'],
      0,
    ],
    ['bulkhead-test', ['policies/tenant-isolation'], 0],
    [
      'bulkhead-scan',
      ['examples/bad', '--rules', 'policies/tenant-isolation', '--inventory', 'examples/inventory'],
      1,
    ],
  ] as const)('%s ends as pre-commit expects', async (id, args, code) => {
    const entry =
      hooks
        .find((hook) => hook.id === id)
        ?.entry.split(' ')
        .slice(1) ?? [];
    const ended = await new Promise<number>((resolve) => {
      const child = execFile(process.execPath, ['bin/bulkhead.js', ...entry, ...args], () =>
        resolve(child.exitCode ?? -1),
      );
    });
    expect(ended).toBe(code);
  });
});
