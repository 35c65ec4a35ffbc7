/** What a rule found against an object: one entry of the JSON contract's `violations` (api.md 5). */
import type { Witness } from './witness.ts';

export type Action = 'Deny' | 'Warn' | 'Audit';

export interface Violation {
  /** Stable, e.g. `boundary.egress`, `boundary.never`, `pods.hostNetwork`, `labels.protected`, `policy`. */
  readonly code: string;
  /** Name of the Boundary, GuardrailPolicy or part of the Configuration. */
  readonly rule: string;
  readonly kind: 'Boundary' | 'GuardrailPolicy' | 'Configuration';
  readonly action: Action;
  /** JSON pointer into the object; empty for the object as a whole. */
  readonly field: string;
  /** One line of ASCII, without secrets: what is wrong and what would be right. */
  readonly message: string;
  readonly witness?: Witness;
}
