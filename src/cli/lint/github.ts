/** Findings and failures as workflow commands, which GitHub shows beside the line of a change. */
import type { Position } from '../../config/issue.ts';

/** One annotation; `title` is the code or the name of a case. */
export interface Annotation extends Position {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
}

const levels = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** `::error file=a.yaml,line=1,col=2,title=code::message`, escaped as the runner unescapes it. */
export function githubCommand({ severity, code, message, file, line, column }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${property(code)}`,
  ];
  return `::${levels[severity]} ${properties.join(',')}::${data(message)}\n`;
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
