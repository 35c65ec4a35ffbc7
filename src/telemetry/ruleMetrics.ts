/** What rules said, as metrics: results by rule, and budgets that did not suffice. */
import { Counter } from '@prometheus-io/client';
import type { Registry } from '@prometheus-io/client';
import { bounded, childrenOf } from './children.ts';

/** One thing that a rule found; `kind` is that of the rule, `action` what follows, `budget` whether its budget was what failed. */
export interface RuleResult {
  readonly kind: string;
  readonly rule: string;
  readonly action: string;
  readonly code: string;
  readonly budget: boolean;
}

export interface RuleMetrics {
  /** Counts what was found against one request. */
  found(results: readonly RuleResult[]): void;
}

/** Different rules that are counted by name; later ones count as `other`. Rules are written by administrators, and there are few. */
const maxRules = 200;

/** Registers the metrics of rules. */
export function createRuleMetrics(registry: Registry): RuleMetrics {
  const registers = [registry];
  const results = new Counter({
    name: 'bulkhead_rule_results_total',
    help: 'What rules found against requests, by kind and name of the rule and what follows (Deny, Warn, Audit).',
    labelNames: ['kind', 'rule', 'action'],
    registers,
  });
  const budgets = new Counter({
    name: 'bulkhead_budget_exceeded_total',
    help: 'Rules that could not be evaluated within their budget, by kind of rule; such a request is refused by what guards.',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of ['Boundary', 'GuardrailPolicy']) budgets.inc({ kind }, 0);
  const ruleOf = bounded(maxRules);
  const resultsOf = childrenOf((kind: string) =>
    childrenOf((rule: string) => childrenOf((action: string) => results.labels(kind, rule, action))),
  );
  return {
    found: (all) => {
      for (const { kind, rule, action, budget } of all) {
        resultsOf(kind)(ruleOf(rule))(action).inc();
        if (budget) budgets.inc({ kind });
      }
    },
  };
}
