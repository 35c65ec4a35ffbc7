/** What stands around a decision, asked with ordinary questions: any reader has it. */
import { stringAt } from '../../k8s/json.ts';
import type { DecisionReader, Neighbours, Query } from './query.ts';
import { objectOf, parsed } from './terms.ts';

/** At most `count` records of the same object or user on each side; undefined where there is no such decision inside the scope. */
export async function besides(
  reader: Pick<DecisionReader, 'find' | 'page'>,
  decisionId: string,
  of: 'object' | 'user',
  count: number,
  scope: readonly string[] | undefined,
): Promise<Neighbours | undefined> {
  const found = await reader.find(decisionId, scope);
  if (found === undefined) return undefined;
  const event = parsed(found.event);
  const value = of === 'object' ? objectOf(event) : stringAt(event, 'user', 'username');
  // While its name is pending an object is no other's neighbour.
  if (value === undefined) return { before: [], after: [] };
  const filter = {
    ...(of === 'object' ? { object: [value] } : { user: [value] }),
    ...(scope === undefined ? {} : { scope }),
  };
  const after = { time: Date.parse(stringAt(event, 'time') ?? ''), position: found.position };
  const ask = (order: Query['order']) => reader.page({ filter, order, limit: count, after });
  const [before, later] = await Promise.all([ask('newest'), ask('oldest')]);
  return { before: before.records, after: later.records };
}
