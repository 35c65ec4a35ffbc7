/** A certificate and its key as they are served, checked before anybody uses them. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { sound, unsound } from '../../config/issue.ts';
import type { Read } from '../../config/issue.ts';

/** Everything in PEM. */
export interface ServingMaterial {
  /** The serving certificate, first, and its intermediates. */
  readonly certificate: string;
  readonly key: string;
  /** The CA whose client certificates are accepted for reviews. */
  readonly clientAuthority?: string;
  readonly notAfter: Date;
  /** SHA-256 of the serving certificate, as `AB:CD:…`. */
  readonly leaf: string;
  /** SHA-256 of all of the above. */
  readonly fingerprint: string;
}

/** Where each text came from, for messages. */
export interface MaterialNames {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority?: string;
}

/**
 * Accepts a pair that parses and matches. Codes: `tls_certificate_unreadable`, `tls_key_unreadable`, `tls_pair_mismatch`,
 * `tls_client_authority_unreadable`, `tls_unusable`. Messages never hold any of the texts.
 */
export function materialFrom(
  texts: { readonly certificate: string; readonly key: string; readonly clientAuthority?: string },
  names: MaterialNames,
): Read<ServingMaterial> {
  const refuse = (code: string, file: string, message: string): Read<ServingMaterial> =>
    unsound([{ code, file, message }]);
  const certificate = attempt(() => new X509Certificate(texts.certificate));
  if (certificate === undefined) {
    return refuse(
      'tls_certificate_unreadable',
      names.certificate,
      'is not a certificate in PEM; expected a "BEGIN CERTIFICATE" block, the serving certificate first',
    );
  }
  const key = attempt(() => createPrivateKey(texts.key));
  if (key === undefined) {
    return refuse('tls_key_unreadable', names.key, 'is not an unencrypted private key in PEM');
  }
  if (!certificate.checkPrivateKey(key)) {
    return refuse(
      'tls_pair_mismatch',
      names.key,
      `does not belong to the first certificate in ${names.certificate}; replace both files together`,
    );
  }
  const { clientAuthority } = texts;
  if (clientAuthority !== undefined && attempt(() => new X509Certificate(clientAuthority)) === undefined) {
    return refuse(
      'tls_client_authority_unreadable',
      names.clientAuthority ?? '',
      "is not a certificate in PEM; expected the CA that signs the API server's client certificate",
    );
  }
  const material: ServingMaterial = {
    ...texts,
    notAfter: new Date(certificate.validTo),
    leaf: certificate.fingerprint256,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([texts.certificate, texts.key, clientAuthority]))
      .digest('hex'),
  };
  // The last word has the code that will serve it: it reads the intermediates too.
  if (attempt(() => createSecureContext(secureContextOf(material))) === undefined) {
    return refuse(
      'tls_unusable',
      names.certificate,
      'cannot be served; check the intermediate certificates and the kind of key',
    );
  }
  return sound(material);
}

/** What a TLS server is told about its certificate, at start and at each swap. */
export function secureContextOf(material: ServingMaterial): SecureContextOptions {
  return {
    cert: material.certificate,
    key: material.key,
    minVersion: 'TLSv1.2',
    ...(material.clientAuthority === undefined ? {} : { ca: material.clientAuthority }),
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
