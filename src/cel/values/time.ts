/** Timestamps and durations: nanoseconds, the ranges of the protobuf types, RFC 3339 and Go's duration syntax. */
import { Failure } from './failure.ts';
import { Special } from './value.ts';

const second = 1_000_000_000n;
/** Bounds of a timestamp in seconds since 1970: years 1 to 9999. */
const minSeconds = -62135596800n;
const maxSeconds = 253402300799n;

/** A point in time. `offset` are the minutes east of UTC it was written in, which is how it prints. */
export class Timestamp extends Special {
  readonly typeName = 'google.protobuf.Timestamp';
  readonly nanoseconds: bigint;
  readonly offset: number;
  constructor(nanoseconds: bigint, offset = 0) {
    super();
    this.nanoseconds = nanoseconds;
    this.offset = offset;
  }

  /** Whole seconds since 1970, rounded down. */
  get seconds(): bigint {
    const whole = this.nanoseconds / second;
    return this.nanoseconds % second < 0n ? whole - 1n : whole;
  }

  /** The nanoseconds within the second. */
  get fraction(): bigint {
    return this.nanoseconds - this.seconds * second;
  }
}

export class Duration extends Special {
  readonly typeName = 'google.protobuf.Duration';
  readonly nanoseconds: bigint;
  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }
}

const outOfRange = (type: string): Failure =>
  new Failure('overflow', `the result is outside the range of a ${type}`);

/** A timestamp, or the failure that it lies outside the years 1 to 9999. */
export function fitTimestamp(nanoseconds: bigint, offset = 0): Timestamp | Failure {
  const time = new Timestamp(nanoseconds, offset);
  return time.seconds >= minSeconds && time.seconds <= maxSeconds ? time : outOfRange('timestamp');
}

/** A duration, or the failure that it does not fit 64 bits of nanoseconds (about 292 years). */
export const fitDuration = (nanoseconds: bigint): Duration | Failure =>
  nanoseconds >= -(2n ** 63n) && nanoseconds < 2n ** 63n ? new Duration(nanoseconds) : outOfRange('duration');

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Reads an RFC 3339 timestamp as Go's time package does; undefined if it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = text.length > 100 ? null : rfc3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, wholeSecond = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const valid =
    month >= 1 && month <= 12 && day >= 1 && date.getUTCDate() === day && date.getUTCMonth() === month - 1;
  const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (!valid || hour > 23 || minute > 59 || wholeSecond > 59 || hours > 24 || minutes > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (hours * 60 + minutes);
  const ofDay = BigInt(hour * 3600 + minute * 60 + wholeSecond - offset * 60);
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  const time = fitTimestamp((BigInt(date.getTime()) / 1000n + ofDay) * second + fraction, offset);
  return time instanceof Failure ? undefined : time;
}

/** Prints as RFC 3339 with as many decimals as needed, in the offset it was written in. */
export function formatTimestamp(time: Timestamp): string {
  const local = new Date(Number(time.seconds) * 1000 + time.offset * 60_000);
  const text = local.toISOString().slice(0, 19);
  const fraction =
    time.fraction === 0n ? '' : `.${String(time.fraction).padStart(9, '0').replace(/0+$/, '')}`;
  if (time.offset === 0) return `${text}${fraction}Z`;
  const minutes = Math.abs(time.offset);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${text}${fraction}${time.offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1_000_000n],
  ['s', second],
  ['m', 60n * second],
  ['h', 3600n * second],
]);

/** Reads a duration such as `1h30m` or `-1.5s` as Go does; undefined if it is none or too long. */
export function parseDuration(text: string): Duration | undefined {
  if (text.length > 200) return undefined;
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return new Duration(0n);
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of body.matchAll(
    /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const scale = units.get(unit) ?? 0n;
    total += BigInt(whole || 0) * scale;
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    if (total > 2n ** 63n) return undefined;
  }
  const duration = fitDuration(sign === '-' ? -total : total);
  return duration instanceof Failure ? undefined : duration;
}

/** Prints as seconds with as many decimals as needed: `5400s`, `0.25s`. */
export function formatDuration(duration: Duration): string {
  const seconds = Number(duration.nanoseconds / second) + Number(duration.nanoseconds % second) / 1e9;
  return `${plainDecimal(seconds)}s`;
}

/** A number without exponent, shortest digits. */
export function plainDecimal(value: number): string {
  const text = String(value);
  const [, sign = '', digits = '', fraction = '', exponent = ''] =
    /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === '') return text;
  const all = digits + fraction;
  const point = digits.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`;
  return `${sign}${all.padEnd(point, '0').slice(0, point)}${all.length > point ? `.${all.slice(point)}` : ''}`;
}
