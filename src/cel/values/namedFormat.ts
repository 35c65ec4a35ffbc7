/** Kubernetes' named string formats, with the sentences that apimachinery answers when a string is not one. */
import { Opaque } from './opaque.ts';

/** A format such as `dns1123Label`. `pattern` is the length of the regular expression that Kubernetes charges for. */
export class NamedFormat extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly text: string;
  readonly pattern: number;
  /** What is wrong with a string; empty if nothing is. */
  readonly mistakes: (value: string) => readonly string[];
  constructor(text: string, pattern: number, mistakes: (value: string) => readonly string[]) {
    super();
    this.text = text;
    this.pattern = pattern;
    this.mistakes = mistakes;
  }

  equals(other: Opaque): boolean {
    return other instanceof NamedFormat && this.text === other.text;
  }
}

interface Rule {
  readonly pattern: string;
  readonly message: string;
  readonly examples: readonly string[];
  readonly limit?: number;
  readonly unit?: 'bytes' | 'characters';
}

const label: Rule = {
  pattern: '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ['my-name', '123-abc'],
  limit: 63,
};
const subdomain: Rule = {
  pattern: `${label.pattern}(\\.${label.pattern})*`,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
  limit: 253,
};
const label1035: Rule = {
  pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ['my-name', 'abc-123'],
  limit: 63,
};
const key: Rule = {
  pattern: '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  message:
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyName', 'my.name', '123-abc'],
};
const labelValue: Rule = {
  pattern: `(${key.pattern})?`,
  message:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyValue', 'my_value', '12345'],
  limit: 63,
  unit: 'bytes',
};

const matches = (rule: Rule, value: string): boolean => new RegExp(`^${rule.pattern}$`).test(value);

const sentence = (rule: Rule): string =>
  `${rule.message} (e.g. ${rule.examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${rule.pattern}')`;

function mistakes(rule: Rule, value: string): string[] {
  const tooLong = rule.limit !== undefined && Buffer.byteLength(value) > rule.limit;
  return [
    ...(tooLong ? [`must be no more than ${rule.limit} ${rule.unit ?? 'characters'}`] : []),
    ...(matches(rule, value)
      ? []
      : [rule === label && matches(subdomain, value) ? 'must not contain dots' : sentence(rule)]),
  ];
}

/** A trailing dash is fine where a generated suffix follows. */
const prefixed =
  (rule: Rule) =>
  (value: string): string[] =>
    mistakes(rule, value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value);

function qualifiedName(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${sentence(key)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const [prefix] = parts.length === 2 ? parts : [];
  const found =
    prefix === ''
      ? ['must be non-empty']
      : prefix === undefined
        ? []
        : mistakes({ ...subdomain, unit: 'bytes' }, prefix);
  const size =
    name === ''
      ? ['name part must be non-empty']
      : Buffer.byteLength(name) > 63
        ? ['name part must be no more than 63 bytes']
        : [];
  return [
    ...found.map((mistake) => `prefix part ${mistake}`),
    ...size,
    ...(matches(key, name) ? [] : [`name part ${sentence(key)}`]),
  ];
}

const unless =
  (message: string, valid: (value: string) => boolean) =>
  (value: string): string[] =>
    valid(value) ? [] : [message];

const notUri = (value: string): string =>
  `parse ${JSON.stringify(value)}: ${value === '' ? 'empty url' : 'invalid URI for request'}`;

const isBase64 = (value: string): boolean =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(value);

function isDate(value: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  if (year === '') return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isDateTime(value: string): boolean {
  const [date = '', time] = value.toLowerCase().split('t');
  const [, hours = '', minutes = '', seconds = ''] =
    /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time ?? '') ?? [];
  return hours !== '' && isDate(date) && hours <= '23' && minutes <= '59' && seconds <= '59';
}

const isUuid = (value: string): boolean =>
  /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value);

/** The formats by the name of their function; `uri` takes what url() takes. */
export function namedFormats(isUri: (value: string) => boolean): ReadonlyMap<string, NamedFormat> {
  const byRule = (rule: Rule) => (value: string) => mistakes(rule, value);
  const formats: readonly (readonly [string, NamedFormat])[] = [
    ['dns1123Label', new NamedFormat('DNS1123Label', 30, byRule(label))],
    ['dns1123Subdomain', new NamedFormat('DNS1123Subdomain', 60, byRule(subdomain))],
    ['dns1035Label', new NamedFormat('DNS1035Label', 30, byRule(label1035))],
    ['qualifiedName', new NamedFormat('QualifiedName', 60, qualifiedName)],
    ['dns1123LabelPrefix', new NamedFormat('DNS1123LabelPrefix', 30, prefixed(label))],
    ['dns1123SubdomainPrefix', new NamedFormat('DNS1123SubdomainPrefix', 60, prefixed(subdomain))],
    ['dns1035LabelPrefix', new NamedFormat('DNS1035LabelPrefix', 30, prefixed(label1035))],
    ['labelValue', new NamedFormat('LabelValue', 40, byRule(labelValue))],
    ['uri', new NamedFormat('URI', 1103, (value) => (isUri(value) ? [] : [notUri(value)]))],
    ['uuid', new NamedFormat('uuid', 70, unless('does not match the UUID format', isUuid))],
    ['byte', new NamedFormat('byte', 84, unless('invalid base64', isBase64))],
    ['date', new NamedFormat('date', 71, unless('invalid date', isDate))],
    ['datetime', new NamedFormat('datetime', 71, unless('invalid datetime', isDateTime))],
  ];
  return new Map(formats);
}
