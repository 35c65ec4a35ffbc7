/** What cases touch of Boundaries: the Boundary, each rule of its limits, what it forbids, and both answers of each direction. */
import type { Outcome } from '../../../admission/decision.ts';
import { isPolicy } from '../../../admission/evaluate.ts';
import { sceneOf } from '../../../admission/scene.ts';
import type { Rules } from '../../../admission/rules.ts';
import type { World } from '../../../admission/world.ts';
import type { Boundary } from '../../../boundary/boundary.ts';
import { settingOf } from '../../../boundary/judge.ts';
import { isMeasurable, policyFlows } from '../../../boundary/policyFlows.ts';
import type { Attributes } from '../../../k8s/attributes.ts';
import { ownAt, stringAt } from '../../../k8s/json.ts';
import type { NamespaceFacts } from '../../../k8s/namespaceFacts.ts';
import { directions } from '../../../k8s/networkPolicy.ts';
import type { Direction } from '../../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../../k8s/networkPolicyDecode.ts';
import { disjoint } from '../../../netpol/box.ts';
import type { Box } from '../../../netpol/box.ts';
import { allowedBy, forbiddenBy } from '../../lint/resolution.ts';
import type { Resolution } from '../../lint/resolution.ts';
import type { Point } from './point.ts';

/** Parts of a Boundary that are no flows: the field, and the codes of the violations by which it speaks. */
const settings = [
  { field: '/spec/pods/hostNetwork', codes: ['pods.hostNetwork'] },
  { field: '/spec/pods/hostAccess', codes: ['pods.hostAccess'] },
  { field: '/spec/pods/rawSockets', codes: ['pods.rawSockets'] },
  { field: '/spec/pods/secondaryNetworks', codes: ['pods.secondaryNetworks'] },
  { field: '/spec/pods/addressRequests', codes: ['pods.addressRequests'] },
  { field: '/spec/portNames', codes: ['pods.portNames'] },
  { field: '/spec/stampPods', codes: ['pods.stamp'] },
  { field: '/spec/otherPolicies', codes: ['otherPolicies.kind', 'otherPolicies.served'] },
] as const;

const ofBoundary = (boundary: Boundary, sort: Point['sort'], field: string, way: string): Point => ({
  sort,
  kind: 'Boundary',
  name: boundary.name,
  field,
  way,
});

const directionField = (direction: Direction): string => `/spec/${direction.toLowerCase()}`;

/** Everything that could be touched; settings count where they are written. */
export function boundaryPoints({ ruleSet, sources }: Rules): readonly Point[] {
  return ruleSet.boundaries.flatMap((boundary) => {
    const source = sources.find(
      ({ value }) =>
        stringAt(value, 'kind') === 'Boundary' && stringAt(value, 'metadata', 'name') === boundary.name,
    );
    const limits = directions.flatMap((direction) => [
      ...(boundary.limit[direction] ?? []).map(({ field }) => ofBoundary(boundary, 'limit', field, 'allows')),
      ...boundary.never[direction].map(({ field }) => ofBoundary(boundary, 'limit', field, 'forbids')),
    ]);
    const branches = directions.flatMap((direction) =>
      boundary.limit[direction] === undefined
        ? []
        : ['kept', 'exceeded'].map((way) => ofBoundary(boundary, 'branch', directionField(direction), way)),
    );
    const written = settings.filter(
      ({ field }) => ownAt(source?.value, ...field.split('/').slice(1)) !== undefined,
    );
    return [
      ofBoundary(boundary, 'rule', '', 'asked'),
      ...limits,
      ...written.map(({ field }) => ofBoundary(boundary, 'limit', field, 'refuses')),
      ...branches,
    ];
  });
}

/** What one decision touched. */
export function touchedInBoundaries(outcome: Outcome, world: World): readonly Point[] {
  const { attributes, decision } = outcome;
  const { boundaries: all } = world.rules.ruleSet;
  const spoken = all.flatMap((boundary) => {
    const codes = new Set(
      decision.violations.filter(({ rule }) => rule === boundary.name).map(({ code }) => code),
    );
    const found = settings.filter((setting) => setting.codes.some((code) => codes.has(code)));
    return found.map(({ field }) => ofBoundary(boundary, 'limit', field, 'refuses'));
  });
  const scene = attributes.namespace === '' ? undefined : sceneOf(attributes, world);
  if (scene?.ok !== true) return spoken;
  const { boundaries, namespace } = scene.scene;
  return [
    ...spoken,
    ...boundaries.map((boundary) => ofBoundary(boundary, 'rule', '', 'asked')),
    ...(isPolicy(attributes)
      ? boundaries.flatMap((boundary) => touchedByPolicy(boundary, attributes, namespace, outcome, world))
      : []),
  ];
}

function touchedByPolicy(
  boundary: Boundary,
  attributes: Attributes,
  namespace: NamespaceFacts,
  { decision }: Outcome,
  world: World,
): readonly Point[] {
  const policy = decodeNetworkPolicy(attributes.object, { strict: false });
  if (!policy.ok || !isMeasurable(policy.value)) return [];
  const setting = settingOf(namespace, { ...world, ruleSet: world.rules.ruleSet });
  const resolution: Resolution = {
    boundary,
    samples: [namespace],
    surroundings: world.rules.ruleSet.surroundings,
    budget: { left: 0 },
  };
  return directions.flatMap((direction) => {
    const flows = policyFlows(policy.value, direction, 'may', setting).map(({ box }) => box);
    const kept = ofBoundary(boundary, 'branch', directionField(direction), 'kept');
    // Where the limit is [], only who isolates and allows nothing can keep to it.
    if (flows.length === 0)
      return boundary.limit[direction]?.length === 0 && policy.value.policyTypes.includes(direction)
        ? [kept]
        : [];
    const meets = (boxes: readonly Box[] | undefined): boolean =>
      (boxes ?? []).some((box) => flows.some((flow) => !disjoint(flow, box)));
    const limits = (boundary.limit[direction] ?? []).filter((rule) =>
      meets(allowedBy([rule], direction, resolution)[0]),
    );
    const prohibitions = boundary.never[direction].filter((rule) =>
      meets(forbiddenBy([rule], direction, resolution)[0]),
    );
    const exceeded = decision.violations.some(
      ({ rule, code }) => rule === boundary.name && code === `boundary.${direction.toLowerCase()}`,
    );
    return [
      ...limits.map(({ field }) => ofBoundary(boundary, 'limit', field, 'allows')),
      ...prohibitions.map(({ field }) => ofBoundary(boundary, 'limit', field, 'forbids')),
      exceeded ? { ...kept, way: 'exceeded' } : kept,
    ];
  });
}
