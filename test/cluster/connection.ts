// How a test reaches a running control plane: a small document that one process writes and others read.
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import Type from 'typebox';
import Value from 'typebox/value';

const connection = Type.Object({
  /** The API server's URL, without a slash at the end. */
  server: Type.String(),
  /** PEM of its authority. */
  authority: Type.String(),
  /** Where its files are: kubeconfigs, logs, the audit log. */
  folder: Type.String(),
  kubectl: Type.String(),
  /** Bearer tokens by identity. */
  tokens: Type.Record(Type.String(), Type.String()),
});

export type Connection = Type.Static<typeof connection>;

/** Environment variable with the path of the document, one for each worker of Jest, written like PATH; set by `npm run e2e`. */
export const connectionVariable = 'BULKHEAD_CLUSTER';

/** Reads the document that the environment names for this worker; `throw`s with the way out if there is none. */
export function readConnection(environment: NodeJS.ProcessEnv): Connection {
  const files = environment[connectionVariable]?.split(delimiter) ?? [];
  const file = files[Number(environment['JEST_WORKER_ID'] ?? 1) - 1];
  if (file === undefined) throw new Error('No control plane: start these tests with `npm run e2e`.');
  return Value.Parse(connection, JSON.parse(readFileSync(file, 'utf8')));
}
