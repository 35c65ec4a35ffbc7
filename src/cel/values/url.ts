/** URLs as Go's net/url reads them: absolute URIs and absolute paths only. */
import { Opaque } from './opaque.ts';
import { readAddress, readMapped } from './address.ts';

/** A parsed URL; `host` keeps brackets and port, `path` is escaped, `query` as written. */
export class Url extends Opaque {
  readonly typeName = 'kubernetes.URL';
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly text: string;
  constructor(scheme: string, host: string, path: string, query: string, text: string) {
    super();
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
    this.text = text;
  }

  equals(other: Opaque): boolean {
    return other instanceof Url && this.text === other.text;
  }

  /** The host without port and brackets, and the port; either may be empty. */
  get hostAndPort(): readonly [host: string, port: string] {
    const [, host = '', port = ''] = /^(.*?)(?::(\d*))?$/s.exec(this.host) ?? [];
    const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
    return [bare, port];
  }

  /** The query parameters, unescaped, each with all its values in order; malformed ones are left out. */
  get parameters(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const pair of this.query.split('&')) {
      if (pair === '' || pair.includes(';')) continue;
      const [name = '', ...rest] = pair.split('=');
      const key = unescaped(name, true);
      const value = unescaped(rest.join('='), true);
      if (key === undefined || value === undefined) continue;
      const values = found.get(key);
      if (values === undefined) found.set(key, [value]);
      else values.push(value);
    }
    return found;
  }
}

/** Reads a URL; undefined if url() of Kubernetes refuses it. */
export function parseUrl(text: string): Url | undefined {
  if (!isRequestUri(text)) return undefined;
  const hash = text.indexOf('#');
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  if (unescaped(fragment) === undefined) return undefined;
  return parse(hash < 0 ? text : text.slice(0, hash), false, fragment === '' ? '' : `#${fragment}`);
}

/** Whether the text is an absolute URI or an absolute path. */
export const isRequestUri = (text: string): boolean => text !== '' && parse(text, true, '') !== undefined;

function parse(text: string, viaRequest: boolean, fragment: string): Url | undefined {
  if (/[\x00-\x1f\x7f]/.test(text)) return undefined;
  if (text === '*') return new Url('', '', '*', '', `*${fragment}`);
  const [, written, afterScheme = text] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (written === undefined && text.startsWith(':')) return undefined;
  const scheme = (written ?? '').toLowerCase();
  const mark = afterScheme.indexOf('?');
  const query = mark < 0 ? '' : afterScheme.slice(mark + 1);
  const rest = mark < 0 ? afterScheme : afterScheme.slice(0, mark);
  const whole = `${scheme === '' ? '' : `${scheme}:`}${afterScheme}${fragment}`;
  if (!rest.startsWith('/')) {
    // Rootless paths are opaque: no host, no path.
    if (scheme !== '') return new Url(scheme, '', '', query, whole);
    return viaRequest || (rest.split('/')[0] ?? '').includes(':') ? undefined : pathOnly(rest, query, whole);
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!viaRequest && !rest.startsWith('///')));
  if (!hasAuthority) return pathOnly(rest, query, whole, scheme);
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const host = hostOf(scheme, authority);
  const path = escapedPath(slash < 0 ? '' : rest.slice(slash));
  return host === undefined || path === undefined ? undefined : new Url(scheme, host, path, query, whole);
}

function pathOnly(rest: string, query: string, whole: string, scheme = ''): Url | undefined {
  const path = escapedPath(rest);
  return path === undefined ? undefined : new Url(scheme, '', path, query, whole);
}

function hostOf(scheme: string, authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    const user = authority.slice(0, at);
    if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || unescaped(user) === undefined) return undefined;
  }
  const host = authority.slice(at + 1);
  const open = host.lastIndexOf('[');
  if (open > 0) return undefined;
  if (open === 0) return literalHost(host);
  const colons = host.split(':');
  if (colons.length > 2 && (scheme === 'http' || scheme === 'https')) return undefined;
  if (colons.length > 1 && !/^\d*$/.test(colons.at(-1) ?? '')) return undefined;
  return hostText(host);
}

/** `[::1]:80`: an IPv6 address, perhaps with a zone written `%25zone`. */
function literalHost(host: string): string | undefined {
  const close = host.lastIndexOf(']');
  const port = host.slice(close + 1);
  if (close < 0 || !/^(?::\d*)?$/.test(port)) return undefined;
  const [bare = '', ...zone] = host.slice(1, close).split('%25');
  const address = readAddress(bare) ?? readMapped(bare);
  if (address?.family !== 'IPv6' || (zone.length > 0 && zone.join('%25') === '')) return undefined;
  const name = zone.length === 0 ? '' : unescaped(`%25${zone.join('%25')}`);
  return name === undefined ? undefined : `[${bare}${name}]${port}`;
}

/** A host name; escapes are for bytes beyond ASCII only. */
function hostText(host: string): string | undefined {
  const plain = host.replaceAll(/%[89a-fA-F][0-9a-fA-F]|%25/g, '');
  return /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"\u0080-\uffff]*$/.test(plain) ? unescaped(host) : undefined;
}

function escapedPath(path: string): string | undefined {
  const plain = unescaped(path);
  if (plain === undefined) return undefined;
  if (/^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]%/]*$/.test(path)) return path;
  return Array.from(bytesOf(path), escapedByte).join('');
}

function escapedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~$&+,/:;=@]/.test(character)
    ? character
    : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The text with its escapes undone; undefined if one is malformed. */
function unescaped(text: string, plusIsSpace = false): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const spaced = plusIsSpace ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? bytesOf(spaced).toString('utf8') : spaced;
}

/** The bytes of a text with its escapes undone. */
function bytesOf(text: string): Buffer {
  const encoded = Buffer.from(text, 'utf8');
  let size = 0;
  for (let at = 0; at < encoded.length; at += 1, size += 1) {
    const byte = encoded[at] ?? 0;
    const escaped = byte === 0x25;
    encoded[size] = escaped ? Number.parseInt(encoded.toString('latin1', at + 1, at + 3), 16) : byte;
    if (escaped) at += 2;
  }
  return encoded.subarray(0, size);
}
