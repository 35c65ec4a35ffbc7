/** A finding: one thing that is stored and would be refused, whose it is, and by what it is recognised again. */
import { ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Violation } from '../../k8s/violation.ts';
import { fingerprintOf } from './fingerprint.ts';

/** The object that a finding is about. */
export interface FoundResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Finding {
  readonly violation: Violation;
  readonly resource: FoundResource;
  /** The value of the tenant label of its namespace; undefined where there is none, and for what is about the whole cluster. */
  readonly tenant: string | undefined;
  /** Equal for the same fault of the same object in a later scan, wherever it stands in its list; 32 hexadecimal digits. */
  readonly fingerprint: string;
}

/** Makes a finding of a violation; `object` is what is stored, where there is something. */
export const toFinding = (
  violation: Violation,
  resource: FoundResource,
  tenant: string | undefined,
  object: JsonObject | undefined,
): Finding => ({
  violation,
  resource,
  tenant,
  fingerprint: fingerprintOf(violation, resource, object),
});

/** The resource that an object is, as its metadata name it. */
export function resourceOf(
  object: JsonObject,
  { group, version, kind }: Pick<FoundResource, 'group' | 'version' | 'kind'>,
): FoundResource {
  const text = (key: string): string => {
    const value = ownAt(object, 'metadata', key);
    return typeof value === 'string' ? value : '';
  };
  return { group, version, kind, namespace: text('namespace'), name: text('name') };
}
