/**
 * An API server that holds a large made-up cluster: lists in pages with `limit` and `continue`, whole or as metadata, watches with bookmarks, one
 * namespace by its name, and takes what Bulkhead writes. It prints the path of a kubeconfig once it listens.
 *
 * Run as `node bench/cluster/apiServer.ts FOLDER RULES '{"namespaces":…,"policies":…,"pods":…,"gated":…}'`.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { stringAt } from '../../src/k8s/json.ts';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';
import { cluster } from './objects.ts';
import type { Objects, Size } from './objects.ts';

const now = '500000000';
const bookmarkMillis = 10_000;

const [folder = '.', rules = '', sizeText = '{}'] = process.argv.slice(2);
const objects = await cluster(JSON.parse(sizeText) as Size, rules);
const written = new Map<string, Record<string, unknown>>();
let version = Number(now);

const send = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body);
};
const sendJson = (response: ServerResponse, body: unknown, status = 200): void =>
  send(response, status, JSON.stringify(body));

/** One page. A form that asks for metadata is answered with metadata, as the real one does. */
function list(one: Objects, url: URL, accept: string, response: ServerResponse): void {
  const from = Number(url.searchParams.get('continue') ?? 0);
  const end = Math.min(one.count, from + Number(url.searchParams.get('limit') ?? one.count));
  const partial = accept.includes('as=PartialObjectMetadataList');
  const items: string[] = [];
  for (let index = from; index < end; index += 1) {
    const text = one.text(index);
    items.push(partial ? metadataOf(text) : text);
  }
  const more = end < one.count ? `,"continue":"${end}","remainingItemCount":${one.count - end}` : '';
  const kind = partial ? 'PartialObjectMetadataList' : `${one.kind}List`;
  const apiVersion = partial ? 'meta.k8s.io/v1' : one.apiVersion;
  send(
    response,
    200,
    `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":{"resourceVersion":"${now}"${more}},"items":[${items.join()}]}`,
  );
}

const metadataOf = (text: string): string => {
  const { metadata } = JSON.parse(text) as { readonly metadata: unknown };
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)}}`;
};

/** A watch in which nothing happens: bookmarks until its time is over. */
function watch(one: Objects, url: URL, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const object = { kind: one.kind, apiVersion: one.apiVersion, metadata: { resourceVersion: now } };
  const bookmark = (): void => void response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  const every = setInterval(bookmark, bookmarkMillis);
  const over = setTimeout(
    () => {
      bookmark();
      response.end();
    },
    Number(url.searchParams.get('timeoutSeconds') ?? 30) * 1_000,
  );
  response.once('close', () => {
    clearInterval(every);
    clearTimeout(over);
  });
}

/** Floors by their name; pods that have a node are none here. */
function chosen(url: URL): Objects | undefined {
  const selector = url.searchParams.get('fieldSelector') ?? '';
  return objects.get(selector === 'metadata.name=bulkhead-floor' ? `${url.pathname}#floors` : url.pathname);
}

/** What is served under `/api` or `/apis`, in one answer. */
function discovery(root: string): object {
  const paths = [...objects].filter(([path]) => path.startsWith(`${root}/`) && !path.includes('#'));
  return {
    kind: 'APIGroupDiscoveryList',
    items: paths.map(([path, { kind, apiVersion }]) => {
      const [version = '', group = ''] = apiVersion.split('/').toReversed();
      const scope = ['Namespace', 'NamespaceRecord', 'Boundary', 'GuardrailPolicy'].includes(kind)
        ? 'Cluster'
        : 'Namespaced';
      const resource = {
        resource: path.split('/').at(-1),
        responseKind: { kind },
        scope,
        verbs: ['list', 'create'],
      };
      return { metadata: { name: group }, versions: [{ version, resources: [resource] }] };
    }),
  };
}

const notFound = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://127.0.0.1');
  const { pathname } = url;
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (pathname === '/version') {
    sendJson(response, { major: '1', minor: '36' });
    return;
  }
  if (pathname === '/api' || pathname === '/apis') {
    sendJson(response, discovery(pathname));
    return;
  }
  if (pathname.endsWith('/selfsubjectreviews')) {
    const username = 'system:serviceaccount:bulkhead-system:bulkhead';
    sendJson(response, { status: { userInfo: { username } } }, 201);
    return;
  }
  const one = chosen(url);
  if (request.method === 'GET' && one !== undefined) {
    if (url.searchParams.get('watch') === 'true') watch(one, url, response);
    else list(one, url, request.headers.accept ?? '', response);
    return;
  }
  if (request.method === 'GET') {
    const found = written.get(pathname);
    sendJson(response, found ?? notFound, found === undefined ? 404 : 200);
    return;
  }
  version += 1;
  const object = (body.startsWith('{') ? JSON.parse(body) : {}) as Record<string, unknown>;
  const at = request.method === 'POST' ? `${pathname}/${nameOf(object)}` : pathname;
  written.set(at, {
    ...object,
    metadata: { ...Object(object['metadata']), resourceVersion: String(version) },
  });
  sendJson(response, written.get(at));
}

const nameOf = (object: Record<string, unknown>): string => stringAt(object, 'metadata', 'name') ?? '';

const authority = await makeAuthority('bench', new Date(), 1);
const serving = await makeServing(authority, 'bench', ['127.0.0.1'], new Date(), 1);
const server = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const kubeconfig = join(folder, 'kubeconfig');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    clusters: [
      {
        name: 'c',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': Buffer.from(authority.certificate).toString('base64'),
        },
      },
    ],
    users: [{ name: 'u', user: { token: 'bench' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }),
);
process.stdout.write(`${kubeconfig}\n`);
