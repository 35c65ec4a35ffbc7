// The API server's own record of requests: what it is told to keep, and how a test reads our annotations in it.
import { readFile } from 'node:fs/promises';
import Type from 'typebox';
import Value from 'typebox/value';

/** Writes to what Bulkhead decides are kept, without their contents: an object may have 17 MB in a review. */
export const auditPolicy: unknown = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    {
      level: 'Metadata',
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
      resources: [
        {
          group: '',
          resources: [
            ...['namespaces', 'namespaces/status', 'namespaces/finalize'],
            ...['pods', 'pods/status', 'pods/binding', 'pods/ephemeralcontainers'],
          ],
        },
        { group: 'networking.k8s.io', resources: ['networkpolicies'] },
        { group: 'apps', resources: ['deployments'] },
      ],
    },
    { level: 'None' },
  ],
};

const auditEvent = Type.Object({
  auditID: Type.String(),
  verb: Type.String(),
  requestURI: Type.String(),
  user: Type.Object({ username: Type.String() }),
  objectRef: Type.Optional(
    Type.Object({
      resource: Type.Optional(Type.String()),
      subresource: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
    }),
  ),
  responseStatus: Type.Optional(Type.Object({ code: Type.Optional(Type.Number()) })),
  annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
});

export type AuditEvent = Type.Static<typeof auditEvent>;

/** Every event so far, oldest first. The API server writes one before it answers (blocking mode). */
export async function auditEvents(file: string): Promise<readonly AuditEvent[]> {
  // Behind the last end of a line is what is being written.
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => Value.Parse(auditEvent, JSON.parse(line)));
}
