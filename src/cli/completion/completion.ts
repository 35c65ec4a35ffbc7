/** `bulkhead completion`: a script for the shell that completes commands, options and the choices of options. */
import { Argument, Command } from '@commander-js/extra-typings';
import type { CommandRow, Definition, Session } from '../command.ts';
import { commands } from '../commands.ts';
import { bashScript, fishScript, zshScript } from './scripts.ts';
import type { CompletedCommand } from './scripts.ts';
import type { ExitCode } from '../terminal.ts';

const more = `
It completes bulkhead and kubectl-bulkhead. Load it in the shell that runs, or from its start-up file:
  bash   source <(bulkhead completion bash)
  zsh    source <(bulkhead completion zsh)     (after compinit)
  fish   bulkhead completion fish | source`;

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const define: Definition = (command, session) =>
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish'] as const))
    .addHelpText('after', more)
    .action((shell) =>
      session.run(async (): Promise<ExitCode> => {
        session.terminal.stdout.write(scripts[shell](await completed(commands, session)));
        return 0;
      }),
    );

/** What there is to complete, read from the definitions of the commands themselves. */
async function completed(
  rows: readonly CommandRow[],
  session: Session,
): Promise<readonly CompletedCommand[]> {
  return Promise.all(
    rows.map(async ({ name, summary, load }) => {
      const { define: defineOne } = await load();
      const described = new Command(name);
      defineOne(described, { terminal: session.terminal, run: () => Promise.resolve() });
      const options = described.options.map(
        ({ long, short, description, argChoices, required, optional }) => ({
          flags: [short, long].filter((flag) => flag !== undefined),
          description,
          choices: argChoices ?? [],
          takesValue: required || optional,
        }),
      );
      const help = {
        flags: ['-h', '--help'],
        description: 'explain a command',
        choices: [],
        takesValue: false,
      };
      const choices = described.registeredArguments[0]?.argChoices ?? [];
      return { name, summary, options: [...options, help], choices };
    }),
  );
}
