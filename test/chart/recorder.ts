// A webhook that allows everything and remembers what it was asked: it shows what the API server sends for a registration.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';
import { at } from './helm.ts';

export interface Recorder {
  /** PEM of the authority that signed its certificate. */
  readonly authority: string;
  /** `https://127.0.0.1:PORT`; the path of a request names the entry that sent it. */
  readonly url: string;
  /** `entry operation resource/subresource namespace/name` of what was asked since the last time, sorted. */
  taken(): readonly string[];
  close(): Promise<void>;
}

/** Starts a recorder on a free loopback port. */
export async function startRecorder(): Promise<Recorder> {
  const now = new Date();
  const authority = await makeAuthority('recorder', now, 1);
  const { certificate, key } = await makeServing(authority, 'recorder', ['127.0.0.1'], now, 1);
  let asked: string[] = [];
  const server = createServer({ cert: certificate, key }, (incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const review: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const request = at(review, 'request');
      const resource = [at(request, 'resource', 'resource'), at(request, 'subResource')]
        .filter(Boolean)
        .join('/');
      const object = [at(request, 'namespace'), at(request, 'name')].filter(Boolean).join('/');
      const entry = (incoming.url ?? '').split('?')[0]?.slice(1) ?? '';
      asked.push(`${entry} ${String(at(request, 'operation'))} ${resource} ${object}`);
      const response = { uid: at(request, 'uid'), allowed: true };
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    authority: authority.certificate,
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => {
      const all = asked.sort();
      asked = [];
      return all;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
