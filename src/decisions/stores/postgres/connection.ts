/** A pool of connections that outlives a restart of the server and a cut of the network. */
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { stringAt } from '../../../k8s/json.ts';
import type { Tables } from './tables.ts';

export interface PostgresOptions {
  /** `postgres://USER@HOST:PORT/DATABASE`; what it leaves out comes from the usual PG… variables. */
  readonly url: string;
  /** Connections at most; 4 where absent. */
  readonly connections?: number;
  /** How long a connection may take to open, and a statement to be answered; 10 s where absent. */
  readonly timeoutMillis?: number;
  /** Told when a connection was lost that nobody was using. */
  readonly lost?: (error: Error) => void;
}

export type Connection = Kysely<Tables>;

/** Opens nothing yet: the first statement does, and after a loss the next one opens a new connection. */
export function connect(options: PostgresOptions): Connection {
  const { url, connections = 4, timeoutMillis = 10_000, lost = () => undefined } = options;
  const pool = new Pool({
    connectionString: url,
    max: connections,
    application_name: 'bulkhead',
    connectionTimeoutMillis: timeoutMillis,
    // The server's own limit, and ours for a network that swallows the answer.
    statement_timeout: timeoutMillis,
    query_timeout: timeoutMillis + 1_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // The process may end while connections idle.
    allowExitOnIdle: true,
  });
  pool.on('error', lost);
  pool.on('connect', (client) => {
    // While a connection is in use its statement rejects; the event beside it must not end the process.
    client.on('error', () => undefined);
  });
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** System errors of a connection that cannot be opened or is gone. */
const gone = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/**
 * Whether an error says that the server could not be reached, or went away: SQLSTATE classes 08 (connection) and 57P (shutdown), errors of sockets, and
 * the driver's own. The statement may or may not have been carried out.
 */
export function isConnectionFailure(error: unknown): boolean {
  // Asked by its shape: an error of Node.js itself is no `Error` of a realm of its own, such as a test's.
  const code = stringAt(error, 'code') ?? '';
  if (/^(?:08|57P0)/.test(code) || gone.has(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/i.test(
    stringAt(error, 'message') ?? '',
  );
}

/** Asks once more where the connection was lost: the pool opens a new one. For what changes nothing. */
export async function askedAgain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isConnectionFailure(error)) throw error;
    return ask();
  }
}
