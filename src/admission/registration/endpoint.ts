/** Where the API server finds Bulkhead: an address or a Service, and the authority that signed its certificate. */
import type { Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { isDnsLabel } from '../../k8s/syntax.ts';

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface Endpoint {
  readonly target:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'service'; readonly service: ServiceReference };
  /** PEM of one or more authorities. */
  readonly caBundle: string;
}

export const endpointCodes = {
  target: 'webhooks.target',
  authority: 'webhooks.authority',
} as const;

/** What is given on a command line: exactly one of `url` and `service` (NS/NAME, or NS/NAME:PORT). */
export interface EndpointOptions {
  readonly url?: string | undefined;
  readonly service?: string | undefined;
  readonly caBundle: string;
}

const usualPort = 443;

/** Reads an endpoint; both parts are checked. Codes: `webhooks.target`, `webhooks.authority`. */
export function readEndpoint({ url, service, caBundle }: EndpointOptions): Read<Endpoint> {
  const target = readTarget(url, service);
  const issues = typeof target === 'string' ? [{ code: endpointCodes.target, message: target }] : [];
  if (!/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(caBundle)) {
    const message =
      'the CA bundle holds no certificate in PEM; give the authority that signed the serving certificate';
    return unsound([...issues, { code: endpointCodes.authority, message }]);
  }
  return typeof target === 'string' ? unsound(issues) : sound({ target, caBundle });
}

function readTarget(url: string | undefined, service: string | undefined): Endpoint['target'] | string {
  if (url !== undefined && service !== undefined) {
    return 'both an address and a Service are given; give one of --url and --service';
  }
  if (url !== undefined) return readUrl(url);
  if (service !== undefined) return readService(service);
  return 'where the API server finds Bulkhead is not said; give --url https://HOST:PORT or --service NS/NAME';
}

/** As the API server wants it: https, no user, no query, no fragment. */
function readUrl(text: string): Endpoint['target'] | string {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') return `"${text.slice(0, 200)}" is no https:// address`;
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
    return 'the address holds a user, a query or a fragment, which the API server refuses; leave it out';
  }
  return { kind: 'url', url: url.href.replace(/\/+$/, '') };
}

function readService(text: string): Endpoint['target'] | string {
  const [, namespace = '', name = '', port] = /^([^/:]+)\/([^/:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const number = port === undefined ? usualPort : Number(port);
  if (!isDnsLabel(namespace) || !isDnsLabel(name) || number < 1 || number > 65_535) {
    return `"${text.slice(0, 200)}" names no Service; write NAMESPACE/NAME or NAMESPACE/NAME:PORT`;
  }
  return { kind: 'service', service: { namespace, name, port: number } };
}

/** `https://HOST:PORT`, as API servers ask there. */
export const addressOf = (target: Endpoint['target']): string =>
  target.kind === 'url'
    ? target.url
    : `https://${target.service.name}.${target.service.namespace}.svc:${target.service.port}`;

/** `clientConfig` of an entry whose calls go to `path` (`/validate`). */
export function clientConfig({ target, caBundle }: Endpoint, path: string): object {
  const bundle = Buffer.from(caBundle).toString('base64');
  return target.kind === 'url'
    ? { url: `${target.url}${path}`, caBundle: bundle }
    : { service: { ...target.service, path }, caBundle: bundle };
}

/** The namespace that Bulkhead runs in, where the endpoint tells it. */
export const ownNamespace = ({ target }: Endpoint): string | undefined =>
  target.kind === 'service' ? target.service.namespace : undefined;
