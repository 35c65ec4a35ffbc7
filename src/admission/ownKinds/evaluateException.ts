/** Judges a GuardrailException that is written: whether it can ever count, and whether who decides about it may. */
import { readException } from '../../boundary/exceptions/exception.ts';
import type { Exception } from '../../boundary/exceptions/exception.ts';
import { longestMillis, unfitness } from '../../boundary/exceptions/standing.ts';
import { includes } from '../../boundary/invariants/subjects.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { ownAt, stringAt } from '../../k8s/json.ts';
import { sameJson } from '../../k8s/jsonEqual.ts';
import type { Violation } from '../../k8s/violation.ts';
import { notApplicable } from '../decision.ts';
import type { Evaluation } from '../decision.ts';
import type { World } from '../world.ts';
import { changesApproval, creatorOf } from './mutateException.ts';
import { keepsSpec, refused } from './ownKind.ts';

/** Anybody whom RBAC lets may write one; only `exceptionApprovers` decide about it. */
export function evaluateException(attributes: Attributes, world: World): Evaluation {
  switch (attributes.subresource) {
    case '':
      return judged([...judgeCreator(attributes), ...judgeSpec(attributes, world)], world, attributes);
    case 'status':
      return { applied: true, violations: judgeApproval(attributes, world), warnings: [] };
    default:
      return notApplicable;
  }
}

/** A spec that is written voids every approval of another one; that is told at once. */
function judged(violations: readonly Violation[], world: World, attributes: Attributes): Evaluation {
  const { operation, oldObject } = attributes;
  const approved = stringAt(oldObject, 'status', 'approval', 'state') === 'Approved';
  const voids = operation === 'UPDATE' && approved && !keepsSpec(attributes);
  const { ruleSet } = world.rules;
  const read = readException(attributes.object);
  const unknown = (read.ok ? read.value.boundaries : []).filter(
    (name) => !ruleSet.boundaries.some((boundary) => boundary.name === name),
  );
  return {
    applied: true,
    violations,
    warnings: [
      ...(voids ? ['another spec needs another approval: until then the exception counts no more'] : []),
      ...unknown.map((name) => `there is no Boundary "${name}" in force`),
    ],
  };
}

function judgeCreator({ operation, object, oldObject, user }: Attributes): readonly Violation[] {
  const wanted = operation === 'CREATE' ? user.username : creatorOf(oldObject);
  if (creatorOf(object) === wanted) return [];
  const message =
    'who created an exception is written by Bulkhead alone; leave the annotation bulkhead.dev/created-by alone, and see that the mutating webhook is registered for guardrailexceptions';
  return [exceptionFault('exceptions.creator', '/metadata/annotations/bulkhead.dev~1created-by', message)];
}

function judgeSpec(attributes: Attributes, { now }: World): readonly Violation[] {
  if (keepsSpec(attributes)) return [];
  const read = readException(attributes.object);
  if (!read.ok)
    return read.issues
      .slice(0, 10)
      .map(({ pointer = '', message }) => exceptionFault('exceptions.invalid', pointer, message));
  const { boundaries, policies, podSettings, allow } = read.value;
  const faults = now === undefined ? [] : timeFaults(read.value, now);
  if (boundaries.length + policies.length === 0)
    faults.push(exceptionFault('exceptions.invalid', '/spec/target', 'name a Boundary or a GuardrailPolicy'));
  else if (boundaries.length === 0 && podSettings.length + allow.Ingress.length + allow.Egress.length > 0)
    faults.push(
      exceptionFault(
        'exceptions.invalid',
        '/spec/target/boundaries',
        'podSettings and allow loosen Boundaries; name them in target.boundaries',
      ),
    );
  return faults;
}

const day = 86_400_000;

function timeFaults({ notBefore, expiresAt }: Exception, now: number): Violation[] {
  const at = '/spec/expiresAt';
  const told = (message: string): Violation[] => [exceptionFault('exceptions.time', at, message)];
  if (!(expiresAt > now)) return told('it has expired already; write a later expiresAt');
  const lasts = expiresAt - (notBefore ?? now);
  if (notBefore !== undefined && !(lasts > 0))
    return told('it ends before it begins; write a later expiresAt');
  if (lasts > longestMillis)
    return told(
      `it lasts ${Math.ceil(lasts / day)} days; an exception lasts at most 90, write an earlier expiresAt`,
    );
  return [];
}

/** Everything else in the status may be written by whoever RBAC lets. */
function judgeApproval(attributes: Attributes, { rules, now }: World): readonly Violation[] {
  if (!changesApproval(attributes)) return [];
  const { user, object, namespace } = attributes;
  const field = '/status/approval';
  if (!includes(rules.tenancy.roles.exceptionApprovers, user)) {
    const message = `only approvers (tenancy.roles.exceptionApprovers) decide about exceptions, and ${user.username} is none; ask one`;
    return [exceptionFault('exceptions.approver', field, message)];
  }
  const approval = ownAt(object, 'status', 'approval');
  const state = stringAt(approval, 'state');
  if (state !== 'Approved') return [];
  const unfit = unfitness(user.username, creatorOf(object), namespace);
  if (unfit !== undefined) return [exceptionFault('exceptions.approver', field, unfit)];
  const read = readException(object);
  if (!read.ok) {
    const [issue] = read.issues;
    const message = `it cannot be read: ${issue?.message ?? ''}; correct its spec first`;
    return [exceptionFault('exceptions.invalid', issue?.pointer ?? '/spec', message)];
  }
  const written = { state, by: user.username, specHash: read.value.specHash, at: stringAt(approval, 'at') };
  if (written.at === undefined || !sameJson(written, approval)) {
    const message =
      'by, at and specHash are written by Bulkhead from the request; see that the mutating webhook is registered for guardrailexceptions/status';
    return [exceptionFault('exceptions.approver', field, message)];
  }
  return now === undefined ? [] : timeFaults(read.value, now);
}

const exceptionFault = (code: string, field: string, message: string): Violation =>
  refused(code, 'exceptions', field, message);
