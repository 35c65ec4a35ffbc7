/** Evaluates a request: sends it to the rules of its kind and gathers everything they find. */
import { judgePolicy } from '../boundary/judge.ts';
import { judgeNamespace, writesNamespace } from '../boundary/invariants/namespaces/judgeNamespace.ts';
import { judgeRecorded } from '../boundary/invariants/namespaces/recorded.ts';
import { bindsPod, judgeBinding } from '../boundary/invariants/pods/judgeBinding.ts';
import { judgePod, writesPod } from '../boundary/invariants/pods/judgePod.ts';
import { judgeFloor, touchesFloor } from '../boundary/invariants/policies/floor.ts';
import { judgeOtherPolicy } from '../boundary/invariants/policies/otherPolicies.ts';
import { otherPolicyKindOf } from '../boundary/invariants/policies/otherPolicyKinds.ts';
import { judgeGuardrails } from '../guardrail/judge.ts';
import type { Attributes } from '../k8s/attributes.ts';
import { own, stringAt } from '../k8s/json.ts';
import { readNamespace } from '../k8s/namespace.ts';
import type { NetworkPolicy } from '../k8s/networkPolicy.ts';
import { decodeNetworkPolicy, isSoundOutsideSpec } from '../k8s/networkPolicyDecode.ts';
import { draw } from './allowance.ts';
import { failed, notApplicable } from './decision.ts';
import type { Evaluation } from './decision.ts';
import { activeFlows, exceptionsInForce, exceptionsNamed } from './exceptions/concerning.ts';
import { judgeMark } from './exceptions/judgeMark.ts';
import { coversPodSetting, coversPolicy, letThrough, naming } from './exceptions/letThrough.ts';
import { policyGrants } from './exceptions/policyGrants.ts';
import { evaluateOwnKind } from './ownKinds/evaluateOwnKind.ts';
import { isOwnKind } from './ownKinds/ownKind.ts';
import { keepsSpec } from './previous.ts';
import { sceneOf } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Rules } from './rules.ts';
import { guardrailSurroundings } from './world.ts';
import type { World } from './world.ts';
import { policyHints } from './hints.ts';

/** What every rule says of the request, together; violations are all told, never only the first. */
export function evaluate(attributes: Attributes, world: World): Evaluation {
  const bounded = evaluateBoundaries(attributes, world);
  const judged = judgeGuardrails(
    attributes,
    world.rules.guardrails,
    guardrailSurroundings(attributes, world, activeFlows(attributes, world)),
  );
  if (!judged.applied) return bounded;
  const active = judged.violations.length === 0 ? [] : exceptionsInForce(attributes, world);
  const { violations, used } = letThrough(judged.violations, active, coversPolicy);
  const evaluation = {
    ...bounded,
    applied: true,
    violations: [...bounded.violations, ...violations],
    annotations: judged.annotations,
  };
  return naming(evaluation, used, active);
}

/** What Boundaries, tenancy and pod invariants say. */
function evaluateBoundaries(attributes: Attributes, world: World): Evaluation {
  const evaluation = evaluateEach(attributes, world);
  const { boundaries } = world.rules.ruleSet;
  return evaluation.violations.length > 1 && boundaries.some(({ superseded }) => superseded === true)
    ? { ...evaluation, violations: eachOnce(evaluation.violations) }
    : evaluation;
}

/** What was replaced says mostly what came after it says. */
const eachOnce = (violations: Evaluation['violations']): Evaluation['violations'] => [
  ...new Map(
    violations.map((one) => [[one.code, one.rule, one.action, one.field, one.message].join('\n'), one]),
  ).values(),
];

function evaluateEach(attributes: Attributes, world: World): Evaluation {
  if (writesNamespace(attributes)) return evaluateNamespace(attributes, world);
  if (isOwnKind(attributes)) return evaluateOwnKind(attributes, world);
  const other = otherPolicyKindOf(attributes);
  if (other?.scope === 'Cluster') {
    return found(judgeOtherPolicy(attributes, world.rules.ruleSet.boundaries));
  }
  const evaluateIn = other === undefined ? evaluatorOf(attributes) : evaluateOther;
  if (evaluateIn === undefined) return notApplicable;
  const scene = sceneOf(attributes, world);
  if (scene.ok) return evaluateIn(attributes, scene.scene, world);
  return dependsOnNamespace(attributes, world.rules) ? scene.evaluation : notApplicable;
}

/** Claims that the labels of a namespace could make a difference: without Boundaries and protected pod labels only a floor is guarded. */
export const dependsOnNamespace = (attributes: Attributes, { ruleSet, tenancy }: Rules): boolean =>
  ruleSet.boundaries.length > 0 || tenancy.protectedPodLabels.size > 0 || touchesFloor(attributes);

type Evaluator = (attributes: Attributes, scene: Scene, world: World) => Evaluation;

function evaluatorOf(attributes: Attributes): Evaluator | undefined {
  if (isPolicy(attributes)) return evaluatePolicy;
  if (writesPod(attributes)) return evaluatePod;
  if (bindsPod(attributes)) return (_, { context }) => found(judgeBinding(attributes, context));
  return undefined;
}

/** Claims that the request is about a NetworkPolicy. */
export const isPolicy = ({ group, resource, subresource }: Attributes): boolean =>
  group === 'networking.k8s.io' && resource === 'networkpolicies' && subresource === '';

const found = (violations: Evaluation['violations']): Evaluation => ({
  applied: true,
  violations,
  warnings: [],
});

const evaluateOther: Evaluator = (attributes, { boundaries }) =>
  found(judgeOtherPolicy(attributes, boundaries));

function evaluateNamespace(attributes: Attributes, world: World): Evaluation {
  const { tenancy, guards, ruleSet } = world.rules;
  const name =
    attributes.name === '' ? (stringAt(attributes.object, 'metadata', 'name') ?? '') : attributes.name;
  const labelled = [attributes.object, attributes.oldObject].flatMap((object) =>
    object === null ? [] : ruleSet.selecting(name, readNamespace(object).namespace.metadata.labels),
  );
  const contents = world.contentsOf(name);
  const violations = judgeNamespace(attributes, {
    tenancy,
    guards,
    boundaries: [...new Set(labelled)],
    contents,
  });
  return found([...violations, ...recorded(attributes, name, world)]);
}

/** What the record of a name says to whoever takes it. */
function recorded({ operation, object }: Attributes, name: string, world: World): Evaluation['violations'] {
  if (operation !== 'CREATE' || object === null || world.recordOf === undefined) return [];
  const { labels } = readNamespace(object).namespace.metadata;
  return judgeRecorded(labels, world.recordOf(name), world.rules.tenancy);
}

const evaluatePod: Evaluator = (attributes, { context }, world) => {
  const all = judgePod(attributes, context);
  if (all.length === 0) return found(all);
  const active = exceptionsInForce(attributes, world);
  const { violations, used } = letThrough(all, active, coversPodSetting);
  return naming(found(violations), used, active);
};

const evaluatePolicy: Evaluator = (attributes, { namespace, boundaries }, world) => {
  const { tenancy, guards } = world.rules;
  const floor = touchesFloor(attributes)
    ? judgeFloor(attributes, {
        tenancy,
        guards,
        namespace,
        contents: world.contentsOf(namespace.name),
        orderedDeletion: world.orderedDeletion,
      })
    : [];
  if (attributes.operation === 'DELETE' || boundaries.length === 0) return found(floor);
  const { ruleSet, proven } = world.rules;
  const spec = isSoundOutsideSpec(attributes.object) ? own(attributes.object, 'spec') : undefined;
  const grants = policyGrants(attributes, world);
  // A mark must be looked at, so what carries one is judged.
  const key = spec === undefined || grants.marks ? undefined : proven.keyOf(spec, namespace);
  const known = key === undefined ? undefined : proven.find(key, world.lookup);
  if (known !== undefined) return { ...found(floor), warnings: known };
  const policy = decodeNetworkPolicy(attributes.object, { strict: false });
  if (!policy.ok) {
    return keepsSpec(attributes) ? { ...found(floor), warnings: [unreadWarning] } : unreadable(policy.issues);
  }
  const { flows } = grants;
  const old = grants.old();
  const judgement = judgePolicy(
    named(policy.value, attributes),
    old,
    namespace,
    {
      ruleSet,
      lookup: world.lookup,
      known: world.known,
      exceptions: flows,
    },
    draw(world),
  );
  const hints = policyHints(policy.value);
  // What only an exception allows is not proven for good.
  if (
    key !== undefined &&
    old === undefined &&
    judgement.violations.length === 0 &&
    judgement.exceptions.length === 0
  ) {
    proven.remember(key, policy.value, hints, world.lookup);
  }
  const evaluation = {
    applied: true,
    violations: [
      ...floor,
      ...judgement.violations,
      ...judgeMark(attributes, grants.markFor(judgement), guards),
    ],
    warnings: [...judgement.warnings, ...hints],
  };
  return naming(evaluation, judgement.exceptions, exceptionsNamed(judgement.exceptions, attributes, world));
};

const unreadWarning = 'spec cannot be read and is stored already; it was not judged again';

/** The name of the request where the object has none yet. */
const named = (policy: NetworkPolicy, { name }: Attributes): NetworkPolicy =>
  policy.metadata.name === '' ? { ...policy, metadata: { ...policy.metadata, name } } : policy;

function unreadable(issues: readonly { readonly pointer?: string; readonly message: string }[]): Evaluation {
  const told = issues.slice(0, 10).map(({ pointer = '', message }) => `${pointer} ${message}`);
  return failed(
    'object.unreadable',
    `the NetworkPolicy cannot be read, so nothing is proven of it: ${told.join('; ')}`,
    422,
  );
}
