// Questions to both stores get the answers of an oracle that looks at every entry.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cursor, Filter, Found, Order } from '../../../src/decisions/query/query.ts';
import { groupings } from '../../../src/decisions/query/query.ts';
import { parsed } from '../../../src/decisions/query/terms.ts';
import { recordVersion } from '../../../src/decisions/record.ts';
import type { LogEvent } from '../../../src/decisions/record.ts';
import { stringAt } from '../../../src/k8s/json.ts';
import { chained, idOf, plentiful } from '../query/plentiful.ts';
import { counted, wanted } from '../query/oracle.ts';
import { describeStores } from './stores.ts';
import type { Opened, Store } from './stores.ts';

const start = Date.UTC(2026, 10, 1, 22);
const events = history();

/** Three days with some entries that arrive late, retries, and entries that are no decisions. */
function history(): readonly LogEvent[] {
  const decisions = [
    ...plentiful({ count: 1_500, start, stepMillis: 170_000, tenants: 12, users: 20, rules: 6, seed: 3 }),
  ];
  const late = decisions.splice(700, 150);
  decisions.splice(1_100, 0, ...late);
  const all: LogEvent[] = [];
  for (const [at, decision] of decisions.entries()) {
    all.push(decision);
    const { time, uid, door, decision: verdict, rulesHash, decisionId } = decision;
    if (at % 50 === 0)
      all.push({
        apiVersion: recordVersion,
        kind: 'Retry',
        time,
        decisionId: idOf(Date.parse(time), `5e7e7e7e7e7e7e7e7e7e${String(at).padStart(6, '0')}`),
        uid,
        retryOf: decisionId,
        door,
        decision: verdict,
        rulesHash,
      });
    if (at % 400 === 0)
      all.push({ apiVersion: recordVersion, kind: 'Gap', time, dropped: { 'queue-full': at } });
    if (at % 300 === 0)
      all.push({
        apiVersion: recordVersion,
        kind: 'Read',
        time,
        reader: 'jane',
        action: 'query',
        question: 'decision=denied',
        count: at,
      });
  }
  return all;
}

const filters: readonly (readonly [string, Filter])[] = [
  ['everything', {}],
  ['a time', { from: start + 9e7, until: start + 1e8 }],
  [
    'an instant that one entry has',
    { from: Date.parse(events[40]?.time ?? ''), until: Date.parse(events[40]?.time ?? '') + 1 },
  ],
  ['a decision', { decision: ['denied'] }],
  ['two decisions', { decision: ['errored', 'warned'] }],
  ['a tenant', { tenant: ['tenant-1'] }],
  ['a peer tenant', { peerTenant: ['tenant-5'] }],
  ['a namespace', { namespace: ['tenant-0-prod'] }],
  ['a kind', { kind: ['Namespace'] }],
  ['a name', { name: ['allow-3'] }],
  ['a user', { user: ['user-2'] }],
  ['a group', { group: ['team-tenant-2'] }],
  ['a rule', { rule: ['boundary-1'] }],
  ['a severity', { severity: ['critical', 'high'] }],
  ['an exception', { exception: ['tenant-0-dev/until-friday', 'tenant-0-prod/until-friday'] }],
  ['dry runs', { dryRun: ['true'] }],
  ['an operation', { operation: ['DELETE'] }],
  ['a door', { door: ['mutate'] }],
  ['a version of the rules', { rulesHash: ['none'] }],
  ['a word', { text: 'budget' }],
  ['words in any order', { text: 'Namespace TCP reach' }],
  ['a part of a word', { text: '5' }],
  ['an address', { text: '10.7.0.0/16' }],
  ['the beginning of a word', { text: 'bound* spent' }],
  ['a word that nobody said', { text: 'nowhere' }],
  ['a scope', { scope: ['tenant-1', 'tenant-9'] }],
  ['an empty scope', { scope: [] }],
  ['a tenant outside the scope', { scope: ['tenant-1'], tenant: ['tenant-0'] }],
  ['a value with quotes', { name: ["it's \\ 'quoted' & | ! :*"] }],
  ['what never meets', { decision: ['allowed'], severity: ['low'] }],
  ['reads', { entry: ['Read'] }],
  ['gaps and retries', { entry: ['Gap', 'Retry'] }],
  [
    'much at once',
    {
      decision: ['denied'],
      kind: ['Pod'],
      tenant: ['tenant-0', 'tenant-1'],
      text: 'reach',
      from: start + 1e7,
    },
  ],
];

const any = <T>(...values: readonly T[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const arbitraryFilter = fc
  .record({
    decision: any('allowed', 'denied', 'patched', 'errored'),
    tenant: any('tenant-0', 'tenant-1', 'tenant-2', 'tenant-11'),
    kind: any('Pod', 'Namespace', 'NetworkPolicy'),
    rule: any('boundary-0', 'boundary-1', 'boundary-5'),
    severity: any('critical', 'low'),
    operation: any('CREATE', 'DELETE'),
    scope: any('tenant-0', 'tenant-3', 'tenant-4'),
    text: fc.option(fc.constantFrom('reach', 'tenant-3', 'pods 10.*', 'tcp', 'week'), { nil: undefined }),
    from: fc.option(fc.integer({ min: start, max: start + 2.6e8 }), { nil: undefined }),
    until: fc.option(fc.integer({ min: start, max: start + 2.6e8 }), { nil: undefined }),
  })
  .map((filter): Filter =>
    Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
  );

const idsOf = (records: readonly Found[]): readonly string[] =>
  records.map(({ event }) => stringAt(parsed(event), 'decisionId') ?? event);
const idOfEvent = (event: LogEvent): string =>
  'decisionId' in event ? event.decisionId : JSON.stringify(event);

describeStores('questions', (begin) => {
  let store: Store;
  let opened: Opened;
  beforeAll(async () => {
    store = await begin();
    opened = await store.open();
    const entries = [...chained(events, 'replica-0/1')];
    for (let at = 0; at < entries.length; at += 600) {
      await opened.journal.append({ entries: entries.slice(at, at + 600), checkpoints: [] });
      await opened.jump();
      // Questions in between: what was derived so far goes on from there.
      await opened.reader.page({ filter: {}, order: 'newest', limit: 1 });
    }
  }, 60_000);
  afterAll(async () => {
    await opened.close();
    await store.end();
  });

  async function everyPage(filter: Filter, order: Order, limit: number): Promise<readonly Found[]> {
    const all: Found[] = [];
    let after: Cursor | undefined;
    do {
      const page = await opened.reader.page({
        filter,
        order,
        limit,
        ...(after === undefined ? {} : { after }),
      });
      expect(page.records.length).toBeLessThanOrEqual(limit);
      all.push(...page.records);
      after = page.next;
    } while (after !== undefined);
    return all;
  }

  // Entries without an id are compared by their text; both sides write canonical JSON.
  const expected = (filter: Filter): readonly string[] => wanted(events, filter).map(idOfEvent);
  const comparable = (ids: readonly string[]): readonly string[] =>
    ids.map((id) => (id.startsWith('{') ? `${id.length}` : id));

  test.each(filters)('pages of %s', async (_, filter) => {
    const newest = idsOf(await everyPage(filter, 'newest', 97));
    expect(comparable(newest)).toEqual(comparable(expected(filter)));
    const oldest = idsOf(await everyPage(filter, 'oldest', 400));
    expect(comparable(oldest)).toEqual(comparable(expected(filter)).toReversed());
  });

  test('pages of any filter', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFilter, fc.integer({ min: 20, max: 500 }), async (filter, limit) => {
        expect(idsOf(await everyPage(filter, 'newest', limit))).toEqual(expected(filter));
      }),
      { numRuns: 40 },
    );
  });

  test.each(groupings.flatMap((by) => filters.map(([name, filter]) => [by, name, filter] as const)))(
    'groups by %s of %s',
    async (by, _, filter) => {
      const groups = await opened.reader.group({ ...filter, entry: ['Decision'] }, by, 10_000);
      const counts = new Map(
        groups.flatMap(({ key, count, decisions }): [string, number][] => [
          [key, count],
          ...Object.entries(decisions).map(([decision, number]): [string, number] => [
            `${key} ${decision}`,
            number,
          ]),
        ]),
      );
      expect(counts).toEqual(counted(events, { ...filter, entry: ['Decision'] }, by));
      const keys = groups.map(({ key, count }) => (by === 'hour' ? key : String(count).padStart(9, '0')));
      expect(keys).toEqual(keys.toSorted().toReversed());
    },
  );

  test('at most as many groups as asked for, the most frequent ones', async () => {
    const all = await opened.reader.group({}, 'user', 1_000);
    expect(await opened.reader.group({}, 'user', 3)).toEqual(all.slice(0, 3));
  });

  test('one decision, with its retries and the whole entry as it was written', async () => {
    const [event] = events;
    const [entry] = [...chained(events.slice(0, 1), 'replica-0/1')];
    const found = await opened.reader.find(event === undefined ? '' : idOfEvent(event));
    expect(found).toMatchObject({ ...entry, retries: [idOfEvent(events[1] ?? events[0] ?? ({} as never))] });
  });

  test('a decision outside the scope is as one that is not there', async () => {
    const event = events.find((one) => one.kind === 'Decision' && one.tenant === 'tenant-0');
    const id = event === undefined ? '' : idOfEvent(event);
    expect(await opened.reader.find(id, ['tenant-1'])).toBeUndefined();
    expect(await opened.reader.find(id, ['tenant-0'])).toBeDefined();
    expect(await opened.reader.find('0198a000-0000-7000-8000-000000000000')).toBeUndefined();
    expect(await opened.reader.neighbours(id, 'user', 3, ['tenant-1'])).toBeUndefined();
  });

  test.each(['object', 'user'] as const)('what stands around a decision: the same %s', async (of) => {
    const event = events.findLast((one) => one.kind === 'Decision' && one.resource.kind === 'Namespace');
    if (event?.kind !== 'Decision') throw new Error('no decision');
    const { resource, user } = event;
    const filter: Filter =
      of === 'user'
        ? { user: [user.username] }
        : { object: [`${resource.group}/${resource.kind}/${resource.namespace}/${resource.name ?? ''}`] };
    const ids = expected(filter);
    const at = ids.indexOf(event.decisionId);
    const around = await opened.reader.neighbours(event.decisionId, of, 4);
    expect({ before: idsOf(around?.before ?? []), after: idsOf(around?.after ?? []) }).toEqual({
      before: ids.slice(at + 1, at + 5),
      after: ids.slice(Math.max(0, at - 4), at).toReversed(),
    });
  });

  test.each(filters)('pages in the order of arrival of %s', async (_, filter) => {
    const found = idsOf(await everyPage(filter, 'arrival', 131));
    const wantedIds = new Set(expected(filter));
    expect(comparable(found)).toEqual(comparable(events.map(idOfEvent).filter((id) => wantedIds.has(id))));
  });

  test('following the log from its end brings what is written then, however old it is', async () => {
    const after = await opened.reader.end();
    const [late] = [
      ...plentiful({ count: 1, start: start - 9e7, stepMillis: 1, tenants: 1, users: 1, rules: 1, seed: 77 }),
    ].map((event) => ({ ...event, user: { username: 'latest', groups: [] } }));
    const query = { filter: { user: ['latest'] }, order: 'arrival', limit: 10 } as const;
    expect((await opened.reader.page({ ...query, after })).records).toEqual([]);
    await opened.journal.append({ entries: [...chained([late ?? {}], 'replica-9/1')], checkpoints: [] });
    const { records } = await opened.reader.page({ ...query, after });
    expect(idsOf(records)).toEqual([late?.decisionId]);
  });

  test('what arrives later does not shift the next page', async () => {
    const filter: Filter = { user: ['late-comer'] };
    const at = (minute: number, seed: number) =>
      [
        ...plentiful({
          count: 1,
          start: start + minute * 60_000,
          stepMillis: 1,
          tenants: 1,
          users: 1,
          rules: 1,
          seed,
        }),
      ].map((event) => ({ ...event, user: { username: 'late-comer', groups: [] } }));
    const first = [...at(1, 101), ...at(2, 102), ...at(3, 103)];
    await opened.journal.append({ entries: [...chained(first, 'replica-1/1')], checkpoints: [] });
    const page = await opened.reader.page({ filter, order: 'newest', limit: 2 });
    expect(idsOf(page.records)).toEqual([first[2]?.decisionId, first[1]?.decisionId]);
    await opened.journal.append({ entries: [...chained(at(4, 104), 'replica-2/1')], checkpoints: [] });
    if (page.next === undefined) throw new Error('there is more');
    const next = await opened.reader.page({ filter, order: 'newest', limit: 2, after: page.next });
    expect(idsOf(next.records)).toEqual([first[0]?.decisionId]);
    expect(next.next).toBeUndefined();
  });
});
