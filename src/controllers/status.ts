/** Tells in the status of each Boundary how it fares: whether it is in force, what it selects, which floors stand, and what its proof lacks. */
import type { Boundary } from '../boundary/boundary.ts';
import { asciiLine } from '../boundary/invariants/text.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { JsonObject } from '../k8s/json.ts';
import { acceptance } from './acceptance.ts';
import { falseClauses, floorsSeen, unseenFloors } from './clauses.ts';
import type { FloorsSeen, FurtherClauses } from './clauses.ts';
import { tellStatus } from './conditions.ts';
import type { Claim, StatusWriter, Told } from './conditions.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Rollout, Surroundings } from './surroundings.ts';

export interface StatusOptions extends StatusWriter {
  readonly around: Surroundings;
  readonly stands: (namespace: string) => boolean | undefined;
  readonly further: FurtherClauses;
}

/** One key a Boundary that is stored in the cluster. Nothing is written where the status says all of it already. */
export const status = (options: StatusOptions): Controller => ({
  name: 'status',
  keys: () => options.around.boundaries.keys(),
  reconcile: async (name, signal) => {
    const stored = options.around.boundaries.get(name);
    if (stored === undefined) return right;
    return tellStatus('Boundary', stored, toldOf(name, stored, options), options, signal);
  },
});

function toldOf(name: string, stored: JsonObject, { around, stands, further }: StatusOptions): Told {
  const { ruleSet } = around.rules();
  const rollout = around.rollout();
  const boundary = rollout.inForce ? ruleSet.boundaries.find((one) => isNewest(one, name)) : undefined;
  const accepted = acceptance('Boundary', stored, around);
  if (boundary === undefined) {
    const claim = { status: 'False', reason: 'NotInForce', message: 'the Boundary is not in force' } as const;
    const claims = [accepted, { type: 'Proven', ...claim } as const, { type: 'Enforced', ...claim } as const];
    return { claims, counts: { namespaces: 0, floors: { present: 0, missing: 0 } } };
  }
  const guards = (facts: NamespaceFacts): boolean => ruleSet.guardOf(facts).boundaries.includes(boundary);
  const selected = [...around.namespaces().known()].filter(guards);
  const floors = floorsSeen(selected, around, stands);
  const lacking = [
    ...(accepted.status === 'True' ? [] : ['what is stored is not what is in force']),
    ...(isComplete(rollout) ? [] : ['its last change is not in force on every replica yet']),
    ...falseClauses(boundary, selected, around, floors, further),
  ];
  return {
    claims: [accepted, enforcement(floors, rollout, further), proof(lacking, further.network?.())],
    counts: {
      namespaces: selected.length,
      floors:
        floors.unseen.length === 0
          ? { present: floors.present.length, missing: floors.missing.length }
          : undefined,
      violations: accepted.status === 'True' ? further.violations?.('Boundary', name) : undefined,
      exceptions: further.activeExceptions?.(name),
    },
  };
}

const isNewest = (boundary: Boundary, name: string): boolean =>
  boundary.name === name && boundary.superseded !== true;

const isComplete = ({ waitingFor }: Rollout): boolean => waitingFor?.length === 0;

function enforcement(
  { missing, unseen }: FloorsSeen,
  rollout: Rollout,
  { registration }: FurtherClauses,
): Claim {
  const type = 'Enforced';
  if (!isComplete(rollout)) {
    const message = 'not every replica decides by it yet';
    return {
      type,
      status: rollout.waitingFor === undefined ? 'Unknown' : 'False',
      reason: 'RollingOut',
      message,
    };
  }
  if (missing.length > 0) {
    const message = `${missing.length} of its namespaces have no floor that stands`;
    return { type, status: 'False', reason: 'FloorsMissing', message };
  }
  if (unseen.length > 0)
    return { type, status: 'Unknown', reason: 'FloorsUnknown', message: unseenFloors(unseen) };
  const lacking = registration?.();
  if (lacking === undefined) {
    const message = 'floors stand; whether the webhooks are registered is not known';
    return { type, status: 'Unknown', reason: 'RegistrationUnknown', message };
  }
  return lacking.length === 0
    ? { type, status: 'True', reason: 'Enforced', message: 'floors stand and both webhooks are registered' }
    : { type, status: 'False', reason: 'NotRegistered', message: lacking.join('; ') };
}

/** What corners of the API mean on this network is told with the proof, for a reader of policies needs it. */
function proof(lacking: readonly string[], network: string | undefined): Claim {
  const type = 'Proven';
  const told = network === undefined ? '' : `; ${network}`;
  return lacking.length === 0
    ? {
        type,
        status: 'True',
        reason: 'Proven',
        message: asciiLine(`nothing can get outside it${told}`, 2_000),
      }
    : { type, status: 'False', reason: 'NotProven', message: asciiLine(lacking.join('; ') + told, 2_000) };
}
