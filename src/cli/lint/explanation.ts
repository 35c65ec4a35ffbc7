/** `bulkhead lint --explain CODE`: what a finding means and what to do about it. */
import { entries, explanationOf } from '../../authoring/catalogue/catalogue.ts';
import { nearest } from '../../config/suggestion.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

/** Prints the entry of a code; an unknown one is told with what was probably meant. */
export function explainCode(code: string, terminal: Terminal): ExitCode {
  if (!entries.has(code)) {
    const meant = nearest(code, entries.keys());
    const hint = meant === undefined ? 'docs/lint.md lists them all' : `did you mean ${meant}?`;
    terminal.stderr.write(`error: there is no finding "${code.slice(0, 80)}"; ${hint}\n`);
    return 2;
  }
  terminal.stdout.write(explanationOf(code));
  return 0;
}
