/** Whether Bulkhead answers where API servers would call it: asked as they would, over TLS, trusting the authority that they are told to trust. */
import { request } from 'node:https';
import { addressOf } from '../admission/registration/endpoint.ts';
import type { Endpoint } from '../admission/registration/endpoint.ts';

const askMillis = 5_000;

/** Undefined where `/readyz` says 200; else why not, in words. Never rejects. */
export function answering({ target, caBundle }: Endpoint): Promise<string | undefined> {
  const base = addressOf(target);
  return new Promise((resolve) => {
    const call = request(`${base}/readyz`, {
      ca: caBundle,
      agent: false,
      signal: AbortSignal.timeout(askMillis),
      headers: { 'user-agent': 'bulkhead' },
    });
    call.once('error', (error) => {
      const reason = 'code' in error ? String(error.code) : error.name;
      resolve(`${base} does not answer (${reason})`);
    });
    call.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status === 200 ? undefined : `${base}/readyz answers ${status}`);
    });
    call.end();
  });
}
