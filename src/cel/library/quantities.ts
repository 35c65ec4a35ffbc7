/** Kubernetes' library of quantities. */
import { type Frame } from '../evaluation/frame.ts';
import { Failure, type Result } from '../values/failure.ts';
import { Quantity, parseQuantity, wholeQuantity } from '../values/quantity.ts';
import { SemanticVersion } from '../values/semver.ts';
import { double, int } from '../values/value.ts';
import { traversal } from './cost.ts';
import {
  type Library,
  call,
  define,
  fixedCost,
  instance,
  integer,
  method,
  one,
  text,
  two,
} from './definition.ts';

const quantity = instance(Quantity);
const version = instance(SemanticVersion);

/** `isGreaterThan`, `isLessThan` and `compareTo` are one function for quantities and versions. */
const comparison = (name: string, result: 'bool' | 'int', read: (order: number) => boolean | number) =>
  define(
    name,
    [
      method(
        'Quantity',
        `(Quantity): ${result}`,
        two(quantity, quantity, (a, b) => read(a.compare(b))),
      ),
      method(
        'Semver',
        `(Semver): ${result}`,
        two(version, version, (a, b) => read(a.compare(b))),
      ),
    ],
    fixedCost,
  );

const sum = (name: string, sign: 1n | -1n) => {
  const added = (a: Quantity, b: Quantity, frame: Frame): Result =>
    frame.pay(a.distance(b) / 2) ? a.plus(b, sign) : frame.exhausted();
  return define(
    name,
    [
      method('Quantity', '(Quantity): Quantity', two(quantity, quantity, added)),
      method(
        'Quantity',
        '(int): Quantity',
        two(quantity, integer, (a, b, frame) => added(a, wholeQuantity(BigInt(b)), frame)),
      ),
    ],
    fixedCost,
  );
};

const toQuantity = (value: string): Quantity | Failure =>
  parseQuantity(value) ??
  new Failure('conversionFailed', 'the string is no quantity such as 100m, 1.5Gi or 3e2');

export const quantities: Library = [
  define('quantity', [call('(string): Quantity', one(text, toQuantity))], traversal()),
  define(
    'isQuantity',
    [
      call(
        '(string): bool',
        one(text, (value) => parseQuantity(value) !== undefined),
      ),
    ],
    traversal(),
  ),
  define(
    'sign',
    [
      call(
        '(Quantity): int',
        one(quantity, (value) => Math.sign(Number(value.amount.value))),
      ),
    ],
    fixedCost,
  ),
  define(
    'isInteger',
    [
      method(
        'Quantity',
        '(): bool',
        one(quantity, (value) => value.integer !== undefined),
      ),
    ],
    fixedCost,
  ),
  define(
    'asInteger',
    [
      method(
        'Quantity',
        '(): int',
        one(quantity, (value) =>
          value.integer === undefined
            ? new Failure('conversionFailed', 'the quantity is no whole number that fits an int')
            : int(value.integer),
        ),
      ),
    ],
    fixedCost,
  ),
  define(
    'asApproximateFloat',
    [
      method(
        'Quantity',
        '(): double',
        one(quantity, (value) => double(value.float)),
      ),
    ],
    fixedCost,
  ),
  sum('add', 1n),
  sum('sub', -1n),
  comparison('isGreaterThan', 'bool', (order) => order > 0),
  comparison('isLessThan', 'bool', (order) => order < 0),
  comparison('compareTo', 'int', Math.sign),
];
