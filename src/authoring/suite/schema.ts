/** The Suite kind as a schema: the one source of its type and of the JSON Schema for editors. */
import { object } from '../../config/shape.ts';
import type { Settled } from '../../config/shape.ts';

export const suiteKind = { apiVersion: 'test.bulkhead.dev/v1alpha1', kind: 'Suite' } as const;

const text = (description: string, maxLength = 4_096) =>
  ({ type: 'string', maxLength, description }) as const;
const path = (description: string) =>
  ({ type: 'string', minLength: 1, maxLength: 4_096, description }) as const;
const whole = (description: string) => ({ type: 'object', additionalProperties: true, description }) as const;

/** A document of its own: written here, or in a file beside the suite. */
const inlineOrPath = (what: string) =>
  ({ anyOf: [path(`a file with ${what}, relative to the suite`), whole(what)], description: what }) as const;

const violationSchema = object(
  {
    rule: text('the Boundary or policy that was violated', 253),
    code: text('the code of the violation, such as boundary.egress', 128),
    action: { enum: ['Deny', 'Warn', 'Audit'], description: 'what follows from it' },
    field: text('the JSON pointer into the object, such as /spec/egress/0/to/0; or spec.egress[0].to[0]'),
    message: text('a part of the message'),
  },
  {
    optional: ['rule', 'code', 'action', 'field', 'message'],
    minProperties: 1,
    description: 'What is given must hold of it.',
  },
);

const connectivitySchema = object(
  {
    from: text('who opens the connection: NAMESPACE/POD or an IP address', 400),
    to: text('who receives it: NAMESPACE/POD or an IP address', 400),
    port: {
      anyOf: [
        { type: 'integer', minimum: 0, maximum: 65_535 },
        { type: 'string', maxLength: 15 },
      ],
      description:
        'A number or the name of a container port of the destination; left out: any connection at all.',
    },
    protocol: { enum: ['TCP', 'UDP', 'SCTP', 'OTHER'], description: 'Default TCP where there is a port.' },
    allowed: { type: 'boolean', description: 'Whether the connection is to be allowed.' },
  },
  { optional: ['port', 'protocol'], description: 'A connection once the request was decided.' },
);

/** What a case expects; what is left out may be anything. What could not fail is refused: a suite would seem to test it. */
export const expectationSchema = object(
  {
    decision: {
      enum: ['allowed', 'denied', 'patched', 'warned', 'errored'],
      description:
        'allowed: let in, whatever is changed or told; patched: let in and changed; warned: let in with a warning; denied: refused by a rule that was evaluated, unless violations names one that could not be; errored: nothing was judged.',
    },
    violations: {
      type: 'array',
      items: violationSchema,
      maxItems: 256,
      description: 'All violations, in any order; [] expects none.',
    },
    warnings: {
      type: 'array',
      items: text('a part of a warning'),
      maxItems: 64,
      description: 'All warnings that the user reads, in any order; [] expects none.',
    },
    patched: {
      anyOf: [
        { type: 'boolean' },
        { ...whole('fields that the object has once it was patched'), minProperties: 1 },
      ],
      description:
        'Fields of the object as it is after mutation: each must be there, lists must be whole. true or false: whether anything is changed.',
    },
    connectivity: {
      type: 'array',
      items: connectivitySchema,
      minItems: 1,
      maxItems: 256,
      description: 'Who can talk to whom afterwards.',
    },
  },
  {
    optional: ['decision', 'violations', 'warnings', 'patched', 'connectivity'],
    description: 'What is expected; bulkhead test --update writes what is.',
  },
);

const caseSchema = object(
  {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      description: 'A sentence; names are unique in a suite.',
    },
    object: inlineOrPath('the object of the request'),
    admissionReview: inlineOrPath('a whole AdmissionReview'),
    oldObject: inlineOrPath('the object as it is stored'),
    operation: {
      enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
      description:
        'Default: UPDATE where the object is stored already, DELETE where there is only an oldObject, else CREATE.',
    },
    subresource: text('such as status', 63),
    user: {
      anyOf: [
        text('a user name', 512),
        object(
          {
            username: text('a user name', 512),
            groups: { type: 'array', items: text('a group', 512), maxItems: 256 },
          },
          { optional: ['username', 'groups'] },
        ),
      ],
      description: 'Who asks; default: someone, in system:authenticated.',
    },
    expect: expectationSchema,
  },
  {
    optional: ['object', 'admissionReview', 'oldObject', 'operation', 'subresource', 'user', 'expect'],
    description: 'One request and what is expected of its decision.',
  },
);

/** A Suite document. */
export const suiteSchema = object(
  {
    apiVersion: { const: suiteKind.apiVersion, description: 'The version of this form.' },
    kind: { const: suiteKind.kind, description: 'Always Suite.' },
    metadata: whole('only for people'),
    rules: {
      type: 'array',
      items: inlineOrPath('rules'),
      minItems: 1,
      maxItems: 256,
      description: 'What decides: files or directories, relative to this file, or rules written here.',
    },
    inventory: {
      type: 'array',
      items: inlineOrPath('objects of the cluster'),
      maxItems: 1_024,
      description: 'What there is: Namespaces, and for connectivity pods and policies.',
    },
    config: inlineOrPath('a Configuration'),
    now: text(
      'The time at which all cases are decided, such as 2026-01-31T12:00:00Z: exceptions among the rules that are in force then count. Left out: none counts.',
      64,
    ),
    tests: { type: 'array', items: caseSchema, minItems: 1, maxItems: 10_000, description: 'The cases.' },
  },
  {
    optional: ['metadata', 'inventory', 'config', 'now'],
    title: 'Suite',
    description: 'Cases that rules must decide as expected.',
  },
);

export type SuiteDocument = Settled<typeof suiteSchema>;
export type CaseDocument = SuiteDocument['tests'][number];
export type Expectation = Settled<typeof expectationSchema>;
export type ExpectedViolation = Settled<typeof violationSchema>;
export type ExpectedConnection = Settled<typeof connectivitySchema>;
