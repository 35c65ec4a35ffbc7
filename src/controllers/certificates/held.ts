/** What the Secret of self-managed certificates holds: an authority, the pair that it signed, and how far a change of the authority is. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';

/** A certificate with its private key, both in PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says of itself; times in milliseconds since 1970. */
export interface Facts {
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface Authority extends Facts {
  readonly certificate: string;
}
/** An authority that can still sign. */
export interface Signer extends Authority, Pair {}
/** The pair that is served. */
export interface Leaf extends Facts, Pair {}

/**
 * The four phases of a change of the authority (wire.md): `Adding`: every caBundle is to trust the next authority too. `Switching`: all replicas are to
 * serve a certificate of the new one. `Dropping`: every caBundle is to forget the old one. `Stable`: nothing is under way.
 */
export type Held = { readonly authority: Signer; readonly serving: Leaf; readonly request: string } & (
  | { readonly phase: 'Stable' | 'Dropping' }
  | { readonly phase: 'Adding'; readonly next: Signer }
  | { readonly phase: 'Switching'; readonly previous: Authority }
);
export type Phase = Held['phase'];

const phaseKey = 'bulkhead.dev/phase';
const handledKey = 'bulkhead.dev/rotated';
/** Whoever writes another text here asks for a new authority. */
export const requestKey = 'bulkhead.dev/rotate';

/** The authorities that API servers are to trust, in PEM. */
export function trusted(held: Held): string {
  const also = held.phase === 'Adding' ? [held.next] : held.phase === 'Switching' ? [held.previous] : [];
  return [held.authority, ...also].map(({ certificate }) => certificate).join('');
}

/** `data` and annotations of the Secret. */
export function written(held: Held): { readonly annotations: JsonObject; readonly data: JsonObject } {
  const texts = {
    'ca.crt': trusted(held),
    'tls.crt': held.serving.certificate,
    'tls.key': held.serving.key,
    'authority.crt': held.authority.certificate,
    'authority.key': held.authority.key,
    ...(held.phase === 'Adding' ? { 'next.crt': held.next.certificate, 'next.key': held.next.key } : {}),
    ...(held.phase === 'Switching' ? { 'previous.crt': held.previous.certificate } : {}),
  };
  return {
    annotations: { [phaseKey]: held.phase, [handledKey]: held.request },
    data: Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    ),
  };
}

/** What a Secret holds; undefined where it is missing, empty, damaged, or its parts do not belong together. */
export function read(secret: unknown): Held | undefined {
  const annotation = (key: string): string | undefined =>
    stringAt(ownAt(secret, 'metadata', 'annotations'), key);
  const authority = signer(pairAt(secret, 'authority'));
  const pair = pairAt(secret, 'tls');
  if (authority === undefined || pair === undefined) return undefined;
  if (!isSignedBy(pair.certificate, authority.certificate)) return undefined;
  const request = annotation(handledKey) ?? '';
  const common = { authority, serving: { ...factsOf(pair.certificate), ...pair }, request };
  switch (annotation(phaseKey)) {
    case 'Adding': {
      const next = signer(pairAt(secret, 'next'));
      return next === undefined ? undefined : { ...common, phase: 'Adding', next };
    }
    case 'Switching': {
      const certificate = textAt(secret, 'previous.crt');
      if (!isCertificate(certificate)) return undefined;
      return { ...common, phase: 'Switching', previous: { ...factsOf(certificate), certificate } };
    }
    case 'Dropping':
      return { ...common, phase: 'Dropping' };
    case 'Stable':
      return { ...common, phase: 'Stable' };
    case undefined:
    default:
      return undefined;
  }
}

/** The request that stands in a Secret; empty where none does. */
export const requestOf = (secret: unknown): string =>
  stringAt(ownAt(secret, 'metadata', 'annotations'), requestKey) ?? '';

/** The pair under `NAME.crt` and `NAME.key`; undefined unless both are there and belong to each other. */
export function pairAt(secret: unknown, name: string): Pair | undefined {
  const certificate = textAt(secret, `${name}.crt`);
  const key = textAt(secret, `${name}.key`);
  if (!isCertificate(certificate) || key === undefined) return undefined;
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
      ? { certificate, key }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A text of the Secret's `data`. */
export function textAt(secret: unknown, key: string): string | undefined {
  const text = stringAt(ownAt(secret, 'data'), key);
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
}

export const signerOf = (pair: Pair): Signer => ({ ...factsOf(pair.certificate), ...pair });
export const leafOf = signerOf;

/** What the first certificate of a PEM text says; the text must hold one. */
export function factsOf(pem: string): Facts {
  const certificate = new X509Certificate(pem);
  return {
    fingerprint: certificate.fingerprint256,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  };
}

/** Claims that a serving certificate is valid for all of the names. */
export function isFor({ certificate }: Leaf, names: readonly string[]): boolean {
  const leaf = new X509Certificate(certificate);
  return names.every((name) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined);
}

/** The fingerprints of all certificates of a PEM text; what cannot be read is left out. */
export const fingerprints = (pem: string): ReadonlySet<string> =>
  new Set(
    (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
      .filter(isCertificate)
      .map((one) => factsOf(one).fingerprint),
  );

function signer(pair: Pair | undefined): Signer | undefined {
  return pair !== undefined && new X509Certificate(pair.certificate).ca ? signerOf(pair) : undefined;
}

function isSignedBy(certificate: string, authority: string): boolean {
  const [leaf, issuer] = [new X509Certificate(certificate), new X509Certificate(authority)];
  return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
}

function isCertificate(pem: string | undefined): pem is string {
  if (pem === undefined) return false;
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}
