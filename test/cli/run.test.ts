/** The frame of the command line: help, exit codes, suggestions, and that only the chosen command is loaded. */
import { describe, expect, test } from '@jest/globals';
import type { CommandRow, Definition } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { capture } from './capturedTerminal.ts';

const row = (name: string, define: Definition): CommandRow => ({
  name,
  group: 'Test',
  summary: `runs ${name}`,
  load: () => Promise.resolve({ define }),
});
const unloadable: CommandRow = {
  name: 'other',
  group: 'Test',
  summary: 'is never loaded',
  load: () => Promise.reject(new Error('loaded')),
};
const rows: readonly CommandRow[] = [
  row('answer', (command, { run }) =>
    command
      .argument('<number>')
      .option('--loud', 'say it loudly')
      .action((number) => run(() => (number === '1' ? 1 : number === '3' ? 3 : 0))),
  ),
  row('crash', (command, { run }) =>
    command.action(() =>
      run(() => {
        throw new Error('it broke');
      }),
    ),
  ),
  unloadable,
];

describe('a command line', () => {
  test.each([
    [['answer', '0'], 0],
    [['answer', '1'], 1],
    [['answer', '3'], 3],
  ])('%j ends with what the command answers: %i', async (argv, code) => {
    expect(await capture(argv, { rows })).toEqual({ code, stdout: '', stderr: '' });
  });

  test.each<[string, string[], string]>([
    [
      'an unknown command',
      ['anwser'],
      "error: unknown command 'anwser'\n(Did you mean answer?)\nTry: bulkhead --help\n",
    ],
    [
      'an unknown option',
      ['answer', '1', '--lout'],
      "error: unknown option '--lout'\n(Did you mean --loud?)\nTry: bulkhead answer --help\n",
    ],
    [
      'a missing argument',
      ['answer'],
      "error: missing required argument 'number'\nTry: bulkhead answer --help\n",
    ],
    [
      'one argument too many',
      ['answer', '1', '2'],
      "error: too many arguments for 'answer'. Expected 1 argument but got 2.\nTry: bulkhead answer --help\n",
    ],
  ])('with %s is refused with a suggestion', async (_, argv, stderr) => {
    expect(await capture(argv, { rows })).toEqual({ code: 2, stdout: '', stderr });
  });

  test('without a command shows on standard error what there is', async () => {
    const { code, stdout, stderr } = await capture([], { rows });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: bulkhead COMMAND [OPTIONS]');
  });

  test.each([[['--help']], [['help']], [['answer', '--help']], [['help', 'answer']]])(
    '%j is help: on standard output, fine, without loading other commands',
    async (argv) => {
      const { code, stdout, stderr } = await capture(argv, { rows });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(
        argv.includes('answer') ? /--loud +say it loudly/ : /Test:\n +answer +runs answer/,
      );
    },
  );

  test('--version is printed', async () => {
    expect(await capture(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  test('that meets a bug says so with a trace and ends with 2', async () => {
    const { code, stderr } = await capture(['crash'], { rows });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^bug in bulkhead: Error: it broke\n +at .*Please report this\.\n$/s);
  });
});

describe('colour', () => {
  test.each([
    ['a person is looking', { isTerminal: true }, true],
    ['nobody is looking', { isTerminal: false }, false],
    ['NO_COLOR is set', { isTerminal: true, environment: { NO_COLOR: '1' } }, false],
    ['NO_COLOR is empty', { isTerminal: true, environment: { NO_COLOR: '' } }, true],
    ['the terminal is dumb', { isTerminal: true, environment: { TERM: 'dumb' } }, false],
  ])('when %s', async (_, surroundings, coloured) => {
    const { stderr } = await capture(['nonsense'], { rows, ...surroundings });
    const { stdout } = await capture(['--help'], { rows, ...surroundings });
    expect([stderr.includes('\u001b['), stdout.includes('\u001b[')]).toEqual([coloured, coloured]);
  });
});

describe('every command', () => {
  test.each(commands.map(({ name }) => name))('%s explains itself', async (name) => {
    const { code, stdout } = await capture([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: bulkhead ${name} `);
  });

  test('has a name of its own and a line that fits beside it', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
    expect(commands.filter(({ summary }) => summary.length > 80 || /^[A-Z]|\.$/.test(summary))).toEqual([]);
  });
});
