/** Conversions between types: `int()`, `string()`, `timestamp()`, …, and `size()`, `type()`, `dyn()`. */
import { isUtf8 } from 'node:buffer';
import { type Frame } from '../evaluation/frame.ts';
import { Cidr, Ip } from '../values/address.ts';
import { Failure, type Result } from '../values/failure.ts';
import { asDouble, isInt, kindOf } from '../values/kind.ts';
import { fitInt, fitUint, maxInt, maxUint, minInt, overflow } from '../values/number.ts';
import { length } from '../values/text.ts';
import {
  Duration,
  Timestamp,
  fitTimestamp,
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
} from '../values/time.ts';
import { type Value, Bytes, TypeValue, Uint, double, int } from '../values/value.ts';
import { traversal } from './cost.ts';
import { look } from './strings.ts';
import {
  type Guard,
  type Library,
  anything,
  bytes,
  call,
  define,
  flag,
  instance,
  integer,
  list,
  map,
  method,
  one,
  text,
} from './definition.ts';

const uint = instance(Uint);
const timestamp = instance(Timestamp);
const duration = instance(Duration);
const number: Guard<number> = asDouble;

const failed = (type: string, example: string): Failure =>
  new Failure('conversionFailed', `the string is no ${type}${example === '' ? '' : ` such as ${example}`}`);

function toInt(value: string): Result {
  if (!/^[+-]?\d{1,30}$/.test(value)) return failed('int', '-42');
  const parsed = BigInt(value.replace('+', ''));
  return parsed >= minInt && parsed <= maxInt ? int(parsed) : failed('int that fits 64 bits', '');
}

function toUint(value: string): Result {
  if (!/^\d{1,30}$/.test(value)) return failed('uint', '42');
  const parsed = BigInt(value);
  return parsed <= maxUint ? new Uint(parsed) : failed('uint that fits 64 bits', '');
}

/** Cuts the fraction off; the ends of the 64-bit range itself are refused, as the reference implementation does. */
const doubleToInt = (value: number): Result =>
  value > -(2 ** 63) && value < 2 ** 63 ? fitInt(BigInt(Math.trunc(value))) : overflow('int');

const doubleToUint = (value: number): Result =>
  value >= 0 && value < 2 ** 64 ? fitUint(BigInt(Math.trunc(value))) : overflow('uint');

function toDouble(value: string): Result {
  if (/^[+-]?(?:inf|infinity)$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(value)) return NaN;
  const digits = value.length > 400 ? '' : value;
  const hexadecimal = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(digits);
  if (hexadecimal !== null) return fromHexadecimal(hexadecimal);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits)) return failed('double', '1.5');
  const parsed = Number(digits);
  return Number.isFinite(parsed) ? double(parsed) : failed('double of 64 bits', '');
}

/** A double in Go's hexadecimal form: `0x1.8p4` is 1.5 times 2 to the power of 4. */
function fromHexadecimal([, sign, whole = '', fraction = '', power]: readonly string[]): Result {
  const exponent = Number(power) - 4 * fraction.length;
  if (whole + fraction === '') return failed('double', '1.5');
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  // In two steps, since the power alone may be beyond what a double holds.
  const half = Math.trunc(exponent / 2);
  const parsed = mantissa * 2 ** half * 2 ** (exponent - half);
  if (!Number.isFinite(parsed)) return failed('double of 64 bits', '');
  return double(sign === '-' ? -parsed : parsed);
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
]);

/** A double as Go prints it with %g: shortest digits, with an exponent below 1e-4 and from 1e+06 on. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function toBytes(value: string, frame: Frame): Result {
  return frame.pay(value.length / 4)
    ? new Bytes(new Uint8Array(Buffer.from(value, 'utf8')))
    : frame.exhausted();
}

function bytesToString(value: Bytes, frame: Frame): Result {
  if (!frame.pay(value.data.length / 4)) return frame.exhausted();
  if (!isUtf8(value.data)) return new Failure('conversionFailed', 'the bytes are no valid UTF-8');
  return Buffer.from(value.data).toString('utf8');
}

const size = (run: Library[number]['overloads'][number]['run'], type: string) => [
  call(`(${type}): int`, run),
  method(type, '(): int', run),
];

const identity = (value: Value): Value => value;

export const conversions: Library = [
  define('size', [
    ...size(
      one(text, (value, frame) => (look(frame, value) ? length(value) : frame.exhausted())),
      'string',
    ),
    ...size(
      one(bytes, (value) => value.data.length),
      'bytes',
    ),
    ...size(
      one(list, (value) => value.length),
      'list(A)',
    ),
    ...size(
      one(map, (value, frame) => frame.sizeOf(value)),
      'map(A, B)',
    ),
  ]),
  define('type', [
    call(
      '(A): type(A)',
      one(anything, (value) => new TypeValue(kindOf(value))),
    ),
  ]),
  define('dyn', [call('(A): dyn', one(anything, identity))]),
  define('bool', [
    call('(bool): bool', one(flag, identity)),
    call(
      '(string): bool',
      one(text, (value) => truths.get(value) ?? failed('bool', 'true')),
    ),
  ]),
  define('int', [
    call('(int): int', one(integer, identity)),
    call('(double): int', one(number, doubleToInt)),
    call(
      '(uint): int',
      one(uint, (value) => fitInt(value.value)),
    ),
    call('(string): int', one(text, toInt)),
    call(
      '(timestamp): int',
      one(timestamp, (value) => int(value.seconds)),
    ),
    call(
      '(duration): int',
      one(duration, (value) => int(value.nanoseconds)),
    ),
  ]),
  define('uint', [
    call('(uint): uint', one(uint, identity)),
    call('(double): uint', one(number, doubleToUint)),
    call(
      '(int): uint',
      one(integer, (value) => fitUint(BigInt(value))),
    ),
    call('(string): uint', one(text, toUint)),
  ]),
  define('double', [
    call(
      '(double): double',
      one(number, (value) => double(value)),
    ),
    call(
      '(int): double',
      one(integer, (value) => double(Number(value))),
    ),
    call(
      '(uint): double',
      one(uint, (value) => double(Number(value.value))),
    ),
    call('(string): double', one(text, toDouble)),
  ]),
  define('string', [
    call('(string): string', one(text, identity)),
    call('(bool): string', one(flag, String)),
    call('(int): string', one(integer, String)),
    call(
      '(uint): string',
      one(uint, (value) => String(value.value)),
    ),
    call('(double): string', one(number, formatDouble)),
    call('(bytes): string', one(bytes, bytesToString), traversal()),
    call('(timestamp): string', one(timestamp, formatTimestamp)),
    call('(duration): string', one(duration, formatDuration)),
    call(
      '(IP): string',
      one(instance(Ip), (value) => value.text),
    ),
    call(
      '(CIDR): string',
      one(instance(Cidr), (value) => value.text),
    ),
  ]),
  define('bytes', [
    call('(bytes): bytes', one(bytes, identity)),
    call('(string): bytes', one(text, toBytes), traversal()),
  ]),
  define('timestamp', [
    call('(timestamp): timestamp', one(timestamp, identity)),
    call(
      '(string): timestamp',
      one(text, (value) => parseTimestamp(value) ?? failed('RFC 3339 timestamp', '2026-11-21T09:00:00Z')),
    ),
    call(
      '(int): timestamp',
      one(integer, (value) => fitTimestamp(BigInt(value) * 1_000_000_000n)),
    ),
  ]),
  define('duration', [
    call('(duration): duration', one(duration, identity)),
    call(
      '(string): duration',
      one(text, (value) => parseDuration(value) ?? failed('duration', '1h30m')),
    ),
    call(
      '(int): duration',
      one(integer, (value) =>
        isInt(value)
          ? new Failure('conversionFailed', 'an int cannot be converted to a duration: write duration("5s")')
          : value,
      ),
    ),
  ]),
];
