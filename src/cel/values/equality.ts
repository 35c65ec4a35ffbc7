/** Whether two values are equal, as CEL defines it across types: 1 == 1.0, null only equals null, maps and lists by content. */
import { type Frame } from '../evaluation/frame.ts';
import { Failure, impreciseNumber, noSuchOverload } from './failure.ts';
import { asDouble, isImprecise, isInt, kindOf } from './kind.ts';
import { compareNumbers, isNumber } from './number.ts';
import { Opaque } from './opaque.ts';
import {
  type Fields,
  type Value,
  Bytes,
  Constructed,
  Dictionary,
  Optional,
  Special,
  TypeValue,
  isFields,
  isList,
} from './value.ts';
import { Duration, Timestamp } from './time.ts';
import { findKey, keysOf, valueAt } from './map.ts';

/** Compares two values. Fails on numbers that lost digits, on library values of different kinds, and when the budget is spent. */
export function equals(a: Value, b: Value, frame: Frame): boolean | Failure {
  if (a === b) return typeof a === 'number' && isImprecise(a) ? impreciseNumber() : true;
  const type = typeof a;
  if (type === 'string' || type === 'boolean') return false;
  if (a === null || b === null) return false;
  if (isNumber(a)) return isNumber(b) ? equalNumbers(a, b) : (imprecise(a) ?? false);
  if (isList(a)) return isList(b) && equalLists(a, b, frame);
  if (!(a instanceof Special)) return isFields(a) && isMap(b) && equalMaps(a, b, frame);
  return equalSpecials(a, b, frame);
}

const isMap = (value: Value): value is Fields | Dictionary => value instanceof Dictionary || isFields(value);

const imprecise = (value: Value): Failure | undefined =>
  typeof value === 'number' && isImprecise(value) ? impreciseNumber() : undefined;

function equalNumbers(a: Value, b: Value): boolean | Failure {
  if (isInt(a) && isInt(b)) return a === b;
  const [x, y] = [asDouble(a), asDouble(b)];
  if (x !== undefined && y !== undefined) return x === y;
  if (Number.isNaN(x) || Number.isNaN(y)) return false;
  const order = compareNumbers(a, b);
  return order instanceof Failure ? order : order === 0;
}

function equalLists(a: readonly Value[], b: readonly Value[], frame: Frame): boolean | Failure {
  if (a.length !== b.length) return false;
  if (!frame.pay(a.length)) return frame.exhausted();
  for (let index = 0; index < a.length; index += 1) {
    const same = equals(a[index] ?? null, b[index] ?? null, frame);
    if (same !== true) return same;
  }
  return true;
}

function equalMaps(a: Fields | Dictionary, b: Fields | Dictionary, frame: Frame): boolean | Failure {
  const size = frame.sizeOf(a);
  if (size !== frame.sizeOf(b)) return false;
  if (!frame.pay(size * 2)) return frame.exhausted();
  for (const key of keysOf(a, frame)) {
    const other = findKey(b, key);
    if (other === undefined) return false;
    const same = equals(valueAt(a, key), other, frame);
    if (same !== true) return same;
  }
  return true;
}

function equalSpecials(a: Special, b: Value, frame: Frame): boolean | Failure {
  if (a instanceof Dictionary) return isMap(b) && equalMaps(a, b, frame);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds;
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Bytes) {
    return b instanceof Bytes && frame.pay(a.data.length / 8) && Buffer.compare(a.data, b.data) === 0;
  }
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equals(a.value, b.value, frame);
  }
  if (a instanceof Constructed) return b instanceof Constructed && equalConstructed(a, b, frame);
  if (!(a instanceof Opaque)) return false;
  return b instanceof Opaque && a.typeName === b.typeName
    ? a.equals(b)
    : noSuchOverload('==', a.typeName, kindOf(b));
}

function equalConstructed(a: Constructed, b: Constructed, frame: Frame): boolean | Failure {
  if (a.typeName !== b.typeName || a.fields.size !== b.fields.size) return false;
  if (!frame.pay(a.fields.size)) return frame.exhausted();
  for (const [name, value] of a.fields) {
    const other = b.fields.get(name);
    if (other === undefined) return false;
    const same = equals(value, other, frame);
    if (same !== true) return same;
  }
  return true;
}
