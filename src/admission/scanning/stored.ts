/** Judges one stored object by the decision of the webhook itself, as if somebody without any privilege created it as it stands. */
import type { Attributes, UserInfo } from '../../k8s/attributes.ts';
import { own, ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { stringAt } from '../../k8s/json.ts';
import type { Violation } from '../../k8s/violation.ts';
import { admit } from '../admit.ts';
import type { Rules } from '../rules.ts';
import type { Door, World } from '../world.ts';
import { resourceOf, toFinding } from './finding.ts';
import type { Finding } from './finding.ts';

/** A kind of object as an API server stores it. */
export interface StoredKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Nobody in particular: whatever a privilege would have allowed is told. */
export const nobody: UserInfo = { username: 'someone', groups: ['system:authenticated'] };

/**
 * Codes about who may write, which no stored object tells: a namespace's labels, an exempt name the floor, an exception and the mark of a policy were right if
 * an administrator or Bulkhead wrote them.
 */
const aboutAuthors: ReadonlySet<string> = new Set([
  'labels.protected',
  'labels.assignment',
  'namespace.exempt',
  'floor.protected',
  'exceptions.creator',
  'exceptions.mark',
  'exceptions.time',
]);

/** Made by the API server itself in every cluster, so nobody was to be refused. */
const servedNamespace = 'default';

/** The request that would create a stored object. Items of a list carry no kind of their own. */
export function asCreated(object: JsonObject, stored: StoredKind): Attributes {
  const { group, version, kind, resource, namespaced } = stored;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return {
    uid: '',
    operation: 'CREATE',
    dryRun: true,
    group,
    version,
    kind,
    resource,
    subresource: '',
    namespace: namespaced ? (stringAt(object, 'metadata', 'namespace') ?? '') : '',
    name: stringAt(object, 'metadata', 'name') ?? '',
    user: nobody,
    object: own(object, 'kind') === undefined ? { ...object, apiVersion, kind } : object,
    oldObject: null,
  };
}

/**
 * Everything that is wrong with a stored object: with the action that follows (Deny, Warn, Audit), and what cannot be judged as a denial. At
 * `validate` nothing is mutated first: a pod that lacks what Bulkhead would have added is stored without it. At `review` it is judged as it
 * would be stored if it were applied now.
 */
export function judgeStored(
  attributes: Attributes,
  world: World,
  door: Exclude<Door, 'mutate'>,
): readonly Finding[] {
  const { decision } = admit(attributes, world, door);
  const { failure } = decision;
  const violations: Violation[] = decision.violations.filter((one) => isAboutTheObject(one, attributes));
  if (failure !== undefined) {
    violations.push({
      code: failure.code,
      rule: '',
      kind: 'Configuration',
      action: 'Deny',
      field: '',
      message: failure.message,
    });
  }
  if (violations.length === 0) return [];
  const object = attributes.object ?? undefined;
  const resource = {
    ...resourceOf(attributes.object ?? {}, attributes),
    namespace: attributes.namespace,
    name: attributes.name,
  };
  const tenant = tenantOf(attributes, world);
  return violations.map((violation) => toFinding(violation, resource, tenant, object));
}

const isAboutTheObject = ({ code }: Violation, { name }: Attributes): boolean =>
  !aboutAuthors.has(code) && !(code === 'namespace.unassigned' && name === servedNamespace);

/** Whose an object is: the tenant label of its namespace, or its own where it is one. */
function tenantOf(
  { kind, group, namespace, object }: Attributes,
  { rules, lookup }: World,
): string | undefined {
  const { tenantLabel } = rules.tenancy;
  if (group === '' && kind === 'Namespace') {
    const label = ownAt(object, 'metadata', 'labels', tenantLabel);
    return typeof label === 'string' && label !== '' ? label : undefined;
  }
  const found = namespace === '' ? 'absent' : lookup(namespace);
  return typeof found === 'string' ? undefined : tenantOfNamespace(found, rules);
}

/** The tenant of a namespace; an empty value names none. */
export function tenantOfNamespace(
  { labels }: NamespaceFacts,
  { tenancy }: Pick<Rules, 'tenancy'>,
): string | undefined {
  const label = labels.get(tenancy.tenantLabel) ?? '';
  return label === '' ? undefined : label;
}
