/** Values of the Kubernetes libraries: quantities, URLs, addresses, versions. */
import { type Failure } from './failure.ts';
import { Special } from './value.ts';

/** A value that only its own library looks into. */
export abstract class Opaque extends Special {
  /** Compares with a value of the same type. */
  abstract equals(other: Opaque): boolean | Failure;
  /** The text it prints as. */
  abstract get text(): string;
}
