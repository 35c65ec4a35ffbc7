/** Kubernetes resource quantities: `100m`, `1.5Gi`, `3e2`, after apimachinery's resource.Quantity. */
import { Opaque } from './opaque.ts';
import { type Failure, noSuchOverload } from './failure.ts';

type Notation = 'decimal' | 'exponent' | 'binary';

/** value × 10^scale, as parsed or computed. */
interface Amount {
  readonly value: bigint;
  readonly scale: number;
  /** Whether it is kept as one int64, which is all that asInteger() looks at. */
  readonly compact: boolean;
}

/** A quantity. `computed` marks results of add and sub, which kube-apiserver cannot compare from the right (a bug kept for equal verdicts). */
export class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity';
  readonly amount: Amount;
  readonly notation: Notation;
  readonly computed: boolean;
  constructor(amount: Amount, notation: Notation, computed = false) {
    super();
    this.amount = amount;
    this.notation = notation;
    this.computed = computed;
  }

  /** The canonical form, as the API server prints it. */
  get text(): string {
    return print(this.amount, this.notation);
  }

  equals(other: Opaque): boolean | Failure {
    if (!(other instanceof Quantity) || other.computed)
      return noSuchOverload('==', this.typeName, other.typeName);
    return this.compare(other) === 0;
  }

  /** Negative, zero or positive. */
  compare(other: Quantity): number {
    const { value: x, scale } = this.amount;
    const { value: y, scale: against } = other.amount;
    if (x === 0n || y === 0n) return signOf(x) - signOf(y);
    // Powers far apart decide alone: making them alike is long work for a short text.
    if (Math.abs(scale - against) > 400 && absolute(x) < most && absolute(y) < most)
      return scale > against ? signOf(x) : -signOf(y);
    const [a, b] = aligned(this.amount, other.amount);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** How many digits have to be written out before this one and another can be added. */
  distance(other: Quantity): number {
    return Math.abs(this.amount.scale - other.amount.scale);
  }

  plus(other: Quantity, sign: 1n | -1n): Quantity {
    const [a, b, scale] = aligned(this.amount, other.amount);
    const value = a + sign * b;
    const compact = this.amount.compact && other.amount.compact && fits(value);
    const notation = this.amount.value === 0n ? other.notation : this.notation;
    return new Quantity(reduced(value, scale, this.amount, other.amount, compact), notation, true);
  }

  /** The value as an int64, where the quantity holds one without a fraction. */
  get integer(): bigint | undefined {
    const { value, scale, compact } = this.amount;
    if (!compact || scale < 0 || (scale > 18 && value !== 0n)) return undefined;
    if (value === 0n) return 0n;
    const whole = value * 10n ** BigInt(scale);
    return fits(whole) ? whole : undefined;
  }

  get float(): number {
    const { value, scale } = this.amount;
    return scale === 0 ? Number(value) : Number(value) * 10 ** scale;
  }
}

/** Beyond what a text that is read as a quantity can say without a power of ten. */
const most = 10n ** 300n;

const signOf = (value: bigint): number => (value < 0n ? -1 : value > 0n ? 1 : 0);

const fits = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 63n;

/** A sum keeps the finer scale of its operands; adding zero changes nothing. */
function reduced(value: bigint, scale: number, a: Amount, b: Amount, compact: boolean): Amount {
  if (b.value === 0n) return a;
  return a.value === 0n
    ? { ...b, value: value < 0n === b.value < 0n ? b.value : -b.value }
    : { value, scale, compact };
}

function aligned(a: Amount, b: Amount): readonly [bigint, bigint, number] {
  const scale = Math.min(a.scale, b.scale);
  return [a.value * 10n ** BigInt(a.scale - scale), b.value * 10n ** BigInt(b.scale - scale), scale];
}

const decimalSuffixes: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const binarySuffixes: ReadonlyMap<string, number> = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
]);

/** A whole number as a quantity. */
export const wholeQuantity = (value: bigint): Quantity =>
  new Quantity({ value, scale: 0, compact: true }, 'exponent');

/** Longest text that is read as a quantity; a longer one is refused before it costs anything. */
const maxLength = 200;

/** Reads a quantity; undefined if the text is none. */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > maxLength) return undefined;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*)([+-]?\d*)$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, sign = '', whole = '', fraction = '', letters = '', exponent = ''] = match;
  const suffix = suffixOf(letters, exponent);
  if (suffix === undefined) return undefined;
  const num = whole.replace(/^0+/, '');
  // Like the original, no digits at all read as zero.
  const magnitude = BigInt(num + fraction || '0');
  const value = sign === '-' ? -magnitude : magnitude;
  const amount = amountOf(value, num.length + fraction.length, fraction.length, suffix);
  const small =
    suffix.notation === 'binary' &&
    !amount.compact &&
    magnitude > 0n &&
    absolute(amount.value) < 10n ** BigInt(-amount.scale);
  return new Quantity(amount, small ? 'decimal' : suffix.notation);
}

interface Suffix {
  readonly notation: Notation;
  readonly power: number;
}

function suffixOf(letters: string, exponent: string): Suffix | undefined {
  const binary = binarySuffixes.get(letters);
  if (binary !== undefined && exponent === '') return { notation: 'binary', power: binary };
  const decimal = decimalSuffixes.get(letters);
  if (decimal !== undefined && exponent === '') return { notation: 'decimal', power: decimal };
  if ((letters !== 'e' && letters !== 'E') || !/^[+-]?\d+$/.test(exponent)) return undefined;
  const power = Number(exponent);
  return Math.abs(power) > 2 ** 31 ? undefined : { notation: 'exponent', power };
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

function amountOf(value: bigint, digits: number, decimals: number, suffix: Suffix): Amount {
  const { notation, power } = suffix;
  if (notation !== 'binary') {
    const scale = power - decimals;
    if (18 - digits >= 0 && scale >= -9 && fits(value)) return { value, scale, compact: true };
    return rounded(value, Math.min(scale, 4096));
  }
  const product = value * 2n ** BigInt(power);
  const precision = decimals > 0 ? -1 : 15 - digits - Math.trunc((power * 3) / 10) - 1;
  if (precision >= 0 && fits(product)) return { value: product, scale: 0, compact: true };
  const whole = rounded(product, -decimals);
  const limit = 2n ** 63n - 1n;
  const capped = absolute(whole.value) > limit * 10n ** BigInt(-whole.scale);
  return capped ? { value: value < 0n ? -limit : limit, scale: 0, compact: false } : whole;
}

/** Anything finer than a billionth is rounded away from zero. */
function rounded(value: bigint, scale: number): Amount {
  if (scale >= -9) return { value, scale, compact: false };
  const unit = 10n ** BigInt(Math.min(-9 - scale, 5000));
  const quotient = (absolute(value) + unit - 1n) / unit;
  return { value: value < 0n ? -quotient : quotient, scale: -9, compact: false };
}

function print(amount: Amount, notation: Notation): string {
  if (amount.value === 0n) return '0';
  const whole = amount.scale >= 0 ? amount.value * 10n ** BigInt(amount.scale) : wholeOf(amount);
  if (notation === 'binary' && whole !== undefined && absolute(whole) >= 1024n) return printBinary(whole);
  let { value, scale } = amount;
  while (value % 10n === 0n) [value, scale] = [value / 10n, scale + 1];
  const shift = ((scale % 3) + 3) % 3;
  const exponent = scale - shift;
  const number = value * 10n ** BigInt(shift);
  if (notation === 'exponent') return exponent === 0 ? String(number) : `${number}e${exponent}`;
  const suffix = [...decimalSuffixes].find(([, power]) => power === exponent)?.[0];
  return suffix === undefined ? `${number}e${exponent}` : `${number}${suffix}`;
}

function wholeOf(amount: Amount): bigint | undefined {
  const unit = 10n ** BigInt(-amount.scale);
  return amount.value % unit === 0n ? amount.value / unit : undefined;
}

function printBinary(value: bigint): string {
  let rest = value;
  let index = -1;
  const names = [...binarySuffixes.keys()];
  while (rest % 1024n === 0n && index < names.length - 1) [rest, index] = [rest / 1024n, index + 1];
  return `${rest}${names[index] ?? ''}`;
}
