/** Runs the `console` blocks of the documentation, and reads the command lines of its `sh` blocks. */
import { Command } from '@commander-js/extra-typings';
import { commands } from '../../src/cli/commands.ts';
import { silentTerminal } from '../cli/silentTerminal.ts';
import { capture } from '../cli/capturedTerminal.ts';

const prompt = '$ ';
const bulkhead = 'npx bulkhead ';

/** The command lines of a console block; a trailing backslash joins the next line. */
const linesOf = (code: string): readonly string[] => code.replaceAll(/\\\n\s*/g, '').split('\n');

/**
 * Runs the commands of a console block and gives the block as it should be: each command as it is written, and below it what it printed.
 * `echo $?` prints how the command before ended. Anything else than `bulkhead` cannot be run here and fails.
 */
export async function played(code: string): Promise<string> {
  const out: string[] = [];
  let status = 0;
  for (const written of code.split(/\n(?=\$ )/)) {
    const source = /^(?:.*\\\n)*.*/.exec(written)?.[0] ?? '';
    const [command = ''] = linesOf(source);
    out.push(source);
    if (command === `${prompt}echo $?`) {
      out.push(String(status));
      continue;
    }
    if (!command.startsWith(prompt + bulkhead)) throw new Error(`cannot be run in a test: ${command}`);
    const ended = await capture(wordsOf(command.slice(prompt.length + bulkhead.length)));
    status = ended.code;
    out.push(...`${ended.stdout}${ended.stderr}`.split('\n').slice(0, -1));
  }
  return out.join('\n');
}

/** The words of a command line; quotes keep spaces together. */
const wordsOf = (line: string): readonly string[] =>
  (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));

/** What is wrong with the `bulkhead` command lines of a text: commands and options that there are not. */
export async function unknownIn(code: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [, line = ''] of code
    .replaceAll(/\\\n\s*/g, '')
    .matchAll(/(?:^|npx )bulkhead ([a-z][^|\n>&#]*)/gm)) {
    const [name = '', ...words] = wordsOf(line.trim());
    const options = name === 'help' ? [] : await optionsOf(name);
    if (options === undefined) found.push(`there is no command "${name}": bulkhead ${line}`);
    for (const word of words) {
      const option = word.split('=')[0] ?? word;
      if (/^--?[a-z]/.test(option) && options?.includes(option) === false)
        found.push(`${name} has no option ${option}`);
    }
  }
  return found;
}

/** The options of a command, in every spelling; undefined where there is no such command. */
export async function optionsOf(name: string): Promise<readonly string[] | undefined> {
  const row = commands.find((candidate) => candidate.name === name);
  if (row === undefined) return undefined;
  const { define } = await row.load();
  const command = new Command(name);
  define(command, { terminal: silentTerminal, run: () => Promise.resolve() });
  return [
    '-h',
    '--help',
    // Of its parts too, such as `audit query`.
    ...[command, ...command.commands].flatMap(({ options }) =>
      options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
    ),
  ];
}
