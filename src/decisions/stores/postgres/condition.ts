/** A filter as a condition on rows: one tsquery over the terms, beside the columns of time and kind. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { facets } from '../../query/query.ts';
import type { Filter } from '../../query/query.ts';
import { termValue } from '../../query/terms.ts';
import { wantedWords } from '../../query/words.ts';
import { storable } from './rows.ts';

/** A lexeme as tsquery reads it: quoted, quotes and backslashes doubled. */
const quoted = (lexeme: string): string =>
  `'${storable(lexeme).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Nearly everything is a decision: asking for those by their terms would find nearly everything. */
const isOfDecisions = ({ entry }: Filter): boolean => entry === undefined || entry.includes('Decision');

/** The alternatives of each part of the filter that is about terms, as a tsquery has them. */
function termsIn(filter: Filter): readonly (readonly string[])[] {
  const lists: (readonly string[])[] = [];
  for (const facet of facets) {
    const values = filter[facet];
    if (values !== undefined && !(facet === 'entry' && isOfDecisions(filter)))
      lists.push(values.map((value) => quoted(`${facet}:${termValue(value)}`)));
  }
  if (filter.scope !== undefined)
    lists.push(filter.scope.map((tenant) => quoted(`tenant:${termValue(tenant)}`)));
  for (const { word, prefix } of wantedWords(filter.text ?? ''))
    lists.push([`${quoted(`w:${word}`)}${prefix ? ':*' : ''}`]);
  return lists;
}

/** Whether the index of terms can tell anything about the rows that the filter wants. */
export const hasTerms = (filter: Filter): boolean => termsIn(filter).length > 0;

/** True for the rows that the filter wants. */
export function conditionOf(filter: Filter): RawBuilder<boolean> {
  const parts: RawBuilder<unknown>[] = [];
  if (isOfDecisions(filter)) parts.push(sql`kind = ANY (${filter.entry ?? ['Decision']}::text[])`);
  const lists = termsIn(filter);
  // No alternative is left: nothing can be wanted.
  if (lists.some((list) => list.length === 0)) return sql<boolean>`FALSE`;
  if (lists.length > 0)
    parts.push(sql`terms @@ ${lists.map((list) => `(${list.join(' | ')})`).join(' & ')}::tsquery`);
  if (filter.from !== undefined) parts.push(sql`time >= ${new Date(filter.from)}`);
  if (filter.until !== undefined) parts.push(sql`time < ${new Date(filter.until)}`);
  return sql<boolean>`${sql.join(parts, sql` AND `)}`;
}
