/** Parts of timestamps and durations: `getFullYear`, `getHours`, …, in UTC or in a named time zone or offset. */
import { Failure, type Result } from '../values/failure.ts';
import { Duration, Timestamp } from '../values/time.ts';
import { int } from '../values/value.ts';
import { type Frame } from '../evaluation/frame.ts';
import { type Library, type Overload, define, instance, method, one, text, two } from './definition.ts';

const timestamp = instance(Timestamp);
const duration = instance(Duration);

/** What building a formatter for a time zone costs, in units of work. */
const zoneWork = 20_000;

/** The moment as a Date whose UTC fields are those of the zone. */
function inZone(time: Timestamp, zone: string, frame: Frame): Date | Failure {
  const milliseconds = Number(time.seconds) * 1000;
  if (zone.includes(':')) {
    const offset = offsetOf(zone);
    return offset === undefined ? unknownZone() : new Date(milliseconds + offset * 60_000);
  }
  if (zone === '' || zone === 'UTC') return new Date(milliseconds);
  if (!/^[A-Za-z0-9_+\-/]{1,64}$/.test(zone) || /^[+-]/.test(zone)) return unknownZone();
  if (!frame.pay(zoneWork)) return frame.exhausted();
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      ...fields,
    }).formatToParts(milliseconds);
    const part = (name: string): number => Number(parts.find((found) => found.type === name)?.value ?? 0);
    const date = new Date(0);
    date.setUTCFullYear(part('year'), part('month') - 1, part('day'));
    date.setUTCHours(part('hour'), part('minute'), part('second'));
    return date;
  } catch (error) {
    if (error instanceof RangeError) return unknownZone();
    throw error;
  }
}

const fields = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

const unknownZone = (): Failure =>
  new Failure(
    'invalidArgument',
    'the time zone is unknown: write a name such as Europe/Zurich or an offset such as +01:00',
  );

/** Minutes of an offset such as `-08:00`, read as leniently as the reference implementation does. */
function offsetOf(zone: string): number | undefined {
  const [, hours = '', minutes = ''] = /^([+-]?\d{1,4}):([+-]?\d{1,4})$/.exec(zone) ?? [];
  if (hours === '') return undefined;
  return zone.startsWith('-') ? Number(hours) * 60 - Number(minutes) : Number(hours) * 60 + Number(minutes);
}

/** Reads a field in UTC, and the same in a zone. */
function inBoth(read: (date: Date, time: Timestamp) => number): Overload[] {
  const field = (time: Timestamp, zone: string, frame: Frame): Result => {
    const date = inZone(time, zone, frame);
    return date instanceof Failure ? date : read(date, time);
  };
  return [
    method(
      'timestamp',
      '(): int',
      one(timestamp, (time, frame) => field(time, 'UTC', frame)),
    ),
    method('timestamp', '(string): int', two(timestamp, text, field)),
  ];
}

const part = (name: string, read: (date: Date, time: Timestamp) => number) => define(name, inBoth(read));

/** A field that durations have too: the whole duration in that unit. */
const shared = (name: string, nanoseconds: bigint, read: (date: Date, time: Timestamp) => number) =>
  define(name, [
    method(
      'duration',
      '(): int',
      one(duration, (value) => int(value.nanoseconds / nanoseconds)),
    ),
    ...inBoth(read),
  ]);

const dayOfYear = (date: Date): number =>
  Math.floor((Date.UTC(2000, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(2000, 0, 1)) / 86_400_000) -
  (date.getUTCMonth() > 1 && !isLeap(date.getUTCFullYear()) ? 1 : 0);

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export const times: Library = [
  part('getFullYear', (date) => date.getUTCFullYear()),
  part('getMonth', (date) => date.getUTCMonth()),
  part('getDate', (date) => date.getUTCDate()),
  part('getDayOfMonth', (date) => date.getUTCDate() - 1),
  part('getDayOfWeek', (date) => date.getUTCDay()),
  part('getDayOfYear', dayOfYear),
  shared('getHours', 3_600_000_000_000n, (date) => date.getUTCHours()),
  shared('getMinutes', 60_000_000_000n, (date) => date.getUTCMinutes()),
  shared('getSeconds', 1_000_000_000n, (date) => date.getUTCSeconds()),
  shared('getMilliseconds', 1_000_000n, (_date, time) => Number(time.fraction / 1_000_000n)),
];
