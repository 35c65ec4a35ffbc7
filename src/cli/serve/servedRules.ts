/** The rules of `serve` with a cluster: those of files and those that are stored, followed, and what is told of them. */
import type { Cluster } from '../../cluster/cluster.ts';
import { admissionPolicyKinds, ownRuleKinds } from '../../cluster/ruleKinds.ts';
import type { RulesInForce } from '../../cluster/rulesInForce.ts';
import { tellIssues, tellWarning } from '../diagnostics.ts';
import type { Loaded } from '../loading.ts';
import { compileStored, tellLeftOut } from '../storedRules.ts';
import type { Terminal } from '../terminal.ts';

const nowhere = { line: 1, column: 1 } as const;

/** `changed`: other rules are in force. `isRolledOut`: every other replica decides by what is reported so. */
interface Around {
  readonly changed: () => void;
  readonly isRolledOut: (reported: string) => boolean;
}

/** Begins to follow. Both kinds of rules are one set: it is in force as a whole, or the one before it stays. */
export function followRules(
  cluster: Cluster,
  { config, rules }: Loaded,
  terminal: Terminal,
  { changed, isRolledOut }: Around,
): RulesInForce {
  const files = rules.sources.map((source) => ({ ...source, positionOf: () => nowhere }));
  const kinds = config.rules.admissionPolicies ? [...ownRuleKinds, ...admissionPolicyKinds] : ownRuleKinds;
  const following: RulesInForce = cluster.followRules(kinds, {
    isRolledOut,
    compile: (stored) => {
      const { compiled, leftOut } = compileStored(files, stored, config, cluster.ownNamespace);
      if (compiled.ok) tellLeftOut(leftOut, terminal);
      return compiled;
    },
    paramsFailed: (kind, { message }) =>
      tellWarning(
        `parameters of kind ${kind} cannot be read, so what the policies match that ask for them is refused: ${message}`,
        terminal,
      ),
    observe: (event) => {
      changed();
      if (event.type === 'swapped') {
        const { hash, ruleSet } = event.rules;
        const replaced = ruleSet.boundaries.filter(({ superseded }) => superseded === true).length;
        const beside = replaced === 0 ? '' : `, ${replaced} that they replace until every replica has them`;
        terminal.stderr.write(
          `rules in force: ${hash}, ${ruleSet.boundaries.length - replaced} boundaries${beside}\n`,
        );
        return;
      }
      tellIssues(event.issues, terminal);
      const meanwhile = following.current() === undefined ? noneYet : 'those before them stay in force';
      tellWarning(`the rules of the cluster do not compile together; ${meanwhile}`, terminal);
    },
  });
  return following;
}

const noneYet =
  'none are in force: everything but a change of rules is refused and this replica is not ready until they are mended';
