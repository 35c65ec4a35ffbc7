/** Arithmetic and order of int, uint and double: 64 bits, overflow is an error, nothing wraps. */
import { withArticle } from './wording.ts';
import { Failure, impreciseNumber, noSuchOverload } from './failure.ts';
import { type Result } from './failure.ts';
import { asDouble, isImprecise, isInt, kindOf } from './kind.ts';
import { type Value, Double, Uint, double, int } from './value.ts';

export const minInt = -9223372036854775808n;
export const maxInt = 9223372036854775807n;
export const maxUint = 18446744073709551615n;

export const isNumber = (value: Value): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint || value instanceof Double;

/** An int, or the failure that it does not fit 64 bits. */
export const fitInt = (value: bigint): Result =>
  value >= minInt && value <= maxInt ? int(value) : overflow('int');

/** A uint, or the failure that it does not fit 64 bits. */
export const fitUint = (value: bigint): Result =>
  value >= 0n && value <= maxUint ? new Uint(value) : overflow('uint');

export const overflow = (type: string): Failure =>
  new Failure(
    'overflow',
    `the result does not fit into the 64 bits of ${type === 'int' ? 'an int' : `a ${type}`}`,
  );

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

/** Applies an operator to two numbers of one type; anything else is a failure. */
export function arithmetic(operator: ArithmeticOperator, a: Value, b: Value): Result {
  if (isInt(a) && isInt(b)) return ints(operator, a, b);
  if (a instanceof Uint && b instanceof Uint) return uints(operator, a.value, b.value);
  if ((typeof a === 'number' && isImprecise(a)) || (typeof b === 'number' && isImprecise(b)))
    return impreciseNumber();
  const [x, y] = [asDouble(a), asDouble(b)];
  if (x === undefined || y === undefined || operator === '%')
    return noSuchOverload(operator, kindOf(a), kindOf(b));
  switch (operator) {
    case '+':
      return double(x + y);
    case '-':
      return double(x - y);
    case '*':
      return double(x * y);
    case '/':
      return double(x / y);
  }
}

function ints(operator: ArithmeticOperator, a: number | bigint, b: number | bigint): Result {
  if (typeof a === 'number' && typeof b === 'number') {
    const quick = small(operator, a, b);
    if (quick instanceof Failure || Number.isSafeInteger(quick)) return quick;
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  switch (operator) {
    case '+':
      return fitInt(x + y);
    case '-':
      return fitInt(x - y);
    case '*':
      return fitInt(x * y);
    case '/':
      return y === 0n ? divisionByZero() : fitInt(x / y);
    case '%':
      // The quotient would not fit, and the reference implementation divides.
      if (y === -1n && x === -(2n ** 63n)) return fitInt(-x);
      return y === 0n ? divisionByZero() : fitInt(x % y);
  }
}

/** The result where it is a safe integer; otherwise a number that is none. Never -0. */
function small(operator: ArithmeticOperator, a: number, b: number): number | Failure {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b + 0;
    case '/':
      return b === 0 ? divisionByZero() : Math.trunc(a / b) + 0;
    case '%':
      return b === 0 ? divisionByZero() : (a % b) + 0;
  }
}

function uints(operator: ArithmeticOperator, a: bigint, b: bigint): Result {
  switch (operator) {
    case '+':
      return fitUint(a + b);
    case '-':
      return fitUint(a - b);
    case '*':
      return fitUint(a * b);
    case '/':
      return b === 0n ? divisionByZero() : fitUint(a / b);
    case '%':
      return b === 0n ? divisionByZero() : fitUint(a % b);
  }
}

const divisionByZero = (): Failure => new Failure('divisionByZero', 'a number is divided by zero');

/** `-value`; undefined for what is no signed number. */
export function negated(value: Value): Result | undefined {
  if (isInt(value)) return fitInt(-BigInt(value));
  const number = asDouble(value);
  return number === undefined ? undefined : double(-number);
}

/** The order of two numbers of any types: negative, zero or positive; NaN has none. */
export function compareNumbers(a: Value, b: Value): number | Failure {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a) && Number.isSafeInteger(b))
    return a - b;
  if ((typeof a === 'number' && isImprecise(a)) || (typeof b === 'number' && isImprecise(b)))
    return impreciseNumber();
  const [x, y] = [integerOf(a), integerOf(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  const [f, g] = [asDouble(a), asDouble(b)];
  if (Number.isNaN(f) || Number.isNaN(g)) return new Failure('notComparable', 'NaN has no order');
  if (f !== undefined && g !== undefined) return f < g ? -1 : f > g ? 1 : 0;
  if (f !== undefined && y !== undefined) return compareMixed(f, y);
  if (g !== undefined && x !== undefined) return -compareMixed(g, x);
  return new Failure(
    'noSuchOverload',
    `${withArticle(kindOf(a))} and ${withArticle(kindOf(b))} cannot be compared`,
  );
}

const integerOf = (value: Value): bigint | undefined =>
  isInt(value) ? BigInt(value) : value instanceof Uint ? value.value : undefined;

/** A double against an integer; inside 64 bits both as doubles, as the reference implementation does. */
function compareMixed(double: number, integer: bigint): number {
  if (double < -(2 ** 63)) return -1;
  if (double > 2 ** 64) return 1;
  const other = Number(integer);
  return double < other ? -1 : double > other ? 1 : 0;
}
