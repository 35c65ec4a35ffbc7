/** Kubernetes' library of semantic versions (comparisons are with the quantities'). */
import { Failure } from '../values/failure.ts';
import { SemanticVersion, parseSemver } from '../values/semver.ts';
import { type Result } from '../values/failure.ts';
import { int } from '../values/value.ts';
import { traversal } from './cost.ts';
import {
  type Library,
  call,
  define,
  fixedCost,
  flag,
  instance,
  method,
  one,
  text,
  two,
} from './definition.ts';

const version = instance(SemanticVersion);

const toVersion = (value: string, tolerant: boolean): Result =>
  parseSemver(value, tolerant) ??
  new Failure('conversionFailed', 'the string is no semantic version such as 1.2.3');

const part = (name: string, index: 0 | 1 | 2) =>
  define(
    name,
    [
      method(
        'Semver',
        '(): int',
        one(version, (value) => int(BigInt.asIntN(64, value.core[index]))),
      ),
    ],
    fixedCost,
  );

export const versions: Library = [
  define(
    'semver',
    [
      call(
        '(string): Semver',
        one(text, (value) => toVersion(value, false)),
      ),
      call('(string, bool): Semver', two(text, flag, toVersion)),
    ],
    traversal(),
  ),
  define(
    'isSemver',
    [
      call(
        '(string): bool',
        one(text, (value) => parseSemver(value) !== undefined),
      ),
      call(
        '(string, bool): bool',
        two(text, flag, (value, tolerant) => parseSemver(value, tolerant) !== undefined),
      ),
    ],
    traversal(),
  ),
  part('major', 0),
  part('minor', 1),
  part('patch', 2),
];
