/** What the API says: every answer is JSON with headers that let nobody keep, frame or guess at it. */
import type { FastifyReply } from 'fastify';
import type { Issue } from '../config/issue.ts';

/** On every answer. */
export const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function answer(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** `{"error":{"code","message","issues":[{"field","reason"}]}}` */
export function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  issues: readonly Issue[] = [],
): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="bulkhead"');
  if (status === 429 || status === 503) reply.header('retry-after', '1');
  const fields = issues.map(({ pointer = '', message: reason }) => ({ field: pointer, reason }));
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error: { code, message, ...(fields.length === 0 ? {} : { issues: fields }) } }));
}
