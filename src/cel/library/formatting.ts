/** `string.format`: prints values into a string, as cel-go's strings extension version 2 does in English. */
import { withArticle } from '../values/wording.ts';
import { type Frame } from '../evaluation/frame.ts';
import { Failure, type Result } from '../values/failure.ts';
import { asDouble, isInt, kindOf } from '../values/kind.ts';
import { isMap, keysOf, valueAt } from '../values/map.ts';
import { compareStrings } from '../values/order.ts';
import { Duration, Timestamp, formatDuration, formatTimestamp } from '../values/time.ts';
import { type Value, Bytes, TypeValue, Uint, isList } from '../values/value.ts';
import { formatDouble } from './conversions.ts';
import { type Piece, type Verb, piecesOf } from './clause.ts';
import { traversal } from './cost.ts';
import { fixedPoint, scientific } from './decimal.ts';
import { type Library, define, list, method, text, two } from './definition.ts';
import { maxStringLength, quoted } from './strings.ts';

const wrong = (verb: Verb, value: Value): Failure =>
  new Failure('invalidArgument', `%${verb} cannot print ${withArticle(kindOf(value))}`);

function format(pattern: string, values: readonly Value[], frame: Frame): Result {
  const pieces = piecesOf(pattern);
  if (typeof pieces === 'string') return new Failure('invalidArgument', pieces);
  let index = 0;
  let printed = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') printed += piece.text;
    else {
      const value = values[index];
      if (value === undefined)
        return new Failure('invalidArgument', `format() needs more than ${values.length} values`);
      index += 1;
      const shown = clause(piece, value, frame);
      if (shown instanceof Failure) return shown;
      printed += shown;
    }
    if (printed.length > maxStringLength || !frame.pay(1 + printed.length / 32)) return frame.exhausted();
  }
  return printed;
}

function clause(piece: Piece & { kind: 'clause' }, value: Value, frame: Frame): string | Failure {
  const { verb, precision } = piece;
  switch (verb) {
    case 's':
      return show(value, frame);
    case 'd':
      return isInt(value) ? String(value) : value instanceof Uint ? String(value.value) : wrong(verb, value);
    case 'f':
    case 'e': {
      const number = asDouble(value) ?? named(value);
      if (number === undefined) return wrong(verb, value);
      if ((precision ?? 0) > 1000)
        return new Failure('invalidArgument', `%${verb} prints at most 1000 decimals`);
      // The reference implementation takes the precision of %e for a width.
      return verb === 'f'
        ? fixedPoint(number, precision ?? 6)
        : scientific(number, 6).padStart(precision ?? 6);
    }
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : (radix(value, 2) ?? wrong(verb, value));
    case 'o':
      return radix(value, 8) ?? wrong(verb, value);
    case 'x':
    case 'X': {
      const shown = radix(value, 16) ?? hex(value);
      return shown === undefined ? wrong(verb, value) : verb === 'X' ? shown.toUpperCase() : shown;
    }
  }
}

const names: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const named = (value: Value): number | undefined =>
  typeof value === 'string' ? names.get(value) : undefined;

const radix = (value: Value, base: number): string | undefined =>
  isInt(value)
    ? BigInt(value).toString(base)
    : value instanceof Uint
      ? value.value.toString(base)
      : undefined;

const hex = (value: Value): string | undefined =>
  typeof value === 'string'
    ? Buffer.from(value, 'utf8').toString('hex')
    : value instanceof Bytes
      ? Buffer.from(value.data).toString('hex')
      : undefined;

/** What `%s` prints. */
function show(value: Value, frame: Frame): string | Failure {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (isList(value)) return showList(value, frame);
  if (isMap(value)) return showMap(value, frame);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Bytes) return Buffer.from(value.data).toString('utf8');
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint) return String(value.value);
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  const number = asDouble(value);
  return number === undefined ? wrong('s', value) : formatDouble(number);
}

/** What a value prints as inside a list or map: as a literal of the language. */
function showInside(value: Value, frame: Frame): string | Failure {
  if (typeof value === 'string') return frame.pay(value.length / 4) ? quoted(value) : frame.exhausted();
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(value)}")`;
  if (value instanceof Duration) return `duration("${formatDuration(value)}")`;
  if (value instanceof Bytes) return `b${quoted(Buffer.from(value.data).toString('utf8'))}`;
  const number = asDouble(value);
  if (number === undefined) return show(value, frame);
  return Number.isFinite(number) ? fixedPoint(number, 6, false) : `"${formatDouble(number)}"`;
}

function showList(values: readonly Value[], frame: Frame): string | Failure {
  const shown: string[] = [];
  for (const value of values) {
    if (!frame.pay(40)) return frame.exhausted();
    const one = showInside(value, frame);
    if (one instanceof Failure) return one;
    shown.push(one);
  }
  return `[${shown.join(', ')}]`;
}

function showMap(map: Parameters<typeof keysOf>[0], frame: Frame): string | Failure {
  const shown: { key: string; value: string }[] = [];
  for (const name of keysOf(map, frame)) {
    if (!frame.pay(80)) return frame.exhausted();
    const key =
      typeof name === 'string'
        ? quoted(name)
        : asDouble(name) === undefined
          ? show(name, frame)
          : wrong('s', name);
    const value = showInside(valueAt(map, name), frame);
    if (key instanceof Failure) return key;
    if (value instanceof Failure) return value;
    shown.push({ key, value });
  }
  shown.sort((a, b) => compareStrings(a.key, b.key));
  return `{${shown.map(({ key, value }) => `${key}:${value}`).join(', ')}}`;
}

export const formatting: Library = [
  define('format', [method('string', '(list(dyn)): string', two(text, list, format), traversal())]),
];
