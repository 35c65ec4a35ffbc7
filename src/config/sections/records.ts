/** What Bulkhead writes down and shows: diagnostics, the decision log, the review desk. */
import { listOf, object, type Settled } from '../shape.ts';
import { optional, port } from './serving.ts';

export const log = object(
  {
    level: {
      enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      default: 'info',
      description: 'The least important diagnostic that is written.',
    },
  },
  { default: {}, description: 'Diagnostics of the process, as JSON lines.' },
);

export type Log = Settled<typeof log>;

export const decisionLog = object(
  {
    store: {
      enum: ['sqlite', 'postgres', 'none'],
      default: 'sqlite',
      description: 'Where decisions are kept.',
    },
    path: optional(
      'path',
      'The SQLite file (sqlite); null: decisions/decisions.sqlite in the state directory.',
    ),
    url: { ...optional('name', 'The connection string of PostgreSQL (postgres).'), writeOnly: true },
    spool: optional(
      'path',
      'Where decisions wait while the store is away; null: decisions/spool in the state directory.',
    ),
    retention: {
      type: 'string',
      format: 'duration',
      default: '90d',
      description: 'How long decisions are kept.',
    },
    verifyEvery: {
      type: 'string',
      format: 'duration',
      default: '24h',
      description:
        'How often the process verifies what it wrote; the first time within a minute of its start.',
    },
    required: {
      type: 'boolean',
      default: false,
      description: 'Whether what cannot be recorded must not be allowed.',
    },
    stdout: {
      type: 'boolean',
      default: false,
      description: 'Whether each record is also written to standard output, as a line of JSON.',
    },
    groups: listOf(
      { type: 'string', format: 'name', minLength: 1 },
      {
        uniqueItems: true,
        description:
          'The user groups that are recorded beside those that the rules name; others are left out.',
      },
    ),
    annotations: listOf(
      { type: 'string', format: 'annotationPattern' },
      { uniqueItems: true, description: 'The annotations that are recorded; others are left out.' },
    ),
  },
  { default: {}, description: 'The record of every decision.' },
);

export type DecisionLog = Settled<typeof decisionLog>;

const oidc = object(
  {
    issuer: { type: 'string', format: 'httpsUrl', description: 'The address of the issuer.' },
    clientId: {
      type: 'string',
      format: 'name',
      minLength: 1,
      description: 'The name of the client at the issuer.',
    },
    clientSecretFile: optional(
      'path',
      'The file that holds the secret of the client; null: a public client.',
    ),
    groupsClaim: {
      type: 'string',
      format: 'name',
      minLength: 1,
      default: 'groups',
      description: 'The claim that names groups.',
    },
  },
  { description: 'Sign-in with OpenID Connect.' },
);

export const desk = object(
  {
    address: { type: 'string', format: 'ip', default: '127.0.0.1', description: 'The address to listen on.' },
    port: port(8444),
    tokenFile: optional('path', 'The file that holds the token to sign in with.'),
    oidc: {
      anyOf: [oidc, { type: 'null' }],
      default: null,
      description: 'Sign-in with OpenID Connect; null: none.',
    },
  },
  { default: {}, description: 'The review desk in the browser.' },
);

export type Desk = Settled<typeof desk>;
