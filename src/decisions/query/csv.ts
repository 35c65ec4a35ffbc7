/** Entries as a table of comma-separated values that a spreadsheet shows and never executes. */
import { listAt, ownAt, stringAt } from '../../k8s/json.ts';
import type { StoredEntry } from '../repository.ts';
import { exported } from './answer.ts';
import type { JsonObject } from '../../k8s/json.ts';

const texts = (record: JsonObject, list: string, ...path: readonly string[]): string =>
  listAt(record, list)
    .map((item) => (path.length === 0 ? item : ownAt(item, ...path)))
    .filter((value) => typeof value === 'string')
    .join('; ');

/** The columns, in order, and what each shows of a record. */
const columns: readonly (readonly [string, (record: JsonObject) => unknown])[] = [
  ['time', (record) => record['time']],
  ['decision', (record) => record['decision']],
  ['operation', (record) => record['operation']],
  ['dryRun', (record) => record['dryRun']],
  ['tenant', (record) => record['tenant']],
  ['namespace', (record) => ownAt(record, 'resource', 'namespace')],
  ['kind', (record) => ownAt(record, 'resource', 'kind')],
  ['name', (record) => ownAt(record, 'resource', 'name') ?? ownAt(record, 'resource', 'generateName')],
  ['user', (record) => ownAt(record, 'user', 'username') ?? record['reader']],
  [
    'groups',
    (record) =>
      listAt(record, 'user', 'groups')
        .filter((one) => typeof one === 'string')
        .join('; '),
  ],
  ['rules', (record) => texts(record, 'violations', 'rule')],
  ['messages', (record) => texts(record, 'violations', 'message') || stringAt(record, 'failure', 'message')],
  ['warnings', (record) => texts(record, 'warnings')],
  ['exceptions', (record) => texts(record, 'exceptions')],
  ['entry', (record) => record['kind']],
  ['decisionId', (record) => record['decisionId']],
  ['rulesHash', (record) => record['rulesHash']],
  ['recordHash', (record) => record['recordHash']],
  ['writer', (record) => record['writer']],
  ['seq', (record) => record['seq']],
];

/** The first line. */
export const csvHeader = `${columns.map(([name]) => name).join(',')}\r\n`;

/** One line (RFC 4180). */
export function csvLine(entry: StoredEntry): string {
  const record = exported(entry);
  return `${columns.map(([, value]) => cell(value(record))).join(',')}\r\n`;
}

/**
 * A text in quotes. One that a spreadsheet would take for a formula (OWASP: it begins with = + - @, also in their wide forms, a tab or a line break, with or
 * without blanks before it) gets an apostrophe in front; control characters become blanks.
 */
export function cell(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  const plain = value.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
  const safe =
    /^[\s\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u.test(plain) || /^[\t\r\n]/.test(value)
      ? `'${plain}`
      : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}
