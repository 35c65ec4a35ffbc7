/** The rules of a cluster and what they need of it: both followed, so that a set comes into force with its parameters. */
import { withStoredParams } from '../admission/rules.ts';
import type { Rules } from '../admission/rules.ts';
import { paramQueries } from '../guardrail/storedParams.ts';
import type { StoredParamsByKey } from '../guardrail/storedParams.ts';
import type { ApiServer } from './apiServer.ts';
import { paramCopies } from './paramCopies.ts';
import type { ClusterFailure } from './failure.ts';
import type { ReflectorEvent } from './reflector.ts';
import type { RuleKind } from './ruleKinds.ts';
import { ruleObjects } from './ruleObjects.ts';
import { rulesInForce } from './rulesInForce.ts';
import type { RulesInForce, RulesInForceOptions } from './rulesInForce.ts';
import type { Timing } from './timing.ts';

export interface FollowedRulesOptions extends Pick<
  RulesInForceOptions,
  'compile' | 'isRolledOut' | 'observe'
> {
  readonly server: ApiServer;
  readonly kinds: readonly RuleKind[];
  readonly timing: Timing;
  readonly staleMillis: number;
  readonly watchSeconds?: number;
  /** Told how the copy of a kind fares. */
  readonly fares: (kind: string, event: ReflectorEvent) => void;
  /** Told why parameters of a kind cannot be read, once until they can be. */
  readonly paramsFailed: (kind: string, failure: ClusterFailure) => void;
}

/** A set waits no longer than this for parameters that cannot be read: what asks for them then refuses. */
const prepareMillis = 1_000;

export function followedRules(options: FollowedRulesOptions): RulesInForce {
  const { server, kinds, compile, observe, timing, staleMillis, fares, paramsFailed } = options;
  const pace = options.watchSeconds === undefined ? {} : { watchSeconds: options.watchSeconds };
  const params = paramCopies({ server, timing, staleMillis, observe: fares, failed: paramsFailed, ...pace });
  const inForce = rulesInForce({
    follow: (changed) => ruleObjects({ server, kinds, timing, changed, observe: fares, ...pace }),
    compile,
    ...(options.isRolledOut === undefined ? {} : { isRolledOut: options.isRolledOut }),
    prepare: ({ guardrails }) => params.follow(paramQueries(guardrails.all), prepareMillis),
    timing,
    staleMillis,
    observe: (event) => {
      if (event.type === 'swapped') params.retain(paramQueries(event.rules.guardrails.all));
      observe(event);
    },
  });
  const complete = together();
  return {
    ...inForce,
    current: () => {
      const rules = inForce.current();
      return rules === undefined ? undefined : complete(rules, params.current());
    },
    run: async (signal) => {
      const ended = new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => void params.stop().then(resolve, reject), { once: true });
      });
      await Promise.all([inForce.run(signal), ended]);
    },
  };
}

/** The rules with their parameters: the same value as long as both are. */
function together(): (rules: Rules, params: StoredParamsByKey) => Rules {
  let last: { readonly rules: Rules; readonly params: StoredParamsByKey; readonly both: Rules } | undefined;
  return (rules, params) => {
    if (last?.rules !== rules || last.params !== params)
      last = { rules, params, both: params.size === 0 ? rules : withStoredParams(rules, params) };
    return last.both;
  };
}
