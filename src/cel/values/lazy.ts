/** A record whose fields are computed when an expression first reads them: `variables`. */
import { type Result } from './failure.ts';
import { Special } from './value.ts';

/** Named values, each computed at most once. `read` answers undefined for a name that does not exist. */
export class LazyFields extends Special {
  readonly typeName = 'kubernetes.variables';
  readonly read: (name: string) => Result | undefined;
  constructor(read: (name: string) => Result | undefined) {
    super();
    this.read = read;
  }
}
