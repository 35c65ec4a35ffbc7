/** How a decision differs from what a case expects, in words, with the witness where there is one. */
import type { Decision, Outcome } from '../../admission/decision.ts';
import { verdictOf, warningsOf } from '../../admission/respond.ts';
import { fieldPath } from '../../boundary/describe.ts';
import type { Document } from '../../config/document.ts';
import { show } from '../../config/wording.ts';
import { isObject } from '../../k8s/json.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { Endpoint, Witness } from '../../k8s/witness.ts';
import { connectivityOf, inventoryAfter } from './connectivity.ts';
import { matched } from './pairing.ts';
import type { Expectation, ExpectedViolation } from './schema.ts';

/** One difference; `pointer` leads from the case to the expectation that failed. */
export interface Difference {
  readonly pointer: string;
  readonly message: string;
  readonly witness?: Witness;
}

/** Claims that an expectation names nothing, so that it could not fail. */
export const expectsNothing = (expected: Expectation): boolean => Object.keys(expected).length === 0;

/** Every difference between what is expected and what came; none means that the case passed. */
export function differences(
  expected: Expectation,
  outcome: Outcome,
  inventory: readonly Document[],
): readonly Difference[] {
  const { decision } = outcome;
  return [
    ...decisionDifference(expected, decision),
    ...(expected.violations === undefined ? [] : violationDifferences(expected.violations, decision)),
    ...(expected.warnings === undefined ? [] : warningDifferences(expected.warnings, decision)),
    ...(expected.patched === undefined ? [] : patchDifferences(expected.patched, outcome)),
    ...connectivityDifferences(expected.connectivity ?? [], outcome, inventory),
  ];
}

function decisionDifference(
  { decision: expected, violations = [] }: Expectation,
  decision: Decision,
): readonly Difference[] {
  if (expected === undefined) return [];
  if (fits(expected, decision)) return expected === 'denied' ? unjudgedDifference(violations, decision) : [];
  const first = decision.violations.find(isDenial);
  const because = decision.failure?.message ?? first?.message;
  const message = `expected ${expected}, is ${verdictOf(decision)}${because === undefined || decision.allowed ? '' : `: ${because}`}`;
  return [{ pointer: '/decision', message, ...witnessOf(first) }];
}

const isDenial = ({ action }: Violation): boolean => action === 'Deny';

/** What denies because nothing could be told of the object. */
const unjudged: ReadonlySet<string> = new Set(['policy.error', 'boundary.unproven', 'object.unreadable']);

/** A rule that cannot be evaluated denies everything, and would pass for one that works, unless that is what is expected of it. */
function unjudgedDifference(
  expected: readonly ExpectedViolation[],
  decision: Decision,
): readonly Difference[] {
  const denials = decision.violations.filter(isDenial);
  const [first] = denials;
  if (first === undefined || !denials.every(({ code }) => unjudged.has(code))) return [];
  if (expected.some(({ code }) => code !== undefined && unjudged.has(code))) return [];
  const message =
    `expected denied, is denied only because nothing could be proven: ${first.message}; ` +
    `if that is meant, expect a violation with code ${first.code}`;
  return [{ pointer: '/decision', message }];
}

/** `allowed` is whatever is let in; patched and warned say how. */
function fits(expected: NonNullable<Expectation['decision']>, decision: Decision): boolean {
  switch (expected) {
    case 'allowed':
      return decision.allowed;
    case 'denied':
      return !decision.allowed && decision.failure === undefined;
    case 'errored':
      return decision.failure !== undefined;
    case 'patched':
      return decision.allowed && decision.patch.length > 0;
    case 'warned':
      return decision.allowed && warningsOf(decision).length > 0;
  }
}

function violationDifferences(
  expected: readonly ExpectedViolation[],
  { violations }: Decision,
): readonly Difference[] {
  const { missing, surplus } = matched(expected, violations, isExpected);
  return [
    ...missing.map(({ item, index }) => ({
      pointer: `/violations/${index}`,
      message: `expected a violation with ${describeExpected(item)}; ${violations.length === 0 ? 'there is none' : 'there is none such'}`,
    })),
    ...surplus.map((violation) => ({
      pointer: '/violations',
      message: `not expected: ${describeViolation(violation)}`,
      ...witnessOf(violation),
    })),
  ];
}

function isExpected(expected: ExpectedViolation, found: Violation): boolean {
  const { rule, code, action, field, message } = expected;
  return (
    (rule === undefined || rule === found.rule) &&
    (code === undefined || code === found.code) &&
    (action === undefined || action === found.action) &&
    (field === undefined || field === found.field || field === fieldPath(found.field)) &&
    (message === undefined || found.message.includes(message))
  );
}

const describeExpected = (expected: ExpectedViolation): string =>
  Object.entries(expected)
    .map(([key, value]) => `${key} ${show(value)}`)
    .join(', ');

const describeViolation = ({ code, rule, field, message }: Violation): string =>
  `${code} of "${rule}" at ${field === '' ? 'the object' : field}: ${message}`;

const witnessOf = (violation: Violation | undefined): { readonly witness?: Witness } =>
  violation?.witness === undefined ? {} : { witness: violation.witness };

function warningDifferences(expected: readonly string[], decision: Decision): readonly Difference[] {
  const { missing, surplus } = matched(expected, warningsOf(decision), (part, text) => text.includes(part));
  return [
    ...missing.map(({ item, index }) => ({
      pointer: `/warnings/${index}`,
      message: `expected a warning with ${show(item)}; there is none such`,
    })),
    ...surplus.map((text) => ({ pointer: '/warnings', message: `not expected: the warning ${show(text)}` })),
  ];
}

function patchDifferences(
  expected: NonNullable<Expectation['patched']>,
  { attributes, decision }: Outcome,
): readonly Difference[] {
  if (typeof expected === 'boolean') {
    const changed = decision.patch.length > 0;
    if (changed === expected) return [];
    const paths = decision.patch.map(({ path }) => path).join(', ');
    const message = changed
      ? `expected no change, but ${paths} is changed`
      : 'expected a change, nothing is changed';
    return [{ pointer: '/patched', message }];
  }
  return missingFields(expected, attributes.object, '').map((message) => ({ pointer: '/patched', message }));
}

/** What of `expected` the object does not have. Objects may have more fields, lists may not have more items. */
function missingFields(expected: unknown, found: unknown, pointer: string): readonly string[] {
  const at = pointer === '' ? 'the object' : fieldPath(pointer);
  if (isObject(expected)) {
    if (!isObject(found)) return [`expected ${at} to be an object, is ${show(found)}`];
    return Object.entries(expected).flatMap(([key, value]) => {
      const own = Object.hasOwn(found, key) ? found[key] : undefined;
      const below = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return own === undefined
        ? [`expected ${fieldPath(below)}, there is none`]
        : missingFields(value, own, below);
    });
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length)
      return [
        `expected ${at} to have ${expected.length} items, has ${Array.isArray(found) ? found.length : 'none'}`,
      ];
    return expected.flatMap((item, index) => missingFields(item, found[index], `${pointer}/${index}`));
  }
  return expected === found ? [] : [`expected ${at} to be ${show(expected)}, is ${show(found)}`];
}

function connectivityDifferences(
  expected: NonNullable<Expectation['connectivity']>,
  outcome: Outcome,
  inventory: readonly Document[],
): readonly Difference[] {
  if (expected.length === 0) return [];
  const after = inventoryAfter(inventory, outcome);
  if (!after.ok) {
    const [issue] = after.issues;
    return [{ pointer: '/connectivity', message: `cannot be told: ${issue?.message ?? ''}` }];
  }
  return expected.flatMap((asked, index) => {
    const pointer = `/connectivity/${index}`;
    const answer = connectivityOf(asked, after.value);
    if (!answer.ok) return answer.issues.map(({ message }) => ({ pointer, message }));
    const { allowed, why } = answer.value;
    if (allowed === asked.allowed) return [];
    const connection =
      `${asked.protocol ?? (asked.port === undefined ? '' : 'TCP')} ${asked.port ?? ''}`.trim();
    const what = `${asked.from} -> ${asked.to}${connection === '' ? '' : ` on ${connection}`}`;
    const message = `${what}: expected ${asked.allowed ? 'allowed' : 'denied'}, is ${allowed ? 'allowed' : 'denied'}: ${why}`;
    return [{ pointer, message }];
  });
}

/** A witness in one line: who could reach whom, on what. */
export function describeWitness({ source, destination, protocol, port, because }: Witness): string {
  const connection = protocol === 'OTHER' ? 'other protocols' : `${protocol} ${port ?? 'any port'}`;
  return `${describeEnd(source)} -> ${describeEnd(destination)} on ${connection}, opened by ${fieldPath(because.field)}`;
}

function describeEnd(end: Endpoint): string {
  if ('ip' in end) return end.ip;
  const labels = Object.entries(end.podLabels).map(([key, value]) => `${key}=${value}`);
  return `${end.namespace}/${end.pod}${labels.length === 0 ? '' : ` {${labels.join(', ')}}`}`;
}
