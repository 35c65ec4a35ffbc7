/** Leaves compilation when a part that is known at load can only fail; caught where compilation starts. */
import { type Failure } from '../values/failure.ts';

/** Carries the failure that every run would give. */
export class ConstantFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
