/** The functions of meaning for a single expression, where no rules and no cluster are known. */
import { RuleSet } from '../../boundary/ruleSet.ts';
import { type ClusterSettings, compileSurroundings } from '../../boundary/surroundings.ts';
import type { ExtensionFunctions } from '../../cel/evaluation/frame.ts';
import type { Read } from '../../config/issue.ts';
import { sound } from '../../config/issue.ts';
import { fullBudget } from '../../netpol/cover.ts';
import { meaningFunctions } from './functions.ts';

/** What policies mean by themselves on a cluster of which `cluster` is known; `boundary.excess` has no answer. */
export function standaloneMeaning(cluster: ClusterSettings): Read<ExtensionFunctions> {
  const surroundings = compileSurroundings(cluster);
  if (!surroundings.ok) return surroundings;
  const options = {
    surroundings: surroundings.value,
    protectedLabels: [],
    exemptNamespaces: new Set<string>(),
  };
  return sound(
    meaningFunctions({
      namespace: '',
      ruleSet: new RuleSet([], options),
      lookup: () => 'unknown',
      known: () => [],
      bounded: false,
      budget: fullBudget,
    }),
  );
}
