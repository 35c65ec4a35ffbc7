/** The exceptions that are about a request: those of its namespace that name its kind and object, and how each stands. */
import type { ExceptionFlows } from '../../boundary/exceptionFlows.ts';
import type { Exception } from '../../boundary/exceptions/exception.ts';
import { standingOf } from '../../boundary/exceptions/standing.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { isObject, ownAt } from '../../k8s/json.ts';
import { selects } from '../../k8s/labelSelector.ts';
import { ownGroup } from '../ownKinds/ownKind.ts';
import type { World } from '../world.ts';

/** An exception about a request; one that is not active lets nothing through. */
export interface Concerning {
  readonly exception: Exception;
  readonly active: boolean;
}

const none: readonly Concerning[] = [];

/** A Namespace and Bulkhead's own kinds have no exceptions: those are for what is inside a namespace. */
export function exceptionsAbout(attributes: Attributes, world: World): readonly Concerning[] {
  const { namespace, group, resource, kind, name } = attributes;
  const { rules, now, exceptionsOf } = world;
  if (now === undefined || namespace === '' || resource === 'namespaces' || group === ownGroup) return none;
  const stored = exceptionsOf?.(namespace) ?? [];
  if (stored.length + rules.exceptions.length === 0) return none;
  const approvers = rules.tenancy.roles.exceptionApprovers;
  return [...rules.exceptions.filter((one) => one.namespace === namespace), ...stored]
    .filter(({ kinds, names }) => among(kinds, kind) && among(names, name))
    .map((exception) => ({
      exception,
      active: standingOf(exception, now, approvers).state === 'Active',
    }));
}

/** Those that let something of the object through, for its own labels where they choose pods. */
export const exceptionsInForce = (attributes: Attributes, world: World): readonly Exception[] =>
  exceptionsAbout(attributes, world).flatMap(({ exception, active }) =>
    active && isAboutPod(exception, attributes) ? [exception] : [],
  );

/** The extra flows of a policy of the request's name. */
export const activeFlows = (attributes: Attributes, world: World): readonly ExceptionFlows[] =>
  exceptionsAbout(attributes, world).flatMap(({ exception, active }) =>
    active ? [toFlows(exception, 'active')] : [],
  );

/** The exceptions of these names. */
export const exceptionsNamed = (
  names: readonly string[],
  attributes: Attributes,
  world: World,
): readonly Exception[] =>
  names.length === 0
    ? []
    : exceptionsAbout(attributes, world).flatMap(({ exception }) =>
        names.includes(exception.name) ? [exception] : [],
      );

/** An exception as what it adds to limits. */
export const toFlows = (
  { name, boundaries, pods, allow }: Exception,
  state: ExceptionFlows['state'],
): ExceptionFlows => ({ name, boundaries, ...(pods === undefined ? {} : { pods }), allow, state });

const among = (listed: readonly string[], one: string): boolean =>
  listed.length === 0 || listed.includes(one);

/** A selector of pods chooses among pods; of any other object it cannot be told whom it is about, so it is not. */
function isAboutPod({ pods }: Exception, { kind, group, object }: Attributes): boolean {
  if (pods === undefined) return true;
  if (kind !== 'Pod' || group !== '') return false;
  const labels = ownAt(object, 'metadata', 'labels');
  const written = isObject(labels) ? Object.entries(labels) : [];
  return selects(pods, new Map(written.map(([key, value]) => [key, String(value)])));
}
