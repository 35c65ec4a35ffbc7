/** Judges a Boundary or GuardrailPolicy that is written or deleted: by whom, whether it can be in force, and whether it loosens what holds. */
import { decodeBoundary } from '../../boundary/boundary.ts';
import type { Boundary } from '../../boundary/boundary.ts';
import { includes } from '../../boundary/invariants/subjects.ts';
import { loosenings } from '../../boundary/loosening.ts';
import { boundarySchema } from '../../boundary/schema.ts';
import { isStored, storedFile } from '../../config/document.ts';
import { readSchema } from '../../config/readSchema.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { isObject, own, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Violation } from '../../k8s/violation.ts';
import { compileGuardrails } from '../../guardrail/compile.ts';
import { meaningExtensions } from '../meaning/declarations.ts';
import { compileBoundary } from '../rules.ts';
import type { Rules } from '../rules.ts';
import { examine } from '../../boundary/examination.ts';
import { keepsSpec, nameOf, refused } from './ownKind.ts';

/** Says that whoever deletes or loosens a Boundary means it; the value is the Boundary's name. */
export const confirmAnnotation = 'bulkhead.dev/confirm';

const nowhere = { line: 1, column: 1 } as const;

/**
 * Only ruleWriters write rules. One that does not compile, guards nothing, costs too much, or has the name of a rule in a file is refused with every
 * reason; deleting a Boundary, or loosening it, needs the annotation `bulkhead.dev/confirm` with its name. What leaves the spec alone passes.
 */
export function judgeRule(attributes: Attributes, rules: Rules): readonly Violation[] {
  const { operation, object, oldObject, user, kind } = attributes;
  if (keepsSpec(attributes)) return [];
  const name = nameOf(attributes);
  if (!includes(rules.tenancy.roles.ruleWriters, user)) {
    // Nothing more is worked out for somebody who may not write rules at all: to examine one can be costly.
    const message = `only administrators (tenancy.roles.ruleWriters) may write rules; ask one to change ${kind} "${name}"`;
    return [refused('rules.writer', 'tenancy.roles.ruleWriters', '/metadata/name', message)];
  }
  return [
    ...(operation !== 'DELETE' && object !== null ? faults(object, kind, name, rules) : []),
    ...(kind === 'Boundary' && oldObject !== null ? unconfirmed(attributes, name, oldObject, rules) : []),
  ];
}

/** Why an object cannot be a rule in force beside the others. */
function faults(object: JsonObject, kind: string, name: string, rules: Rules): readonly Violation[] {
  const { apiVersion, spec } = object;
  const value = { apiVersion, kind, metadata: { name }, spec };
  const document = { value, file: `${storedFile}${kind}/${name}`, positionOf: () => nowhere };
  const parameters = rules.sources
    .filter(
      (source) =>
        !['Boundary', 'GuardrailPolicy', 'GuardrailException'].includes(stringAt(source.value, 'kind') ?? ''),
    )
    .map((source) => ({ ...source, positionOf: () => nowhere }));
  const read =
    kind === 'Boundary'
      ? compileBoundary(document)
      : compileGuardrails([document], parameters, meaningExtensions);
  const issues = read.ok
    ? 'selector' in read.value
      ? examine(read.value, rules.ruleSet.surroundings)
      : []
    : read.issues;
  const twin = rules.sources.find(
    (source) =>
      !isStored(source) &&
      stringAt(source.value, 'kind') === kind &&
      stringAt(source.value, 'metadata', 'name') === name,
  );
  const told = issues.map(({ pointer = '', message }) =>
    refused('rules.invalid', 'rules', pointer, `it cannot be in force: ${message}`),
  );
  if (twin === undefined) return told;
  const message = `${kind} "${name}" is defined in a file of Bulkhead's own configuration already; use another name`;
  return [...told, refused('rules.invalid', 'rules', '/metadata/name', message)];
}

function unconfirmed(
  { operation, object }: Attributes,
  name: string,
  oldObject: JsonObject,
  rules: Rules,
): readonly Violation[] {
  const deleted = operation === 'DELETE';
  const bearer = deleted ? oldObject : object;
  if (stringAt(bearer, 'metadata', 'annotations', confirmAnnotation) === name) return [];
  const how = `set the annotation ${confirmAnnotation}: ${name} ${deleted ? 'first' : 'with the change'}`;
  const field = '/metadata/annotations/bulkhead.dev~1confirm';
  if (deleted) {
    const message = `deleting a Boundary opens every namespace that it guards; ${how}`;
    return [refused('rules.confirm', 'rules', field, message)];
  }
  const before = toBoundary(oldObject);
  const now = toBoundary(object);
  if (before === undefined || now === undefined) return [];
  return loosenings(before, now, rules.ruleSet.surroundings).map((what) =>
    refused('rules.confirm', 'rules', field, `this loosens the Boundary: ${what}; ${how}`),
  );
}

/** A stored or submitted Boundary; undefined where it is none: then it never was in force, or is refused for that. */
function toBoundary(object: JsonObject | null): Boundary | undefined {
  if (!isObject(object)) return undefined;
  const { apiVersion, kind } = object;
  const metadata = { name: stringAt(object, 'metadata', 'name') ?? '' };
  const read = readSchema(boundarySchema, { apiVersion, kind, metadata, spec: own(object, 'spec') });
  const decoded = read.ok ? decodeBoundary(read.value) : read;
  return decoded.ok ? decoded.value : undefined;
}
