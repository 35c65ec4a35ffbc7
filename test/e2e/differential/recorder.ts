// A webhook that allows everything and keeps what it was sent last: the AdmissionReviews of a real API server, for Bulkhead to judge.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { makeAuthority, makeServing } from '../../../src/server/tls/issue.ts';
import { isObject, ownAt, stringAt } from '../../../src/k8s/json.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import type { ApiAnswer } from '../../cluster/apiCall.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';

/** The reviews of one request, as policies of each sort see it; a request that is refused before has none. */
export interface Recorded {
  readonly mutating: JsonObject | undefined;
  readonly validating: JsonObject | undefined;
  /** What the API server answered. */
  readonly answer: string;
}

export interface Recorder {
  /** Forgets, sends, and gives what the API server asked meanwhile. One at a time. */
  record(send: () => Promise<ApiAnswer>): Promise<Recorded>;
  /** Takes both registrations away and closes. */
  remove(): Promise<void>;
}

const name = 'differential-recorder';
const configurations = '/apis/admissionregistration.k8s.io/v1';

/** Starts it and registers it for everything in namespaces with the label `suite`, and for such objects that have none. */
export async function startRecorder(cluster: Cluster, suite: string): Promise<Recorder> {
  const now = new Date();
  const authority = await makeAuthority(name, now, 1);
  const { certificate, key } = await makeServing(authority, name, ['127.0.0.1'], now, 1);
  let last: Record<string, JsonObject> = {};
  const server = createServer({ cert: certificate, key }, (incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const review: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const door = (incoming.url ?? '').startsWith('/mutating') ? 'mutating' : 'validating';
      // Controllers write of their own accord.
      const user = stringAt(review, 'request', 'userInfo', 'username') ?? '';
      if (isObject(review) && !user.startsWith('system:')) last[door] = review;
      const response = { uid: ownAt(review, 'request', 'uid'), allowed: true };
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const doors = ['mutating', 'validating'] as const;
  const pathOf = (door: string): string => `${configurations}/${door}webhookconfigurations`;
  for (const door of doors) {
    const webhook = {
      name: 'recorder.bulkhead.test',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: {
        url: `https://127.0.0.1:${port}/${door}`,
        caBundle: Buffer.from(authority.certificate).toString('base64'),
      },
      namespaceSelector: { matchLabels: { suite } },
      rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
    };
    const kind = door === 'mutating' ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration';
    const body = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name },
      webhooks: [webhook],
    };
    const { status, text } = await cluster.call('admin', pathOf(door), { method: 'POST', body });
    if (status !== 201) throw new Error(text);
  }
  const record = async (send: () => Promise<ApiAnswer>): Promise<Recorded> => {
    last = {};
    const { text } = await send();
    return { mutating: last['mutating'], validating: last['validating'], answer: text };
  };
  const probe = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'recorder-', labels: { suite } },
  };
  await eventually('the recorder is asked', async () => {
    const seen = await record(() =>
      cluster.call('admin', '/api/v1/namespaces?dryRun=All', { method: 'POST', body: probe }),
    );
    return seen.mutating !== undefined && seen.validating !== undefined;
  });
  return {
    record,
    remove: async () => {
      for (const door of doors) await cluster.call('admin', `${pathOf(door)}/${name}`, { method: 'DELETE' });
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
