/** What lint has to say about one place in a rule file. */
import type { Document, Part } from '../config/document.ts';
import type { Issue } from '../config/issue.ts';

/** An error is refused by the server or never what its author meant; a warning deserves a look; info is worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** A mistake or an oddity with its place; `code` is one of the catalogue and stable. */
export interface Finding extends Issue {
  readonly severity: Severity;
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Every issue of reading and compiling is an error: the server would not start with it. */
export const errorOf = (issue: Issue): Finding => ({ ...issue, severity: 'error' });

/** What loads and is probably not meant. */
export const warningOf = (issue: Issue): Finding => ({ ...issue, severity: 'warning' });

/** A finding at a pointer of a document. */
export function findingAt(
  document: Document,
  pointer: string,
  { severity, code, message }: Pick<Finding, 'severity' | 'code' | 'message'>,
  part: Part = 'value',
): Finding {
  return { severity, code, message, pointer, file: document.file, ...document.positionOf(pointer, part) };
}

/** By file, line and column, worse ones first at one place; what is told twice is told once. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const sorted = [...findings].sort(
    (a, b) =>
      compare(a.file ?? '', b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      ranks[a.severity] - ranks[b.severity] ||
      compare(a.code, b.code) ||
      compare(a.pointer ?? '', b.pointer ?? '') ||
      compare(a.message, b.message),
  );
  const seen = new Set<string>();
  return sorted.filter(({ file, line, column, code, pointer, message }) => {
    const key = JSON.stringify([file, line, column, code, pointer, message]);
    return !seen.has(key) && seen.add(key);
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
