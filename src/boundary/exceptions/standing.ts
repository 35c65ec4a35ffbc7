/** Whether an exception counts at a moment, and if not, why not (api.md 3). */
import { includes } from '../invariants/subjects.ts';
import type { Subjects } from '../invariants/subjects.ts';
import type { Exception } from './exception.ts';

export const exceptionStates = ['Pending', 'Refused', 'Void', 'Waiting', 'Active', 'Expired'] as const;
/** `Void`: approved once, but not in a way that counts (any more). `Waiting`: approved, and not begun. Only `Active` lets anything through. */
export type ExceptionState = (typeof exceptionStates)[number];

export interface Standing {
  readonly state: ExceptionState;
  /** In words, for its status. */
  readonly why: string;
}

/** An exception lasts at most as long. */
export const longestMillis = 90 * 86_400_000;

const standing = (state: ExceptionState, why: string): Standing => ({ state, why });

/**
 * `now` is in milliseconds since the epoch. That the approver was among `approvers` is checked when the approval is written; here it is checked again as
 * far as a user's name tells, for groups are not written down.
 */
export function standingOf(exception: Exception, now: number, approvers: Subjects): Standing {
  const { approval, expiresAt, notBefore } = exception;
  if (approval === undefined || approval.state === 'Pending')
    return standing('Pending', 'nobody approved it yet');
  if (approval.state === 'Refused') return standing('Refused', `refused by ${approval.by}`);
  const fault = faultOf(exception, approvers);
  if (fault !== undefined) return standing('Void', fault);
  if (!(now < expiresAt)) return standing('Expired', 'its time is over');
  if (notBefore !== undefined && now < notBefore) return standing('Waiting', 'its time has not come');
  return standing('Active', `approved by ${approval.by}`);
}

function faultOf(exception: Exception, approvers: Subjects): string | undefined {
  const { approval, creator, namespace, specHash, notBefore, expiresAt } = exception;
  if (approval === undefined || approval.by === '' || Number.isNaN(approval.at))
    return 'who approved it, and when, is not written down; approve it again';
  if (approval.specHash !== specHash) return 'its spec is not the one that was approved; approve it again';
  const unfit = unfitness(approval.by, creator, namespace);
  if (unfit !== undefined) return unfit;
  if (approvers.groups.length === 0 && !includes(approvers, { username: approval.by, groups: [] }))
    return `${approval.by} is not among tenancy.roles.exceptionApprovers (any more); approve it again`;
  if (expiresAt - (notBefore ?? approval.at) > longestMillis) return 'it lasts longer than 90 days';
  return undefined;
}

/** Why a user can never approve an exception, whatever its roles are; undefined where nothing speaks against it. */
export function unfitness(
  username: string,
  creator: string | undefined,
  namespace: string,
): string | undefined {
  if (creator === undefined)
    return 'who created it is not known, for the mutating webhook was not asked; delete it and create it again';
  if (username === creator) return `${username} created it; somebody else must approve it`;
  if (username.startsWith(`system:serviceaccount:${namespace}:`))
    return `${username} is a ServiceAccount of its own namespace; somebody else must approve it`;
  return undefined;
}
