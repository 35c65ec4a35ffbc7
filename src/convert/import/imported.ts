/** A Boundary made of NetworkPolicies that another tool writes into namespaces: their rules become the floor and the limit. */
import { decodeBoundary } from '../../boundary/boundary.ts';
import { boundarySchema } from '../../boundary/schema.ts';
import { readSchema } from '../../config/readSchema.ts';
import { isObject, listAt, own, ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import type { Converted, ConvertedDocument, Left } from '../converted.ts';

/** What is known of a Boundary to be made. `specs` are NetworkPolicySpecs as they are written there. */
export interface Imported {
  readonly name: string;
  readonly source: string;
  readonly namespaceSelector: object;
  readonly specs: readonly JsonObject[];
}

/** Nothing that was allowed before is refused: what Bulkhead finds beyond the imported rules is audited, until somebody tightens it. */
const lenient = {
  onExcess: 'Audit',
  pods: {
    hostNetwork: 'Audit',
    hostAccess: 'Audit',
    rawSockets: 'Audit',
    secondaryNetworks: 'Audit',
    addressRequests: 'Audit',
    beforeFloor: 'Audit',
  },
  otherPolicies: 'Audit',
} as const;

/** The Boundary, or why there is none. Each direction that some policy isolates gets a limit, and the same rules are the floor's. */
export function toBoundary({ name, source, namespaceSelector, specs }: Imported): Converted {
  const left: Left[] = [];
  const leave = (reason: string): void => void left.push({ what: source, reason });
  const differ = (reason: string): void => void left.push({ what: source, reason, converted: true });
  const limit: Record<string, readonly JsonObject[]> = {};
  const allow: Record<string, readonly JsonObject[]> = {};
  for (const direction of directions) {
    const isolating = specs.filter((spec) => isolates(spec, direction));
    if (isolating.length === 0) continue;
    const field = direction.toLowerCase();
    limit[field] = isolating.flatMap((spec) => rulesOf(spec, field, true));
    const whole = isolating.filter(selectsAll);
    if (whole.length === 0)
      differ(
        `no policy isolates every pod for ${field}, but the floor does: pods that no policy selected are isolated now`,
      );
    const rules = whole.flatMap((spec) => rulesOf(spec, field, false));
    if (rules.length > 0) allow[field] = rules;
    if (isolating.some((spec) => !selectsAll(spec) && listAt(spec, field).length > 0))
      differ(
        `rules for ${field} of some pods only are in the limit but not in the floor, which is about all pods: keep them as policies of their own`,
      );
  }
  if (Object.keys(limit).length === 0) {
    leave('its policies isolate no pod in any direction');
    return { documents: [], left };
  }
  const document: ConvertedDocument = {
    apiVersion: 'bulkhead.dev/v1alpha1',
    kind: 'Boundary',
    metadata: { name, annotations: { 'bulkhead.dev/imported-from': source } },
    spec: {
      namespaceSelector,
      floor: {
        mode: 'Create',
        allowDNS: false,
        ...(Object.keys(allow).length === 0 ? {} : { allow }),
      },
      ...limit,
      ...lenient,
    },
  };
  const mistakes = mistakesOf(document);
  if (mistakes.length > 0) {
    leave(`it would not load: ${mistakes.slice(0, 3).join('; ')}`);
    return { documents: [], left };
  }
  differ(
    'what exceeds the imported rules is only audited, as before; see it with bulkhead scan, widen ingress and egress, then set onExcess, pods and otherPolicies to Deny',
  );
  return { documents: [document], left };
}

/** As the API server fills in policyTypes: Ingress always, Egress where there are egress rules. */
function isolates(spec: JsonObject, direction: Direction): boolean {
  const types = listAt(spec, 'policyTypes');
  if (types.length > 0) return types.includes(direction);
  return direction === 'Ingress' || listAt(spec, 'egress').length > 0;
}

function selectsAll(spec: JsonObject): boolean {
  const selector = own(spec, 'podSelector');
  return (
    selector === undefined ||
    (isObject(selector) &&
      Object.keys(ownObject(selector, 'matchLabels')).length === 0 &&
      listAt(selector, 'matchExpressions').length === 0)
  );
}

const ownObject = (object: JsonObject, key: string): JsonObject => {
  const found = own(object, key);
  return isObject(found) ? found : {};
};

/** The rules of one direction; of a policy about some pods they say so (`appliesTo`), where that has a meaning. */
function rulesOf(spec: JsonObject, field: string, withSubject: boolean): readonly JsonObject[] {
  const rules = listAt(spec, field).filter(isObject);
  if (selectsAll(spec) || !withSubject) return rules;
  return rules.map((rule) => ({ ...rule, appliesTo: ownAt(spec, 'podSelector') }));
}

/** What the loader would say; nothing where it would load. */
function mistakesOf(document: ConvertedDocument): readonly string[] {
  const shaped = readSchema(boundarySchema, JSON.parse(JSON.stringify(document)));
  const read = shaped.ok ? decodeBoundary(shaped.value) : shaped;
  return read.ok ? [] : read.issues.map(({ pointer, message }) => `${pointer ?? ''} ${message}`.trim());
}
