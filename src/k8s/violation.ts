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
  /** Of a guardrail's finding: where it comes from and what its author says about it. */
  readonly policy?: PolicyDetail;
}

/** Which validation of which kind of policy found it (`index` from 0), through which binding, and how its author ranks it. */
export interface PolicyDetail {
  readonly kind: string;
  readonly binding?: string;
  readonly index?: number;
  readonly reason?: string;
  readonly severity?: string;
  readonly category?: string;
  readonly remediation?: string;
}
