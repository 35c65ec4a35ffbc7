/** Kyverno: rules that generate NetworkPolicies for namespaces become Boundaries about those namespaces. */
import type { Document } from '../../config/document.ts';
import { isObject, listAt, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Converted } from '../converted.ts';
import { joined } from '../converted.ts';
import { toBoundary } from './imported.ts';
import { selectorsOf } from './kyvernoMatch.ts';
import { withoutVariables } from './kyvernoVariables.ts';

/** Policies that rules clone may stand among the documents. */
export const fromKyverno = (documents: readonly Document[]): Converted =>
  joined(
    documents
      .filter(({ value }) => !isNetworkPolicy(value))
      .map(({ value, file }) => fromPolicy(value, file, documents)),
  );

const isNetworkPolicy = (value: unknown): boolean =>
  stringAt(value, 'kind') === 'NetworkPolicy' && stringAt(value, 'apiVersion') === 'networking.k8s.io/v1';

function fromPolicy(value: unknown, file: string, documents: readonly Document[]): Converted {
  const kind = stringAt(value, 'kind') ?? 'a document without a kind';
  const name = stringAt(value, 'metadata', 'name') ?? '';
  if (kind !== 'ClusterPolicy' || stringAt(value, 'apiVersion')?.startsWith('kyverno.io/') !== true) {
    const reason = 'it is no ClusterPolicy of kyverno.io';
    return { documents: [], left: [{ what: `${kind} ${name} in ${file}`, reason }] };
  }
  const rules = listAt(value, 'spec', 'rules').filter(isObject);
  return joined(rules.map((rule, index) => fromRule(rule, `${name}-${index}`, name, documents)));
}

function fromRule(
  rule: JsonObject,
  boundary: string,
  policy: string,
  documents: readonly Document[],
): Converted {
  const source = `ClusterPolicy ${policy}, rule ${stringAt(rule, 'name') ?? '?'}`;
  const leave = (reason: string): Converted => ({ documents: [], left: [{ what: source, reason }] });
  if (stringAt(rule, 'generate', 'kind') !== 'NetworkPolicy')
    return leave('it does not generate NetworkPolicies');
  for (const field of ['preconditions', 'celPreconditions', 'context']) {
    if (own(rule, field) !== undefined)
      return leave(`${field} cannot be converted, and without them more namespaces would be isolated`);
  }
  if (ownAt(rule, 'generate', 'foreach') !== undefined) return leave('generate.foreach cannot be converted');
  const spec = generatedSpec(rule, documents);
  if (typeof spec === 'string') return leave(spec);
  const read = withoutVariables(spec);
  if (typeof read === 'string') return leave(read);
  const selectors = selectorsOf(rule);
  if (typeof selectors === 'string') return leave(selectors);
  const kept = ownAt(rule, 'generate', 'synchronize') === true;
  const made = joined(
    selectors.map((namespaceSelector, index) =>
      toBoundary({
        name: index === 0 ? boundary : `${boundary}-${index}`,
        source,
        namespaceSelector,
        specs: [read],
      }),
    ),
  );
  if (kept || made.documents.length === 0) return made;
  const reason =
    'synchronize is off: Kyverno wrote the policy once and let tenants change it; Bulkhead keeps the floor';
  return { documents: made.documents, left: [...made.left, { what: source, reason, converted: true }] };
}

/** The spec of the generated policy: written there, or that of the policy it clones, if it is at hand. */
function generatedSpec(rule: JsonObject, documents: readonly Document[]): JsonObject | string {
  const written = ownAt(rule, 'generate', 'data', 'spec');
  if (isObject(written)) return written;
  const name = stringAt(rule, 'generate', 'clone', 'name');
  const namespace = stringAt(rule, 'generate', 'clone', 'namespace');
  if (name === undefined) return 'it has neither generate.data.spec nor generate.clone.name';
  const cloned = documents.find(
    ({ value }) =>
      isNetworkPolicy(value) &&
      stringAt(value, 'metadata', 'name') === name &&
      stringAt(value, 'metadata', 'namespace') === namespace,
  );
  const spec = ownAt(cloned?.value, 'spec');
  return isObject(spec)
    ? spec
    : `it clones NetworkPolicy ${namespace ?? ''}/${name}; give that too, e.g. from kubectl get -o yaml`;
}
