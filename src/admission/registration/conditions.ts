/** Which requests are worth a call: match conditions in CEL that let through without one what no rule would find fault with. */
import { guardedByDefault } from '../../boundary/invariants/guardedAnnotations.ts';
import type { Guards, Tenancy } from '../../boundary/invariants/context.ts';
import { floorName } from '../../boundary/invariants/policies/floor.ts';

/** An entry of `matchConditions`: the call is made where every expression of an entry is true. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

const list = (texts: Iterable<string>): string => JSON.stringify([...new Set(texts)].sort());

/** Fields that are empty are left out of `request`, and reading one would be an error, which refuses the request. */
const subresource = 'request.?subResource.orValue("")';
const binds = `(${subresource} == "binding" || request.resource.resource == "bindings")`;
const isPolicy = 'request.resource.resource == "networkpolicies"';

/** A protected label is added, changed or removed. */
const labelsDiffer = (keys: string): string =>
  `${keys}.exists(k, object.metadata.?labels[?k] != oldObject.metadata.?labels[?k])`;

const carriesLabel = (keys: string): string => `${keys}.exists(k, k in object.metadata.?labels.orValue({}))`;

/** A claim about the annotation key `k`: that it is guarded, by its whole name or by its prefix. */
function isGuarded({ annotations }: Guards): string {
  const patterns = [...guardedByDefault.keys(), ...annotations];
  const prefixes = patterns
    .filter((pattern) => pattern.endsWith('/*'))
    .map((pattern) => pattern.slice(0, -1));
  const whole = `k in ${list(patterns.filter((pattern) => !pattern.endsWith('/*')))}`;
  return `(${whole} || ${list(prefixes)}.exists(p, k.startsWith(p)))`;
}

/**
 * With more annotations than this the call is made without a look at them. A condition that costs too much is an error, and an error refuses the
 * request: whoever gives a pod fifty thousand annotations must not keep the kubelet from reporting its status.
 */
export const mostAnnotations = 200;

const someAnnotation = (claim: string): string =>
  `object.metadata.?annotations.orValue({}).size() > ${mostAnnotations} || ` +
  `object.metadata.?annotations.orValue({}).exists(k, ${claim})`;

const carriesAnnotation = (guards: Guards): string => someAnnotation(isGuarded(guards));

/** A guarded annotation is added or changed; one that goes is no fault. */
const annotationsSet = (guards: Guards): string =>
  someAnnotation(
    `${isGuarded(guards)} && object.metadata.?annotations[?k] != oldObject.metadata.?annotations[?k]`,
  );

/**
 * In a guarded namespace. An update of a pod is judged by what it changes, so one that changes neither the spec nor a protected label nor a guarded
 * annotation needs no answer: kubelets report status all the time, and finalizers can be removed while no replica answers. A Binding is judged by
 * the labels and annotations that it would write onto the pod.
 */
export function guardedConditions(tenancy: Tenancy, guards: Guards): readonly MatchCondition[] {
  const keys = list(tenancy.protectedPodLabels);
  return [
    {
      name: 'pod-update-changes-what-is-judged',
      expression:
        `request.operation != "UPDATE" || request.resource.resource != "pods" || ${subresource} == "binding" || ` +
        `(${subresource} != "status" && object.spec != oldObject.spec) || ` +
        `${labelsDiffer(keys)} || ${annotationsSet(guards)}`,
    },
    {
      name: 'binding-carries-what-is-judged',
      expression: `!${binds} || ${carriesLabel(keys)} || ${carriesAnnotation(guards)}`,
    },
  ];
}

/** In a namespace that no Boundary selects two things are guarded all the same: protected pod labels, and the name of the floor. */
export function elsewhereConditions(tenancy: Tenancy): readonly MatchCondition[] {
  const keys = list(tenancy.protectedPodLabels);
  return [
    {
      name: 'pod-label-is-protected',
      expression: `${isPolicy} || (oldObject == null ? ${carriesLabel(keys)} : ${labelsDiffer(keys)})`,
    },
    {
      name: 'policy-is-the-floor',
      expression:
        `!(${isPolicy}) || ` +
        `[object, oldObject].exists(o, o != null && o.metadata.?name.orValue("") == "${floorName}")`,
    },
  ];
}

/**
 * Of a Namespace only labels and annotations are judged, so the namespace controller's own writes of status and finalizers need no answer, and a
 * namespace can be deleted while no replica answers. Which keys are protected is not asked: they change with the rules.
 */
export const namespaceConditions: readonly MatchCondition[] = [
  {
    name: 'labels-or-annotations-change',
    expression:
      'oldObject == null || ' +
      'object.metadata.?labels.orValue({}) != oldObject.metadata.?labels.orValue({}) || ' +
      'object.metadata.?annotations.orValue({}) != oldObject.metadata.?annotations.orValue({})',
  },
];

/** Of a workload its pod template is judged, for whoever writes it: not what its own controller writes, nor what another workload made. */
export const workloadConditions: readonly MatchCondition[] = [
  { name: 'spec-changes', expression: 'oldObject == null || object.spec != oldObject.spec' },
  {
    name: 'nothing-controls-it',
    expression:
      '!object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) == true)',
  },
];
