// What a test holds in its hand: one running control plane, reached as any of its identities.
import { apiCall } from './apiCall.ts';
import type { ApiAnswer, ApiCallOptions } from './apiCall.ts';
import { auditEvents } from './auditLog.ts';
import type { AuditEvent } from './auditLog.ts';
import type { Connection } from './connection.ts';
import { eventually } from './eventually.ts';
import { layout } from './files.ts';
import type { IdentityName } from './identities.ts';
import { kubectl } from './kubectl.ts';
import type { KubectlOptions, Printed } from './kubectl.ts';

export interface Cluster {
  readonly connection: Connection;
  kubeconfig(name: IdentityName): string;
  kubectl(name: IdentityName, args: readonly string[], options?: KubectlOptions): Promise<Printed>;
  call(name: IdentityName, path: string, options?: ApiCallOptions): Promise<ApiAnswer>;
  /** Every audited write so far, oldest first. */
  auditEvents(): Promise<readonly AuditEvent[]>;
  /** The audited event of one answer; waits for it, since the last bytes of an answer may overtake it. */
  auditOf(answer: ApiAnswer): Promise<AuditEvent>;
  /**
   * Creates a namespace as the administrator (or as `as`) and waits until pods can be created in it, which is when the controller
   * manager has made its default ServiceAccount. Rejects when the creation is refused.
   */
  createNamespace(name: string, labels?: Readonly<Record<string, string>>, as?: IdentityName): Promise<void>;
}

/** A cluster behind a connection. Holds nothing open: there is nothing to close. */
export function connect(connection: Connection): Cluster {
  const { folder } = connection;
  const call: Cluster['call'] = (name, path, options) => apiCall(connection, name, path, options);
  const events = (): Promise<readonly AuditEvent[]> => auditEvents(layout.auditLog(folder));
  return {
    connection,
    kubeconfig: (name) => layout.kubeconfig(folder, name),
    kubectl: (name, args, options) => kubectl(connection, name, args, options),
    call,
    auditEvents: events,
    auditOf: (answer) =>
      eventually(`audit event ${answer.auditID}`, async () =>
        (await events()).find(({ auditID }) => auditID === answer.auditID),
      ),
    createNamespace: async (name, labels = {}, as = 'admin') => {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
      const answer = await call(as, '/api/v1/namespaces', { method: 'POST', body });
      if (answer.status !== 201)
        throw new Error(`namespace ${name} was refused (${answer.status}): ${answer.text}`);
      const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
      await eventually(
        `${name} is ready for pods`,
        async () => (await call('admin', account)).status === 200,
      );
    },
  };
}
