/** `bulkhead audit` reads a log, exports it, finds what was changed in it, and leaves a trace of having read it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadOrMakeKey } from '../../../src/decisions/integrity/keys.ts';
import { stateFiles } from '../../../src/decisions/stateFiles.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { itemOf, Session } from '../../../src/decisions/writer/session.ts';
import type { DecisionEvent } from '../../../src/decisions/record.ts';
import { listAt, ownAt, stringAt } from '../../../src/k8s/json.ts';
import { plentiful } from '../../decisions/query/plentiful.ts';
import { capture } from '../capturedTerminal.ts';
import type { Captured } from '../capturedTerminal.ts';

const events: readonly DecisionEvent[] = [
  ...plentiful({
    count: 60,
    start: Date.UTC(2026, 10, 1),
    stepMillis: 60_000,
    tenants: 3,
    users: 4,
    rules: 3,
    seed: 6,
  }),
].map((event, at) => (at === 7 ? { ...event, user: { username: '=HYPERLINK("x")', groups: [] } } : event));
const denied = events.filter(({ decision }) => decision === 'denied');

let state = '';
let key = '';

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'bulkhead-audit-'));
  const { database, keyFile } = stateFiles(state);
  key = `${keyFile}.pub`;
  const session = new Session({
    writer: 'replica-0/2026-11-01T00:00:00.000Z-0000',
    key: loadOrMakeKey(keyFile),
    open: () => Promise.resolve(openSqliteJournal(database)),
    now: () => Date.UTC(2026, 10, 1),
    checkpoint: () => undefined,
  });
  await session.append(events.map(itemOf), { close: true });
  await session.close();
});

afterAll(() => rm(state, { recursive: true }));

const audit = (part: string, ...words: readonly string[]): Promise<Captured> =>
  capture(['audit', part, '--state', state, ...words]);
const jsonOf = ({ stdout }: Captured): unknown => JSON.parse(stdout);
const idsOf = (answer: unknown): readonly unknown[] =>
  listAt(answer, 'records').map((record) => stringAt(record, 'decisionId'));

describe('query', () => {
  test('lists what a filter wants, the newest first', async () => {
    const found = await audit('query', '--decision', 'denied', '-o', 'json');
    expect(found.code).toBe(0);
    expect(idsOf(jsonOf(found))).toEqual(denied.map(({ decisionId }) => decisionId).toReversed());
  });

  test('goes on where a page ended', async () => {
    const ids: unknown[] = [];
    let after: readonly string[] = [];
    do {
      const answer = jsonOf(await audit('query', '--limit', '25', '-o', 'json', ...after));
      ids.push(...idsOf(answer));
      const next = stringAt(answer, 'next');
      after = next === undefined ? [] : ['--after', next];
    } while (after.length > 0);
    expect(ids).toEqual(events.map(({ decisionId }) => decisionId).toReversed());
  });

  test('prints lines for people, a table, and counts', async () => {
    const [first] = denied.toReversed();
    const text = await audit('query', '--decision', 'denied', '--limit', '1');
    expect(text.stdout).toContain(`denied ${first?.operation ?? ''} ${first?.resource.kind ?? ''}`);
    expect(text.stdout).toContain(first?.violations[0]?.message ?? 'nothing');
    expect(text.stderr).toContain('there is more: --after ');
    const table = await audit('query', '--decision', 'denied', '-o', 'table');
    expect(table.stdout.split('\n')).toHaveLength(denied.length + 2);
    const groups = await audit('query', '--group-by', 'tenant', '-o', 'json');
    const total = listAt(jsonOf(groups), 'groups').reduce<number>(
      (sum, group) => sum + Number(ownAt(group, 'count')),
      0,
    );
    expect(total).toBe(events.length);
  });

  test.each([
    [['--decision', 'maybe'], 'decision: "maybe" is none of'],
    [['--from', 'noon'], 'from: "noon" is no time'],
    [['--limit', '0'], 'limit: "0" is not a whole number'],
    [['--log', '/nowhere/decisions.sqlite'], 'there is no decision log'],
    [['--output', 'xml'], 'Allowed choices are text, table, json'],
  ])('refuses %j with 2', async (words, reason) => {
    const { code, stderr, stdout } = await audit('query', ...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
  });

  test('a file that is no log is told', async () => {
    const file = join(state, 'text.sqlite');
    await writeFile(file, 'this is no database, and quite long enough to be seen as none');
    const { code, stderr } = await audit('query', '--log', file);
    expect([code, stderr.includes('cannot be read')]).toEqual([2, true]);
  });
});

test('of an address that is wrong nothing is told, for it may hold a password', async () => {
  const { code, stderr } = await audit('query', '--log', 'postgre://jane:hunter2@db.example/log');
  expect(code).toBe(2);
  expect(stderr).toContain('let it begin with postgres://');
  expect(stderr).not.toContain('hunter2');
});

describe('show', () => {
  test('tells everything of one decision, with what stands around it', async () => {
    const [event] = denied;
    const { code, stdout } = await audit('show', event?.decisionId ?? '', '--neighbours', 'user');
    expect(code).toBe(0);
    for (const part of [
      event?.user.username,
      event?.violations[0]?.message,
      'record hash',
      'witness',
      'before',
      'after',
    ])
      expect(stdout).toContain(part);
  });

  test('an id that there is not is told with 2', async () => {
    const { code, stderr } = await audit('show', 'nobody');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no decision "nobody" is in this log')]);
  });
});

describe('export', () => {
  test('writes a line of CSV for each decision, and no formula', async () => {
    const { stdout, stderr } = await audit('export', '--format', 'csv');
    const lines = stdout.trimEnd().split('\r\n');
    expect(lines).toHaveLength(events.length + 1);
    expect(stdout).toContain(`"'=HYPERLINK(""x"")"`);
    expect(stdout).not.toMatch(/(?:^|,)"?=/m);
    expect(stderr).toContain(`${events.length + 1} lines written`);
  });

  test('writes JSON Lines, the oldest first', async () => {
    const { stdout } = await audit('export', '--decision', 'denied');
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => stringAt(JSON.parse(line), 'decisionId'));
    expect(ids).toEqual(denied.map(({ decisionId }) => decisionId));
  });

  test('never replaces a file, and a bundle takes no filter', async () => {
    const file = join(state, 'taken');
    await writeFile(file, 'mine');
    expect(await audit('export', '--file', file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('EEXIST'),
    });
    expect(await readFile(file, 'utf8')).toBe('mine');
    const bundle = await audit('export', '--format', 'bundle', '--tenant', 'a');
    expect(bundle).toMatchObject({ code: 2, stderr: expect.stringContaining('a bundle is the whole log') });
  });
});

describe('verify', () => {
  test('finds an untouched log and its bundle intact', async () => {
    expect(await audit('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^intact: \d+ records in \d+ chains, \d+ of them under 1 checkpoint$/m),
    });
    const file = join(state, 'good.bundle');
    await audit('export', '--format', 'bundle', '--file', file);
    const { code, stdout } = await capture(['audit', 'verify', file, '--key', key]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('intact')]);
  });

  /** Where the record of the decisions' chain with that seq stands. */
  const at = (lines: readonly string[], seq: number): number =>
    lines.findIndex((line) =>
      line.includes(`"writer":"replica-0/2026-11-01T00:00:00.000Z-0000","seq":${seq},`),
    );
  const replaced = (lines: string[], seq: number, from: string, to: string): readonly string[] =>
    lines.map((line, index) => (index === at(lines, seq) ? line.replace(from, to) : line));
  const swapped = (lines: string[], one: number, other: number): readonly string[] =>
    lines
      .with(at(lines, one), lines[at(lines, other)] ?? '')
      .with(at(lines, other), lines[at(lines, one)] ?? '');
  const chain = 'replica-0/2026-11-01T00:00:00.000Z-0000';

  const changes: readonly (readonly [string, (lines: string[]) => readonly string[], string])[] = [
    ['a changed byte', (lines) => replaced(lines, 9, '"dryRun":', '"dryRun" :'), 'other bytes'],
    [
      'a changed value',
      (lines) => replaced(lines, 9, '"kind":"Decision"', '"kind":"Gap"'),
      `record.changed ${chain} #9`,
    ],
    ['a removed record', (lines) => lines.toSpliced(at(lines, 20), 1), `record.removed ${chain} #20`],
    ['two that were swapped', (lines) => swapped(lines, 12, 13), `record.reordered ${chain} #1`],
    [
      'a doubled record',
      (lines) => lines.toSpliced(at(lines, 14), 0, lines[at(lines, 14)] ?? ''),
      `${chain} #14`,
    ],
    ['a cut end', (lines) => lines.slice(0, 30), 'the seal at the end is missing'],
    ['a line behind the seal', (lines) => [...lines.slice(0, -1), '{}', ''], 'stands behind the seal'],
    ['something else than a bundle', () => ['{}', ''], 'line 1 does not say'],
  ];
  test.each(changes)('names %s', async (name, change, told) => {
    const good = join(state, 'bundle');
    await rm(good, { force: true });
    await audit('export', '--format', 'bundle', '--file', good);
    const file = join(state, `${name.replaceAll(' ', '-')}.bundle`);
    await writeFile(file, change((await readFile(good, 'utf8')).split('\n')).join('\n'));
    const { code, stdout } = await capture(['audit', 'verify', file, '--key', key]);
    expect([code, stdout]).toEqual([1, expect.stringContaining(told)]);
    await rm(good);
  });

  test('trusts no other key, and needs one', async () => {
    const other = join(state, 'other');
    loadOrMakeKey(other);
    expect(await audit('verify', '--key', `${other}.pub`)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('checkpoint.key'),
    });
    expect(await audit('verify', '--key', join(state, 'none'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no public key'),
    });
  });

  test('names the record that somebody changed in the store itself', async () => {
    const copy = join(state, 'copy.sqlite');
    const database = new DatabaseSync(stateFiles(state).database);
    database.exec(`VACUUM INTO '${copy}'`);
    database.close();
    const changed = new DatabaseSync(copy);
    changed.exec(
      `UPDATE entries SET event = replace(event, '"decision":"denied"', '"decision":"allowed"') WHERE decision_id = '${denied[0]?.decisionId ?? ''}'`,
    );
    changed.close();
    const seq = events.findIndex(({ decisionId }) => decisionId === denied[0]?.decisionId) + 2;
    const { code, stdout } = await audit('verify', '--log', copy, '-o', 'json');
    expect([code, listAt(JSON.parse(stdout), 'findings')]).toMatchObject([
      1,
      [{ code: 'record.changed', seq }],
    ]);
  });
});

describe('what was read', () => {
  test('is in the log: who, what, how much', async () => {
    await audit('query', '--tenant', 'tenant-1', '--limit', '3');
    const answer = jsonOf(await audit('query', '--entry', 'Read', '--limit', '1', '-o', 'json'));
    expect(listAt(answer, 'records')).toMatchObject([
      {
        kind: 'Read',
        action: 'query',
        question: 'tenant=tenant-1&order=newest&limit=3',
        count: 3,
        reader: expect.stringMatching(/^cli:.+@.+/),
      },
    ]);
  });

  test('a tail begins with the newest, oldest of them first', async () => {
    const { stdout } = await audit('tail', '--once', '--last', '3', '-o', 'json');
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => stringAt(JSON.parse(line), 'decisionId'));
    expect(ids).toEqual(events.slice(-3).map(({ decisionId }) => decisionId));
  });
});
