/** What expressions of guardrails read of a past request that its record does not hold: found by running them on objects that tell. */
import { invocationsOf } from '../../guardrail/invocation.ts';
import type { Invocation } from '../../guardrail/invocation.ts';
import type { Guardrail, Policy } from '../../guardrail/policy.ts';
import { validate } from '../../guardrail/validate.ts';
import { requestVariable } from '../../guardrail/variables.ts';
import type { RequestVariables } from '../../guardrail/variables.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { selectorKeys } from '../../k8s/labelSelector.ts';
import { guardrailSurroundings } from '../world.ts';
import type { World } from '../world.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { hiddenOf, insideOf, labelsMasked, silent, veiledObject } from './hidden.ts';
import type { Past } from './past.ts';
import { unknownNamespace } from './unrecorded.ts';
import type { Missing } from './unrecorded.ts';

/** What is known of namespaces; `isWhole` claims that all labels are, not only those that a record names. */
export interface KnownNamespaces {
  readonly factsOf: (name: string) => NamespaceFacts | undefined;
  readonly isWhole: (name: string) => boolean;
}

const judges = ({ validations, annotations }: Policy): boolean =>
  validations.length > 0 || annotations.length > 0;

/** What the guardrails that match would read beyond the record, each named. */
export function missingOfGuardrails(
  past: Past,
  world: World,
  namespaces: KnownNamespaces,
): readonly Missing[] {
  const { attributes } = past;
  const { guardrails } = world.rules;
  if (guardrails.all.length === 0) return [];
  if (!past.resourceKnown)
    return [{ rule: '', what: `the plural of kind ${attributes.kind}, which rules match` }];
  const surroundings = guardrailSurroundings(attributes, world);
  const missing = guardrails
    .candidates(attributes)
    .flatMap((guardrail) => missingOfSelectors(guardrail, past));
  const invocations = invocationsOf(attributes, guardrails, surroundings, judges);
  if (invocations.length === 0) return missing;
  const reads = invocations.flatMap((invocation) => readsOf(invocation, past, world, namespaces));
  return [...missing, ...reads];
}

/** A selector of objects that asks for a label whose value was not kept: whether the rule matches is not known. */
function missingOfSelectors({ policy, bindings }: Guardrail, { masked }: Past): readonly Missing[] {
  const keys = [policy.constraints, ...bindings.map(({ resources }) => resources)].flatMap((constraints) =>
    selectorKeys(constraints?.objectSelector),
  );
  return (['object', 'oldObject'] as const).flatMap((part) =>
    labelsMasked(masked, part, 'labels').flatMap((key) =>
      keys.includes(key)
        ? [{ rule: policy.name, what: `${part}.metadata.labels[${JSON.stringify(key)}]` }]
        : [],
    ),
  );
}

function readsOf(
  invocation: Invocation,
  past: Past,
  world: World,
  namespaces: KnownNamespaces,
): readonly Missing[] {
  const { namespace } = past.attributes;
  if (invocation.kind === 'misconfigured' && namespace !== '' && namespaces.factsOf(namespace) === undefined)
    return [{ ...unknownNamespace(namespace), rule: invocation.policy.name }];
  if (invocation.kind !== 'run') return [];
  const { policy, params } = invocation;
  const found = new Set<string>();
  const lookup: World['lookup'] = (name) => {
    const facts = namespaces.factsOf(name);
    if (facts === undefined) found.add(unknownNamespace(name).what);
    return facts ?? 'unknown';
  };
  const { functions } = guardrailSurroundings(past.attributes, { ...world, lookup });
  const variables = veiledVariables(past, namespaces, (path) => found.add(path));
  validate(policy, variables, params, functions);
  return [...found].map((what) => ({ rule: policy.name, what }));
}

const ofObject = hiddenOf(silent);

/** What is left of an AdmissionRequest: these fields no record holds. */
const unsent = [
  '/options',
  '/requestKind',
  '/requestResource',
  '/requestSubResource',
  '/userInfo/extra',
  '/userInfo/uid',
];
const ofWholeRequest = hiddenOf(unsent);
const ofRequestWithoutGroups = hiddenOf([...unsent, '/userInfo/groups']);

const ofNamespace = hiddenOf(['/spec', '/status', '/metadata/annotations', ...silent]);
const ofNamespaceInPart = hiddenOf([
  '/spec',
  '/status',
  '/metadata/annotations',
  '/metadata/labels',
  ...silent,
]);

function veiledVariables(
  { attributes, masked }: Past,
  namespaces: KnownNamespaces,
  touched: (path: string) => void,
): RequestVariables {
  const { namespace } = attributes;
  const of = (part: 'object' | 'oldObject'): JsonObject | null => {
    const masks = attributes[part] === null ? [] : insideOf(masked, part);
    const hidden = masks.length === 0 ? ofObject : hiddenOf([...masks, ...silent]);
    return veiledObject(attributes[part], hidden, part, touched);
  };
  const outside = namespace === '' || attributes.kind === 'Namespace';
  const facts = outside ? undefined : namespaces.factsOf(namespace);
  const labels = facts === undefined ? {} : Object.fromEntries(facts.labels);
  const ofRequest = masked.includes('/user/groups') ? ofRequestWithoutGroups : ofWholeRequest;
  const around = namespaces.isWhole(namespace) ? ofNamespace : ofNamespaceInPart;
  const namespaceObject: JsonObject = { metadata: { name: namespace, labels } };
  return {
    object: of('object'),
    oldObject: of('oldObject'),
    request: veiledObject(requestVariable(attributes), ofRequest, 'request', touched) ?? {},
    namespaceObject: outside ? null : veiledObject(namespaceObject, around, 'namespaceObject', touched),
  };
}
