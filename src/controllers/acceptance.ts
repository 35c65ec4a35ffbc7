/** The condition `Accepted` of a rule: whether what is stored is what is in force, on every replica, and if not, what is wrong with it. */
import { asciiLine } from '../boundary/invariants/text.ts';
import { storedFile } from '../config/document.ts';
import { describe } from '../config/issue.ts';
import type { Issue } from '../config/issue.ts';
import { own, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import type { Claim, ruleKinds } from './conditions.ts';
import type { Surroundings } from './surroundings.ts';

const most = 2_000;

export function acceptance(
  kind: keyof typeof ruleKinds,
  stored: JsonObject,
  around: Pick<Surroundings, 'rules' | 'issues' | 'rollout'>,
): Claim {
  const file = `${storedFile}${kind}/${stringAt(stored, 'metadata', 'name') ?? ''}`;
  const { inForce, waitingFor } = around.rollout();
  const source = around.rules().sources.find((one) => one.file === file && one.superseded !== true);
  if (inForce && source !== undefined && sameJson(ownAt(source.value, 'spec'), own(stored, 'spec')))
    return accepted(waitingFor);
  const found = around.issues();
  if (found.length === 0)
    return { type: 'Accepted', status: 'Unknown', reason: 'Pending', message: 'it is being compiled' };
  const mine = found.filter((issue) => issue.file === file);
  const told = (mine.length > 0 ? mine.map(atPointer) : found.map(inFile)).slice(0, 5).join('; ');
  const meanwhile = inForce
    ? 'the last good rules stay in force'
    : 'no rules are in force and nobody is ready';
  return {
    type: 'Accepted',
    status: 'False',
    reason: mine.length > 0 ? 'NotCompiled' : 'OthersNotCompiled',
    message: asciiLine(`${meanwhile}: ${told}`, most),
  };
}

function accepted(waitingFor: readonly string[] | undefined): Claim {
  const claim = { type: 'Accepted', status: 'True' } as const;
  if (waitingFor === undefined) {
    const message = 'it compiles and is in force; whether every replica has it is not known yet';
    return { ...claim, reason: 'RollingOut', message };
  }
  if (waitingFor.length === 0) return { ...claim, reason: 'InForce', message: 'it compiles and is in force' };
  const message = `it compiles; what it replaces stays in force beside it until these replicas have it: ${waitingFor.join(', ')}`;
  return { ...claim, reason: 'RollingOut', message: asciiLine(message, most) };
}

/** A stored rule has no lines; the pointer says where. */
const atPointer = ({ code, message, pointer = '' }: Issue): string => describe({ code, message, pointer });
const inFile = (issue: Issue): string => `${issue.file ?? ''} ${atPointer(issue)}`.trim();
