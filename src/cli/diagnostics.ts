/** Tells people what went wrong, on standard error. */
import { describe, type Issue } from '../config/issue.ts';
import { paletteFor } from './palette.ts';
import type { Terminal } from './terminal.ts';

/** Prints each mistake on a line of its own, and how many there were where they are several. */
export function tellIssues(issues: readonly Issue[], terminal: Terminal): void {
  const { red } = paletteFor(terminal.stderr, terminal);
  const lines = issues.map((issue) => `${red('error:')} ${describe(issue)}\n`);
  if (issues.length > 1) lines.push(`${issues.length} mistakes\n`);
  terminal.stderr.write(lines.join(''));
}

/** Prints something that deserves attention but stops nothing. */
export function tellWarning(message: string, terminal: Terminal): void {
  const { yellow } = paletteFor(terminal.stderr, terminal);
  terminal.stderr.write(`${yellow('warning:')} ${message}\n`);
}

/** Prints mistakes that stop nothing, each on a line of its own with its place. */
export function tellWarnings(issues: readonly Issue[], terminal: Terminal): void {
  for (const issue of issues) tellWarning(describe(issue), terminal);
}
