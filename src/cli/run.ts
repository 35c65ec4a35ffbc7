/** Runs one command line: finds the command, loads it alone, and turns whatever happens into an exit code. */
import { Command, CommanderError } from '@commander-js/extra-typings';
import type { CommandRow, Session } from './command.ts';
import { closing, opening } from './guidance.ts';
import { paletteFor } from './palette.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/**
 * Runs `bulkhead ARGUMENTS`. Nothing is thrown: a wrong command line is told with a suggestion and gives 2, as does a bug, which is
 * told with its stack.
 */
export async function run(
  rows: readonly CommandRow[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  let answer: ExitCode = 0;
  const session: Session = {
    terminal,
    run: async (body) => {
      answer = await body();
    },
  };
  try {
    const program = root(terminal);
    const wanted = commandIn(argv);
    for (const { name, group, summary, load } of rows) {
      const command = program.command(name).summary(summary).helpGroup(`${group}:`);
      if (name !== wanted) continue;
      command.description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`);
      const { define } = await load();
      define(command.showHelpAfterError(`Try: bulkhead ${name} --help`), session);
    }
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync(argv, { from: 'user' });
    return answer;
  } catch (error) {
    // Commander has told what it refused; what it printed because it was asked to has code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { red } = paletteFor(terminal.stderr, terminal);
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.stderr.write(`${red('bug in bulkhead:')} ${trace}\nPlease report this.\n`);
    return 2;
  }
}

function root(terminal: Terminal): Command {
  const { red } = paletteFor(terminal.stderr, terminal);
  const titles = paletteFor(terminal.stdout, terminal);
  return new Command('bulkhead')
    .description(opening)
    .usage('COMMAND [OPTIONS]')
    .version(terminal.version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .commandsGroup('About:')
    .helpCommand('help [COMMAND]', 'explain a command')
    .addHelpText('after', closing)
    .showHelpAfterError('Try: bulkhead --help')
    .configureHelp({ styleTitle: titles.bold })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, red('error:'))),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .exitOverride();
}

/** The command that a command line names: its first word, or the one that help is asked for. */
function commandIn(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((word) => !word.startsWith('-'));
  return first === 'help' ? second : first;
}
