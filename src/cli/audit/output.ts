/** Prints entries of the decision log for people: a line each, a table, or everything of one. */
import { listAt, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { exported } from '../../decisions/query/answer.ts';
import type { Found, Group } from '../../decisions/query/query.ts';
import { columns } from '../columns.ts';
import type { Palette } from '../palette.ts';

/** What stands in a terminal must not move its cursor: control characters become blanks. */
const safe = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
const at = (record: JsonObject, ...path: readonly string[]): string => safe(stringAt(record, ...path) ?? '');

/** `2026-11-21T17:00:00.000Z denied CREATE NetworkPolicy payments/allow-out by jane: message (ID)` */
export function lineOf(found: Found, palette: Palette): string {
  const record = exported(found);
  const verdict = at(record, 'decision') || at(record, 'kind').toLowerCase();
  const first = listAt(record, 'violations')[0];
  const why = safe(stringAt(first, 'message') ?? stringAt(record, 'failure', 'message') ?? '');
  const more = listAt(record, 'violations').length - 1;
  const parts = [
    palette.dim(at(record, 'time')),
    painted(verdict, palette),
    at(record, 'operation'),
    [at(record, 'resource', 'kind'), objectName(record)].filter((part) => part !== '').join(' '),
    asker(record) === '' ? '' : `by ${asker(record)}`,
  ].filter((part) => part !== '');
  const retries = found.retries.length === 0 ? '' : ` (+${found.retries.length} retries)`;
  const id = at(record, 'decisionId');
  const reason = why === '' ? '' : `\n    ${why}${more > 0 ? ` (+${more} more)` : ''}`;
  return `${parts.join(' ')}${retries}${id === '' ? '' : `  ${palette.dim(id)}`}${reason}\n`;
}

export function tableOf(records: readonly Found[]): string {
  const rows = records.map((found) => {
    const record = exported(found);
    const rules = new Set(listAt(record, 'violations').map((one) => stringAt(one, 'rule') ?? ''));
    return [
      at(record, 'time'),
      at(record, 'decision') || at(record, 'kind'),
      at(record, 'tenant') || '-',
      at(record, 'operation') || '-',
      at(record, 'resource', 'kind') || '-',
      objectName(record) || '-',
      asker(record) || '-',
      safe([...rules].join(',')) || '-',
      at(record, 'decisionId') || '-',
    ];
  });
  return columns([
    ['TIME', 'DECISION', 'TENANT', 'OPERATION', 'KIND', 'OBJECT', 'USER', 'RULES', 'ID'],
    ...rows,
  ]);
}

const verdicts = ['allowed', 'patched', 'warned', 'denied', 'errored'];

export const groupTableOf = (by: string, groups: readonly Group[]): string =>
  columns([
    [by.toUpperCase(), 'TOTAL', ...verdicts.map((verdict) => verdict.toUpperCase())],
    ...groups.map(({ key, count, decisions }) => [
      safe(key),
      String(count),
      ...verdicts.map((verdict) => String(decisions[verdict] ?? 0)),
    ]),
  ]);

/** Everything of one record: who, what, why, what was patched, and its place in the chain. */
export function pageOf(found: Found, palette: Palette): string {
  const record = exported(found);
  const lines = [
    `${palette.bold(painted(at(record, 'decision') || at(record, 'kind'), palette))} ${at(record, 'operation')} ${at(record, 'resource', 'kind')} ${objectName(record)}`,
    ...pairs([
      ['decision', at(record, 'decisionId')],
      ['time', at(record, 'time')],
      ['user', asker(record)],
      [
        'groups',
        listAt(record, 'user', 'groups')
          .map((one) => safe(String(one)))
          .join(', '),
      ],
      ['tenant', at(record, 'tenant')],
      ['door', `${at(record, 'door')}${record['dryRun'] === true ? ', dry run' : ''}`],
      ['rules', at(record, 'rulesHash')],
      [
        'exceptions',
        listAt(record, 'exceptions')
          .map((one) => safe(String(one)))
          .join(', '),
      ],
      ['failure', at(record, 'failure', 'message')],
      ['retries', found.retries.join(', ')],
      ['mutated by', at(record, 'correlates')],
    ]),
    ...listAt(record, 'violations').flatMap((violation) => violationLines(violation, palette)),
    ...listAt(record, 'warnings').map((warning) => `warning: ${safe(String(warning))}`),
    ...(listAt(record, 'patch').length === 0 ? [] : ['patch', ...listAt(record, 'patch').map(json)]),
    'chain',
    ...pairs([
      ['writer', `${at(record, 'writer')} #${found.seq}`],
      ['record hash', found.recordHash],
      ['hash', found.hash],
      ['prev', found.prev],
    ]),
    ...(listAt(record, 'masked').length === 0
      ? []
      : [
          palette.dim(
            `left out: ${listAt(record, 'masked')
              .map((one) => safe(String(one)))
              .join(', ')}`,
          ),
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function violationLines(violation: unknown, palette: Palette): readonly string[] {
  const [action, kind, rule, field, message, code] = [
    'action',
    'kind',
    'rule',
    'field',
    'message',
    'code',
  ].map((name) => safe(stringAt(violation, name) ?? ''));
  const witness = ownAt(violation, 'witness');
  return [
    `${palette.yellow(action ?? '')} ${kind ?? ''} ${rule ?? ''} ${field ?? ''} (${code ?? ''})`,
    `  ${message ?? ''}`,
    ...(witness === undefined ? [] : [`  witness ${json(witness).trim()}`]),
  ];
}

const json = (value: unknown): string => `  ${safe(JSON.stringify(value))}`;

const pairs = (rows: readonly (readonly [string, string])[]): readonly string[] =>
  rows.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(12)} ${value}`);

const asker = (record: JsonObject): string => at(record, 'user', 'username') || at(record, 'reader');

function objectName(record: JsonObject): string {
  const name = at(record, 'resource', 'name') || at(record, 'resource', 'generateName');
  return [at(record, 'resource', 'namespace'), name].filter((part) => part !== '').join('/');
}

function painted(verdict: string, palette: Palette): string {
  switch (verdict) {
    case 'denied':
    case 'errored':
      return palette.red(verdict);
    case 'warned':
      return palette.yellow(verdict);
    case 'allowed':
    case 'patched':
      return palette.green(verdict);
    default:
      return verdict;
  }
}
