/** What a command is: a row that everybody sees, and a definition that only its own run loads. */
import type { Command } from '@commander-js/extra-typings';
import type { ExitCode, Terminal } from './terminal.ts';

/** Where a definition is asked what it is and hands over what it does. */
export interface Session {
  readonly terminal: Terminal;
  /** Runs the body of a command; its answer becomes the exit code of the process. */
  readonly run: (body: () => ExitCode | Promise<ExitCode>) => Promise<void>;
}

/**
 * Declares a command's arguments, options, help and action.
 *
 * @example
 * export const define: Definition = (command, { terminal, run }) =>
 *   command.option('--loud', 'say it loudly').action(({ loud }) => run(() => speak(loud === true, terminal)));
 */
export type Definition = (command: Command, session: Session) => unknown;

/** A command as the table lists it. Its module is imported only when it runs or is asked for help. */
export interface CommandRow {
  readonly name: string;
  /** One line, as in the list of commands: what it does, for whom. */
  readonly summary: string;
  /** The heading that it stands under in the list of commands. */
  readonly group: string;
  readonly load: () => Promise<{ readonly define: Definition }>;
}

/** Reads an option that may be repeated: each value behind those before it. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
