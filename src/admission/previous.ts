/** What an update replaces. */
import type { Attributes } from '../k8s/attributes.ts';
import { own } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import type { NetworkPolicy } from '../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../k8s/networkPolicyDecode.ts';

/** The stored policy of an update. One that cannot be read opened nothing that could be inherited. */
export function previous({ operation, oldObject }: Attributes): NetworkPolicy | undefined {
  if (operation !== 'UPDATE') return undefined;
  const old = decodeNetworkPolicy(oldObject, { strict: false });
  return old.ok ? old.value : undefined;
}

/** Claims that an update leaves the spec as it is stored: then it opens nothing, whatever the spec means. */
export const keepsSpec = ({ operation, object, oldObject }: Attributes): boolean =>
  operation === 'UPDATE' &&
  object !== null &&
  oldObject !== null &&
  sameJson(own(object, 'spec'), own(oldObject, 'spec'));
