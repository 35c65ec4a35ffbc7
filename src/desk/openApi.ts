/** The OpenAPI 3.1 document of the API: what the paths take and answer. */
import { facets, groupings } from '../decisions/query/query.ts';
import { pageLimits } from './routes.ts';

const described: Readonly<Record<string, string>> = {
  decision: 'allowed, patched, warned, denied or errored',
  tenant: 'the tenant of the namespace; 403 for one that the token does not open',
  peerTenant: 'the tenant at the other end of a refused flow',
  rule: 'the name of a violated Boundary, guardrail or setting',
  group: 'a recorded group of the user',
  severity: 'the severity of a violated guardrail',
  exception: 'NAMESPACE/NAME of an exception that was used',
  dryRun: 'true or false',
  rulesHash: 'the version of the rules in force',
  object: 'GROUP/KIND/NAMESPACE/NAME',
  entry: 'the kind of the entry; Decision where absent',
};

const query = (name: string, description: string, schema: object, required = false) => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});

const filters = [
  ...facets.map((facet) =>
    query(facet, `${described[facet] ?? `the ${facet} of the request`}; several are alternatives`, {
      type: 'array',
      maxItems: 50,
      items: { type: 'string', minLength: 1, maxLength: 512 },
    }),
  ),
  query('from', 'Decided at or after: RFC 3339, a day, or a time span such as 2h.', { type: 'string' }),
  query('until', 'Decided before.', { type: 'string' }),
  query('text', 'Words that all occur in the messages; word* for a beginning.', {
    type: 'string',
    maxLength: 256,
  }),
];

const limit = (most: number, usual: number) =>
  query('limit', 'How many at most.', { type: 'integer', minimum: 1, maximum: most, default: usual });

const id = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The decisionId.',
  schema: { type: 'string', minLength: 1, maxLength: 64 },
};

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, name: string) => ({
  description,
  content: { 'application/json': { schema: ref(name) } },
});

const refusals = {
  '400': json('Parameters are wrong; issues name field and reason.', 'Refusal'),
  '401': json('There is no token, or it is not accepted.', 'Refusal'),
  '403': json('The token does not open this tenant, or none at all.', 'Refusal'),
  '429': json('Too many questions, or too many at once; Retry-After says when to come back.', 'Refusal'),
  '503': json('The log cannot be read, or the reading cannot be recorded.', 'Refusal'),
};

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };

const record = {
  type: 'object',
  description:
    'An entry of the log with its place in the chain. Decisions have all fields; other kinds fewer.',
  required: [
    'apiVersion',
    'kind',
    'time',
    'writer',
    'seq',
    'prev',
    'hash',
    'recordHash',
    'latencyMicros',
    'retries',
  ],
  properties: {
    apiVersion: { const: 'decision.bulkhead.dev/v1' },
    kind: { enum: ['Decision', 'Retry', 'Gap', 'Read', 'Start', 'Stop', 'Retention'] },
    time: { type: 'string', format: 'date-time' },
    decisionId: { type: 'string', format: 'uuid' },
    uid: text,
    retryOf: text,
    correlates: text,
    door: { enum: ['validate', 'mutate', 'scan', 'review'] },
    operation: { enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] },
    dryRun: { type: 'boolean' },
    resource: {
      type: 'object',
      required: ['group', 'version', 'kind', 'subresource', 'namespace'],
      properties: Object.fromEntries(
        ['group', 'version', 'kind', 'subresource', 'namespace', 'name', 'generateName'].map((name) => [
          name,
          text,
        ]),
      ),
    },
    tenant: text,
    user: { type: 'object', required: ['username', 'groups'], properties: { username: text, groups: texts } },
    decision: { enum: ['allowed', 'denied', 'patched', 'warned', 'errored'] },
    violations: { type: 'array', items: ref('Violation') },
    warnings: texts,
    patch: {
      type: 'array',
      items: { type: 'object', required: ['op', 'path'], properties: { op: text, path: text } },
    },
    exceptions: texts,
    failure: { type: 'object', required: ['code', 'message'], properties: { code: text, message: text } },
    rulesHash: text,
    snapshot: { type: 'object' },
    subset: { type: 'object' },
    objectSha256: sha256,
    masked: texts,
    writer: text,
    seq: { type: 'integer', minimum: 1 },
    prev: sha256,
    hash: sha256,
    recordHash: sha256,
    latencyMicros: { type: 'integer', minimum: 0 },
    retries: texts,
  },
};

const violation = {
  type: 'object',
  required: ['code', 'rule', 'kind', 'action', 'field', 'message'],
  properties: {
    code: text,
    rule: text,
    kind: text,
    action: { enum: ['Deny', 'Warn', 'Audit'] },
    field: text,
    message: text,
    witness: { type: 'object', description: 'One flow that would be opened and that a limit forbids.' },
    policy: { type: 'object' },
  },
};

const strict = (properties: object) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
  additionalProperties: false,
});

const schemas = {
  Record: record,
  Violation: violation,
  Page: strict({
    records: { type: 'array', items: ref('Record') },
    next: { type: ['string', 'null'], description: 'Leads to the next page as "after"; null at the end.' },
  }),
  Groups: strict({
    by: { enum: groupings },
    groups: {
      type: 'array',
      items: strict({
        key: text,
        count: { type: 'integer', minimum: 1 },
        decisions: { type: 'object', additionalProperties: { type: 'integer', minimum: 1 } },
      }),
    },
  }),
  Neighbours: strict({
    before: { type: 'array', items: ref('Record') },
    after: { type: 'array', items: ref('Record') },
  }),
  Refusal: strict({
    error: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: {
        code: text,
        message: text,
        issues: { type: 'array', items: strict({ field: text, reason: text }) },
      },
    },
  }),
};

const get = (
  operationId: string,
  summary: string,
  parameters: readonly object[],
  success: object,
  more: object = {},
) => ({
  get: { operationId, summary, parameters, responses: { '200': success, ...refusals, ...more } },
});

/** The document; `version` is that of Bulkhead. */
export const openApi = (version: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'Bulkhead decision log',
    version,
    description:
      'Reads the decision log. Every reading is itself recorded in it, and refused where it cannot be. A token sees the tenants that it was made for.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }],
  paths: {
    '/api/v1/decisions': get(
      'listDecisions',
      'Decisions that a filter wants, a page at a time.',
      [
        ...filters,
        query('order', 'By time, or by arrival.', {
          enum: ['newest', 'oldest', 'arrival'],
          default: 'newest',
        }),
        limit(pageLimits.most, pageLimits.usual),
        query('after', 'The "next" of the page before.', { type: 'string' }),
      ],
      json('A page.', 'Page'),
    ),
    '/api/v1/groups': get(
      'countDecisions',
      'How many decisions share a value, and how they were decided.',
      [query('by', 'By what to count.', { enum: groupings }, true), ...filters, limit(1_000, 50)],
      json('The most frequent values first; hours from the newest on.', 'Groups'),
    ),
    '/api/v1/decisions/{id}': get('showDecision', 'One decision.', [id], json('The decision.', 'Record'), {
      '404': json('No such decision among those that the token opens.', 'Refusal'),
    }),
    '/api/v1/decisions/{id}/neighbours': get(
      'showNeighbours',
      'What came before and after a decision, of the same object or the same user.',
      [
        id,
        query('of', 'Of what.', { enum: ['object', 'user'], default: 'object' }),
        query('count', 'How many on each side.', { type: 'integer', minimum: 1, maximum: 50, default: 5 }),
      ],
      json('The neighbours; the closest first.', 'Neighbours'),
      { '404': json('No such decision among those that the token opens.', 'Refusal') },
    ),
    '/api/v1/tail': get(
      'followDecisions',
      'Decisions as they are recorded, as server-sent events named "decision"; Last-Event-ID goes on where a stream ended.',
      filters,
      {
        description: 'A stream; the data of each event is a Record.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
    ),
    '/openapi.json': {
      get: {
        operationId: 'describe',
        summary: 'This document.',
        security: [],
        responses: {
          '200': {
            description: 'The document.',
            content: { 'application/json': { schema: { type: 'object' } } },
          },
        },
      },
    },
  },
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: 'A token of desk.tokenFile, or of the issuer of desk.oidc.',
      },
    },
    schemas,
  },
});

/** The paths that the document describes. */
export type DocumentedPath = keyof ReturnType<typeof openApi>['paths'];
