// Asks one replica directly, as the API server would: for what both replicas must agree on.
import { request } from 'node:https';
import { ownAt } from '../../src/k8s/json.ts';

/** Whether a replica would admit a new NetworkPolicy of a developer. The certificate is its own; only the answer matters here. */
export function admitsPolicy(url: string, namespace: string, spec: object): Promise<boolean> {
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: crypto.randomUUID(),
      kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      operation: 'CREATE',
      namespace,
      name: 'asked',
      userInfo: { username: 'dev-payments', groups: ['team-payments'] },
      oldObject: null,
      options: null,
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'asked', namespace },
        spec,
      },
    },
  });
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const call = request(`${url}/validate`, {
      method: 'POST',
      headers,
      agent: false,
      rejectUnauthorized: false,
    });
    call.once('error', reject);
    call.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
        resolve(ownAt(answer, 'response', 'allowed') === true);
      });
    });
    call.end(body);
  });
}
