/** What the benches ask a decision log, and how long the answers take: the first page and the next one for every filter, in both directions of time. */
import { groupings } from '../../src/decisions/query/query.ts';
import type { DecisionReader, Filter } from '../../src/decisions/query/query.ts';
import { parsed } from '../../src/decisions/query/terms.ts';
import { stringAt } from '../../src/k8s/json.ts';
import type { Plenty } from '../../test/decisions/query/plentiful.ts';

const start = Date.UTC(2026, 7, 1);
const day = 86_400_000;

/** Ninety days of a busy cluster, whatever the number of records. */
export const plentyOf = (count: number): Plenty => ({
  count,
  start,
  stepMillis: Math.floor((90 * day) / count),
  tenants: 1_000,
  users: 5_000,
  rules: 50,
  seed: 7,
});

/** No page may take longer. */
export const limitMillis = 50;

/** Every facet that a filter has, the frequent and the rare, what meets nowhere, and several at once. */
const questionsAbout = (rulesHash: string): readonly (readonly [string, Filter])[] => [
  ['everything', {}],
  ['time: one day in the middle', { from: start + 40 * day, until: start + 41 * day }],
  ['time: before everything', { until: start }],
  ['decision: denied', { decision: ['denied'] }],
  ['decision: errored or warned', { decision: ['errored', 'warned'] }],
  ['tenant: a busy one', { tenant: ['tenant-0'] }],
  ['tenant: a quiet one', { tenant: ['tenant-990'] }],
  ['peer tenant', { peerTenant: ['tenant-7'] }],
  ['namespace', { namespace: ['tenant-3-prod'] }],
  ['kind', { kind: ['NetworkPolicy'] }],
  ['name', { name: ['allow-7'] }],
  ['name: none has it', { name: ['nobody'] }],
  ['object', { object: ['networking.k8s.io/NetworkPolicy/tenant-0-prod/allow-7'] }],
  ['user', { user: ['user-12'] }],
  ['group', { group: ['team-tenant-5'] }],
  ['rule: a frequent one', { rule: ['boundary-0'] }],
  ['rule: a rare one', { rule: ['boundary-49'] }],
  ['severity', { severity: ['critical'] }],
  ['exception', { exception: ['tenant-1-prod/until-friday'] }],
  ['dry run', { dryRun: ['true'] }],
  ['operation', { operation: ['DELETE'] }],
  ['door', { door: ['mutate'] }],
  ['rules version: one in ten', { rulesHash: [rulesHash] }],
  ['rules version: unknown', { rulesHash: ['0'.repeat(64)] }],
  ['entry: readings, of which there are none', { entry: ['Read'] }],
  ['text: a frequent word', { text: 'pods' }],
  ['text: three words', { text: 'reach 10.7.0.0/16 tenant-4' }],
  ['text: the beginning of a word', { text: '10.7*' }],
  ['text: the beginning of many words', { text: '1*' }],
  ['text: a word that none has', { text: 'nowhere' }],
  ['scope: three tenants', { scope: ['tenant-1', 'tenant-2', 'tenant-900'], decision: ['denied'] }],
  ['two halves that never meet', { decision: ['allowed'], severity: ['critical'] }],
  ['a frequent word and a decision without messages', { decision: ['allowed'], text: 'pods' }],
  ['a busy tenant on one day', { tenant: ['tenant-0'], from: start + 40 * day, until: start + 41 * day }],
  ['a quiet tenant in the first half', { tenant: ['tenant-990'], until: start + 45 * day }],
  ['an operation, a kind and a door', { operation: ['UPDATE'], kind: ['Pod'], door: ['mutate'] }],
  [
    'five filters and two words',
    {
      decision: ['denied'],
      kind: ['Pod'],
      operation: ['CREATE'],
      tenant: ['tenant-0', 'tenant-1'],
      severity: ['high'],
      text: 'egress reach',
    },
  ],
];

const repeats = 11;
const orders = ['newest', 'oldest'] as const;

export interface Measured {
  readonly question: string;
  readonly order: (typeof orders)[number];
  readonly rows: number;
  /** Processor time for one page, of this process and of the store's where that can be told. */
  readonly cpuMillis: number;
  readonly firstMillis: number;
  readonly firstWorst: number;
  /** Null where there is no second page. */
  readonly nextMillis: number | null;
  readonly nextWorst: number | null;
}

export interface Answers {
  readonly pages: readonly Measured[];
  readonly others: readonly { readonly question: string; readonly millis: number }[];
}

export async function timed<T>(what: () => Promise<T>): Promise<readonly [T, number]> {
  const begun = performance.now();
  const answer = await what();
  return [answer, performance.now() - begun];
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Milliseconds of processor time that a store's own processes have spent so far. */
export type StoreClock = () => Promise<number>;

async function measure(
  question: string,
  filter: Filter,
  order: (typeof orders)[number],
  reader: DecisionReader,
  clock: StoreClock,
): Promise<Measured> {
  const first: number[] = [];
  const next: number[] = [];
  const begun = await clock();
  const before = process.cpuUsage();
  let rows = 0;
  for (let turn = 0; turn < repeats; turn += 1) {
    const [page, millis] = await timed(() => reader.page({ filter, order, limit: 100 }));
    first.push(millis);
    rows = page.records.length;
    if (page.next === undefined) continue;
    const after = page.next;
    const [, more] = await timed(() => reader.page({ filter, order, limit: 100, after }));
    next.push(more);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    question,
    order,
    rows,
    cpuMillis: ((user + system) / 1_000 + (await clock()) - begun) / (first.length + next.length),
    firstMillis: median(first),
    firstWorst: Math.max(...first),
    nextMillis: next.length === 0 ? null : median(next),
    nextWorst: next.length === 0 ? null : Math.max(...next),
  };
}

/** Asks everything, in pages of 100. */
export async function askEverything(
  reader: DecisionReader,
  clock: StoreClock = () => Promise.resolve(0),
): Promise<Answers> {
  const [newest] = (await reader.page({ filter: {}, order: 'newest', limit: 1 })).records;
  const event = parsed(newest?.event ?? '');
  const pages: Measured[] = [];
  for (const [question, filter] of questionsAbout(stringAt(event, 'rulesHash') ?? ''))
    for (const order of orders) pages.push(await measure(question, filter, order, reader, clock));
  const others = [];
  for (const by of groupings)
    for (const [name, filter] of [
      ['', {}],
      [' of what one tenant was denied', { tenant: ['tenant-0'], decision: ['denied'] }],
    ] as const) {
      const [, millis] = await timed(() => reader.group(filter, by, 100));
      others.push({ question: `group by ${by}${name}`, millis });
    }
  const shown = stringAt(event, 'decisionId') ?? '';
  const [, shownMillis] = await timed(() => reader.find(shown));
  others.push({ question: 'one decision', millis: shownMillis });
  for (const side of ['object', 'user'] as const) {
    const [, millis] = await timed(() => reader.neighbours(shown, side, 10));
    others.push({ question: `its neighbours by ${side}`, millis });
  }
  return { pages, others };
}

/** Prints a table, or JSON; the exit code tells whether a median was above the limit. */
export function report(count: number, what: string, answers: Answers, json: boolean): number {
  const { pages, others } = answers;
  const ms = (millis: number | null): string => (millis === null ? '-' : millis.toFixed(1));
  const lines = json
    ? [JSON.stringify({ count, what, pages, others }, null, 2)]
    : [
        `${count} records, ${what}; milliseconds, median and worst of ${repeats}, pages of 100; cpu: of one page`,
        ...pages.map(
          (one) =>
            `${one.question.padEnd(48)} ${one.order}  rows ${String(one.rows).padStart(3)}  cpu ${ms(one.cpuMillis).padStart(4)}  first ${ms(one.firstMillis)} / ${ms(one.firstWorst)}  next ${ms(one.nextMillis)} / ${ms(one.nextWorst)}`,
        ),
        ...others.map(({ question, millis }) => `${question.padEnd(48)} ${ms(millis)}`),
      ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const slow = pages.filter((one) => one.firstMillis > limitMillis || (one.nextMillis ?? 0) > limitMillis);
  for (const { question, order } of slow)
    process.stderr.write(`slower than ${limitMillis} ms: ${question}, ${order} first\n`);
  return slow.length === 0 ? 0 : 1;
}
