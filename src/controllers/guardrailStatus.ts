/** Tells in the status of each GuardrailPolicy whether it is in force, and how many stored objects break it. */
import { acceptance } from './acceptance.ts';
import type { FurtherClauses } from './clauses.ts';
import { tellStatus } from './conditions.ts';
import type { StatusWriter } from './conditions.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Surroundings } from './surroundings.ts';

export interface GuardrailStatusOptions extends StatusWriter {
  readonly around: Pick<Surroundings, 'rules' | 'issues' | 'rollout' | 'guardrails'>;
  readonly further: Pick<FurtherClauses, 'violations'>;
}

/** One key a GuardrailPolicy that is stored in the cluster. */
export const guardrailStatus = (options: GuardrailStatusOptions): Controller => ({
  name: 'guardrailStatus',
  keys: () => options.around.guardrails.keys(),
  reconcile: async (name, signal) => {
    const { around, further } = options;
    const stored = around.guardrails.get(name);
    if (stored === undefined) return right;
    const claim = acceptance('GuardrailPolicy', stored, around);
    const violations = claim.status === 'True' ? further.violations?.('GuardrailPolicy', name) : undefined;
    return tellStatus(
      'GuardrailPolicy',
      stored,
      { claims: [claim], counts: { violations } },
      options,
      signal,
    );
  },
});
