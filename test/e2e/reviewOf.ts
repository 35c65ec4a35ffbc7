// Asks one replica directly, as the API server would: for what both replicas must agree on, and for what is not registered.
import { request } from 'node:https';
import { ownAt, stringAt } from '../../src/k8s/json.ts';

/** What a review is about: an object that a developer creates. */
export interface Creation {
  readonly group: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespace: string;
  readonly object: object;
  readonly dryRun?: boolean;
}

/** The answer as far as it is read here; `patch` is decoded, empty where there is none. */
export interface Reviewed {
  readonly allowed: boolean;
  readonly message: string;
  readonly patch: string;
}

/** Asks at one of the doors. The certificate is the replica's own; only the answer matters here. */
export async function review(
  url: string,
  door: 'validate' | 'mutate',
  { group, kind, resource, namespace, object, dryRun = false }: Creation,
): Promise<Reviewed> {
  const answer = await post(`${url}/${door}`, {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: crypto.randomUUID(),
      kind: { group, version: 'v1', kind },
      resource: { group, version: 'v1', resource },
      operation: 'CREATE',
      namespace,
      name: stringAt(object, 'metadata', 'name') ?? '',
      userInfo: { username: 'dev-payments', groups: ['team-payments'] },
      dryRun,
      oldObject: null,
      options: null,
      object: { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, ...object },
    },
  });
  return {
    allowed: ownAt(answer, 'response', 'allowed') === true,
    message: stringAt(answer, 'response', 'status', 'message') ?? '',
    patch: Buffer.from(stringAt(answer, 'response', 'patch') ?? '', 'base64').toString(),
  };
}

/** Whether a replica would admit a new NetworkPolicy of a developer. */
export async function admitsPolicy(url: string, namespace: string, spec: object): Promise<boolean> {
  const { allowed } = await review(url, 'validate', {
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    namespace,
    object: { metadata: { name: 'asked', namespace }, spec },
  });
  return allowed;
}

function post(url: string, document: object): Promise<unknown> {
  const body = JSON.stringify(document);
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent: false, rejectUnauthorized: false });
    call.once('error', reject);
    call.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      });
    });
    call.end(body);
  });
}
