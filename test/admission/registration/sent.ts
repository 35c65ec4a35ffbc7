// Would the API server send this request? An entry's rules, selector and match conditions, read as it reads them.
import { compile } from '../../../src/cel/compile.ts';
import { Budget, matchConditionsLimit } from '../../../src/cel/budget.ts';
import { admissionEnvironment } from '../../../src/cel/environment.ts';
import { Decoder } from '../../../src/k8s/decoder.ts';
import type { Attributes } from '../../../src/k8s/attributes.ts';
import { listAt, ownAt, stringAt } from '../../../src/k8s/json.ts';
import { decodeSelector, selects } from '../../../src/k8s/labelSelector.ts';
import { nameLabel } from '../../../src/k8s/namespaceFacts.ts';
import type { NamespaceFacts } from '../../../src/k8s/namespaceFacts.ts';
import type { WebhookConfiguration } from '../../../src/admission/registration/webhookConfigurations.ts';

const environment = admissionEnvironment();
const has = (list: readonly unknown[], word: string): boolean => list.includes(word) || list.includes('*');

/** Claims that a rule of the entry names the request's group, version, resource, subresource and operation. */
export const namedBy = (entry: unknown, attributes: Attributes): boolean =>
  listAt(entry, 'rules').some((rule) => {
    const { group, version, resource, subresource, operation, namespace } = attributes;
    const whole = subresource === '' ? resource : `${resource}/${subresource}`;
    const scope = stringAt(rule, 'scope');
    const namespaced = namespace !== '' && resource !== 'namespaces';
    return (
      listAt(rule, 'apiGroups').includes(group) &&
      has(listAt(rule, 'apiVersions'), version) &&
      listAt(rule, 'operations').includes(operation) &&
      listAt(rule, 'resources').includes(whole) &&
      (scope === '*' || scope === (namespaced ? 'Namespaced' : 'Cluster'))
    );
  });

/** The namespaceSelector counts for namespaced objects, and for Namespaces themselves, by the labels of the new object. */
function selectedBy(entry: unknown, attributes: Attributes, namespace: NamespaceFacts | undefined): boolean {
  const written = ownAt(entry, 'namespaceSelector');
  if (written === undefined) return true;
  const decoder = new Decoder();
  const selector = decodeSelector(decoder, written, '');
  if (decoder.issues.length > 0) throw new Error(JSON.stringify(decoder.issues));
  if (namespace === undefined) return attributes.resource !== 'namespaces';
  return selects(selector, new Map(namespace.labels).set(nameLabel, namespace.name));
}

const programs = new Map<string, ReturnType<typeof compile>>();

/** Match conditions: every one true. An error refuses the request under failurePolicy Fail, so it must not happen. */
function wanted(
  entry: unknown,
  { operation, resource, subresource, name, object, oldObject }: Attributes,
): boolean {
  const request = {
    operation,
    resource: { resource },
    ...(subresource === '' ? {} : { subResource: subresource }),
    ...(name === '' ? {} : { name }),
  };
  const budget = new Budget(matchConditionsLimit);
  return listAt(entry, 'matchConditions').every((condition) => {
    const expression = stringAt(condition, 'expression') ?? '';
    const program = programs.get(expression) ?? compile(expression, environment, 'bool');
    programs.set(expression, program);
    if (!program.ok) throw new Error(`${expression}: ${JSON.stringify(program.issues)}`);
    const outcome = program.value.run({ variables: { request, object, oldObject } }, budget);
    if (!outcome.ok) throw new Error(`${expression}: ${JSON.stringify(outcome.error)}`);
    return outcome.value === true;
  });
}

/** The names of the entries that send the request. */
export const sentBy = (
  { webhooks }: WebhookConfiguration,
  attributes: Attributes,
  namespace: NamespaceFacts | undefined,
): readonly string[] =>
  webhooks
    .filter(
      (entry) =>
        namedBy(entry, attributes) && selectedBy(entry, attributes, namespace) && wanted(entry, attributes),
    )
    .map((entry) => stringAt(entry, 'name') ?? '');
