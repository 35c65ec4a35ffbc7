// The obvious answers: every entry looked at, one by one.
import type { Facet, Filter, Grouping } from '../../../src/decisions/query/query.ts';
import { facets } from '../../../src/decisions/query/query.ts';
import type { DecisionEvent, LogEvent } from '../../../src/decisions/record.ts';
import { tenantLabel } from './plentiful.ts';

const isDecision = (event: LogEvent): event is DecisionEvent => event.kind === 'Decision';

function valuesOf(event: DecisionEvent, facet: Facet): readonly string[] {
  const { resource } = event;
  switch (facet) {
    case 'decision':
      return [event.decision];
    case 'tenant':
      return event.tenant === undefined ? [] : [event.tenant];
    case 'peerTenant':
      return event.violations.flatMap(({ witness }) => {
        const peer = witness?.direction === 'Ingress' ? witness.source : witness?.destination;
        const tenant =
          peer !== undefined && 'namespace' in peer ? peer.namespaceLabels[tenantLabel] : undefined;
        return tenant === undefined ? [] : [tenant];
      });
    case 'namespace':
      return [resource.namespace];
    case 'kind':
      return [resource.kind];
    case 'name':
      return [resource.name ?? ''];
    case 'user':
      return [event.user.username];
    case 'group':
      return event.user.groups;
    case 'rule':
      return event.violations.map(({ rule }) => rule);
    case 'severity':
      return event.violations.flatMap(({ policy }) =>
        policy?.severity === undefined ? [] : [policy.severity],
      );
    case 'exception':
      return event.exceptions;
    case 'dryRun':
      return [String(event.dryRun)];
    case 'operation':
      return [event.operation];
    case 'door':
      return [event.door];
    case 'rulesHash':
      return [event.rulesHash];
    case 'object':
      return [`${resource.group}/${resource.kind}/${resource.namespace}/${resource.name ?? ''}`];
    case 'entry':
      return [event.kind];
  }
}

/** As it stands in a regular expression. */
const escaped = (word: string): string => word.replace(/\*$/, '').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

function says(event: DecisionEvent, text: string): boolean {
  const messages = [
    ...event.violations.map(({ message }) => message),
    ...event.warnings,
    event.failure?.message ?? '',
  ].join(' ');
  return text
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '')
    .every((word) => {
      const stem = escaped(word);
      const end = word.endsWith('*') ? '' : '(?![\\p{L}\\p{N}])';
      return new RegExp(`(?<![\\p{L}\\p{N}])${stem}${end}`, 'iu').test(messages);
    });
}

function wants(event: LogEvent, filter: Filter): boolean {
  const time = Date.parse(event.time);
  if (time < (filter.from ?? -Infinity) || time >= (filter.until ?? Infinity)) return false;
  if (!(filter.entry ?? ['Decision']).includes(event.kind)) return false;
  if (!isDecision(event)) return facets.every((facet) => facet === 'entry' || filter[facet] === undefined);
  if (filter.scope !== undefined && !filter.scope.includes(event.tenant ?? '')) return false;
  if (
    !facets.every((facet) => filter[facet]?.some((value) => valuesOf(event, facet).includes(value)) ?? true)
  )
    return false;
  return filter.text === undefined || says(event, filter.text);
}

/** What `events` (in the order of arrival) hold of a filter, newest first, the last to arrive first within a millisecond. */
export const wanted = (events: readonly LogEvent[], filter: Filter): readonly LogEvent[] =>
  events
    .map((event, position) => ({ event, position }))
    .filter(({ event }) => wants(event, filter))
    .sort((a, b) => Date.parse(b.event.time) - Date.parse(a.event.time) || b.position - a.position)
    .map(({ event }) => event);

/** Counts by value and decision. */
export function counted(
  events: readonly LogEvent[],
  filter: Filter,
  by: Grouping,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of wanted(events, filter)) {
    if (!isDecision(event)) continue;
    const keys = by === 'hour' ? [`${event.time.slice(0, 13)}:00:00.000Z`] : valuesOf(event, by);
    for (const key of new Set(keys)) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      counts.set(`${key} ${event.decision}`, (counts.get(`${key} ${event.decision}`) ?? 0) + 1);
    }
  }
  return counts;
}
