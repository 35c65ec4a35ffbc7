/** What exceptions mean to a NetworkPolicy: the flows that they add, what an update inherits from the stored one, and the mark that tells. */
import type { ExceptionFlows } from '../../boundary/exceptionFlows.ts';
import type { PolicyJudgement } from '../../boundary/judge.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import type { NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { keepsSpec, previous } from '../previous.ts';
import type { World } from '../world.ts';
import { exceptionsAbout, toFlows } from './concerning.ts';
import type { Concerning } from './concerning.ts';
import { isMarkOf, markText, readMark, toMarked, writtenMark } from './mark.ts';

export interface PolicyGrants {
  readonly flows: readonly ExceptionFlows[];
  /** The stored policy, as far as an update inherits from it; read when it is asked for. */
  readonly old: () => NetworkPolicy | undefined;
  /** Whether there is anything to mark, or a mark to look at. */
  readonly marks: boolean;
  /** The mark that the policy must carry after this judgement: what lapsed stays in it while the policy says what it said. */
  readonly markFor: (judged: Pick<PolicyJudgement, 'exceptions' | 'unchanged'>) => string | undefined;
}

/**
 * An update inherits nothing that only an exception allowed. Of one that lapsed, but is still there as it was approved, its flows tell what that is; where
 * one is gone or changed nobody can tell, so then nothing at all is inherited, unless the spec stays as it is.
 */
export function policyGrants(attributes: Attributes, world: World): PolicyGrants {
  const about = exceptionsAbout(attributes, world);
  if (about.length === 0 && !isMarked(attributes)) return withoutExceptions(attributes);
  const marked = attributes.operation === 'UPDATE' ? readMark(attributes.oldObject) : [];
  const isNamed = ({ exception }: Concerning): boolean => marked.some((mark) => isMarkOf(mark, exception));
  const isLost = marked.some((mark) => !about.some(({ exception }) => isMarkOf(mark, exception)));
  const kept = keepsSpec(attributes);
  const lapsed = marked.filter(
    (mark) => !about.some(({ exception, active }) => active && isMarkOf(mark, exception)),
  );
  return {
    flows: about.flatMap((one) => {
      if (one.active) return [toFlows(one.exception, 'active')];
      return isNamed(one) ? [toFlows(one.exception, 'lapsed')] : [];
    }),
    old: () => (isLost && !kept ? undefined : previous(attributes)),
    marks:
      marked.length > 0 || about.some(({ active }) => active) || writtenMark(attributes.object) !== undefined,
    markFor: ({ exceptions, unchanged }) =>
      markText([
        ...about.flatMap(({ exception }) =>
          exceptions.includes(exception.name) ? [toMarked(exception)] : [],
        ),
        ...(kept || unchanged === true ? lapsed : []),
      ]),
  };
}

const isMarked = ({ object, oldObject }: Attributes): boolean =>
  writtenMark(object) !== undefined || writtenMark(oldObject) !== undefined;

/** Nearly every request. */
const withoutExceptions = (attributes: Attributes): PolicyGrants => ({
  flows: [],
  old: () => previous(attributes),
  marks: false,
  markFor: () => undefined,
});
