// One authenticated HTTPS request to the API server, byte for byte as given: for subresources and for JSON no client would send.
import { request } from 'node:https';
import type { Agent } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { Connection } from './connection.ts';
import type { IdentityName } from './identities.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly body: unknown;
  /** `Warning` headers' texts, as kubectl would show them. */
  readonly warnings: readonly string[];
  /** Names the request in the audit log. */
  readonly auditID: string;
}

export interface ApiCallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Text is sent as it stands, anything else as JSON. */
  readonly body?: unknown;
  /** `application/json` unless said; a PATCH without one is a JSON merge patch. */
  readonly contentType?: string;
  /** Keeps connections for the next call; without one every call has its own. */
  readonly agent?: Agent;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 7234 warn-text: `299 - "..."`. */
function warningTexts(header: string | string[] | undefined): readonly string[] {
  const all = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...all.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/g, '$1'),
  );
}

function bodyText(body: unknown): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return JSON.stringify(body);
}

/** Resolves with whatever status the API server answers; rejects only when there was no answer. */
export function apiCall(
  connection: Connection,
  name: IdentityName,
  path: string,
  options: ApiCallOptions = {},
): Promise<ApiAnswer> {
  const method = options.method ?? 'GET';
  const type =
    options.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
  const body = bodyText(options.body);
  const headers: Record<string, string> = {
    authorization: `Bearer ${connection.tokens[name] ?? ''}`,
    accept: 'application/json',
    ...(body === undefined
      ? {}
      : { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }),
  };
  return new Promise((resolve, reject) => {
    const call = request(connection.server + path, {
      method,
      headers,
      ca: connection.authority,
      agent: options.agent ?? false,
    });
    call.once('error', reject);
    call.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: parsed(text),
          warnings: warningTexts(response.headers['warning']),
          auditID: String(response.headers['audit-id'] ?? ''),
        });
      });
    });
    call.end(body);
  });
}
