/** The expressions of a guardrail in the order of its document, each with its place and what it may cost. */
import { expressionLimit, matchConditionsLimit } from '../../cel/budget.ts';
import type { Program } from '../../cel/program.ts';
import type { Policy } from '../../guardrail/policy.ts';

/** One expression; `limit` is what one run of it may cost at most. */
export interface PlacedProgram {
  readonly pointer: string;
  readonly program: Program;
  readonly limit: number;
}

/** Every compiled expression of a policy. */
export function programsOf(policy: Policy): readonly PlacedProgram[] {
  const placed = (pointer: string, program: Program | undefined, limit = expressionLimit): PlacedProgram[] =>
    program === undefined ? [] : [{ pointer, program, limit }];
  const once = Math.min(expressionLimit, matchConditionsLimit);
  return [
    ...policy.conditions.flatMap(({ program }, index) =>
      placed(`/spec/matchConditions/${index}/expression`, program, once),
    ),
    ...[...policy.variables.values()].flatMap((program, index) =>
      placed(`/spec/variables/${index}/expression`, program),
    ),
    ...policy.validations.flatMap(({ program, messageProgram }, index) => [
      ...placed(`/spec/validations/${index}/expression`, program),
      ...placed(`/spec/validations/${index}/messageExpression`, messageProgram),
    ]),
    ...policy.annotations.flatMap(({ program }, index) =>
      placed(`/spec/auditAnnotations/${index}/valueExpression`, program),
    ),
    ...policy.mutations.flatMap(({ patchType, program }, index) =>
      placed(
        `/spec/mutations/${index}/${patchType === 'ApplyConfiguration' ? 'applyConfiguration' : 'jsonPatch'}/expression`,
        program,
      ),
    ),
  ];
}
