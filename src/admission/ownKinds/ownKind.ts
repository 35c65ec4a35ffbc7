/** Bulkhead's own kinds as requests: which request is about one, and what its judgement may look at. */
import type { Attributes } from '../../k8s/attributes.ts';
import { isObject, own, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { sameJson } from '../../k8s/jsonEqual.ts';
import type { Violation } from '../../k8s/violation.ts';
import { asciiLine } from '../../boundary/invariants/text.ts';

export const ownGroup = 'bulkhead.dev';

/** Claims that the request writes or deletes an object of our own group. */
export const isOwnKind = ({ group, operation }: Attributes): boolean =>
  group === ownGroup && operation !== 'CONNECT';

/** Claims that the request writes a GuardrailException or its status. */
export const isException = (attributes: Attributes): boolean =>
  isOwnKind(attributes) &&
  attributes.resource === 'guardrailexceptions' &&
  (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE');

/** The name of the object; deletecollection and generateName leave it out of the request. */
export const nameOf = ({ name, object, oldObject }: Attributes): string =>
  name || (stringAt(object, 'metadata', 'name') ?? stringAt(oldObject, 'metadata', 'name') ?? '');

/** Claims that an update leaves the spec as it is stored. */
export const keepsSpec = ({ operation, object, oldObject }: Attributes): boolean =>
  operation === 'UPDATE' && sameJson(specOf(object), specOf(oldObject));

const specOf = (object: JsonObject | null): unknown => (isObject(object) ? own(object, 'spec') : undefined);

/** A denial by a part of the configuration. */
export const refused = (code: string, rule: string, field: string, message: string): Violation => ({
  code,
  rule,
  kind: 'Configuration',
  action: 'Deny',
  field,
  message: asciiLine(message),
});
