// The commands of an `sh` block, as a shell reads them: a command goes on until the shell would take it.
import { spawnSync } from 'node:child_process';

/** One command with its trailing comment; a loop is one command, and so is what a backslash joins. Throws where a block ends amid one. */
export function commandsOf(code: string): readonly string[] {
  const commands: string[] = [];
  let open: readonly string[] = [];
  for (const line of code.split('\n')) {
    open = [...open, line];
    const text = open.join('\n');
    if (text.trim() === '' || text.endsWith('\\') || !isWhole(text)) continue;
    commands.push(text);
    open = [];
  }
  if (open.some((line) => line.trim() !== '')) throw new Error(`no shell takes this: ${open.join('\n')}`);
  return commands;
}

const isWhole = (text: string): boolean => spawnSync('bash', ['-n', '-c', text]).status === 0;

/** Claims that a command goes on for ever where nobody ends it. */
export const stays = (command: string): boolean =>
  /\bbulkhead (?:serve|audit (?:serve|tail))\b/.test(command) && !/&\s*(?:#.*)?$/.test(command);
