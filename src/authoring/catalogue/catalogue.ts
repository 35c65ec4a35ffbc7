/** Every finding there is, by its code: the one source of what `lint --explain`, SARIF and docs/lint.md say. */
import { boundaries } from './boundaries.ts';
import type { Entry } from './entry.ts';
import { expressions } from './expressions.ts';
import { guardrails } from './guardrails.ts';
import { shapes } from './shapes.ts';
import { texts } from './texts.ts';

/** The chapters of the documentation. */
export const chapters = [
  { title: 'Boundaries', entries: boundaries },
  { title: 'Guardrails', entries: guardrails },
  { title: 'Expressions', entries: expressions },
  { title: 'Selectors, peers, manifests and suites', entries: shapes },
  { title: 'Texts, schemas and configuration', entries: texts },
] as const;

/** Entries by code. */
export const entries: ReadonlyMap<string, Entry> = new Map(
  chapters.flatMap((chapter) => [...chapter.entries]),
);

/** The entry of a code; one that is missing is a bug that a test finds, and what is told of it stays true. */
export const entryOf = (code: string): Entry =>
  entries.get(code) ?? {
    severity: 'error',
    title: code,
    why: 'The message says what is wrong.',
    fix: 'Do what the message says.',
  };

/** Where a code is documented, from the root of the repository. */
export const docsOf = (code: string): string =>
  `docs/lint.md#${code.toLowerCase().replaceAll(/[^a-z0-9-]/g, '')}`;

/** What `lint --explain` prints of a code. */
export function explanationOf(code: string): string {
  const { severity, title, why, fix } = entryOf(code);
  return `${code} (${severity}): ${title}\n\n${why}\n\n${fix}\n\n${docsOf(code)}\n`;
}
