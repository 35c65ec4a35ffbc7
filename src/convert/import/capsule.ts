/** Capsule: a Tenant whose networkPolicies are written into each of its namespaces becomes a Boundary about them. */
import type { Document } from '../../config/document.ts';
import { isObject, listAt, stringAt } from '../../k8s/json.ts';
import type { Converted } from '../converted.ts';
import { joined } from '../converted.ts';
import { toBoundary } from './imported.ts';

/** Written by Capsule on every namespace of a tenant. */
const tenantLabel = 'capsule.clastix.io/tenant';

export const fromCapsule = (documents: readonly Document[]): Converted =>
  joined(documents.map(({ value, file }) => fromTenant(value, file)));

function fromTenant(value: unknown, file: string): Converted {
  const kind = stringAt(value, 'kind') ?? 'a document without a kind';
  const name = stringAt(value, 'metadata', 'name') ?? '';
  const source = `${kind} ${name} in ${file}`;
  const leave = (reason: string): Converted => ({ documents: [], left: [{ what: source, reason }] });
  if (kind !== 'Tenant' || stringAt(value, 'apiVersion')?.startsWith('capsule.clastix.io/') !== true)
    return leave('it is no Tenant of capsule.clastix.io');
  const specs = listAt(value, 'spec', 'networkPolicies', 'items').filter(isObject);
  if (specs.length === 0) return leave('it has no networkPolicies');
  if (JSON.stringify(specs).includes('{{'))
    return leave('its networkPolicies are templates; write the Boundary with sameLabels instead');
  return toBoundary({
    name: `tenant-${name}`,
    source: `Tenant ${name}`,
    namespaceSelector: { matchLabels: { [tenantLabel]: name } },
    specs,
  });
}
