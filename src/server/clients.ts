/** Says which connections may ask for reviews when client certificates are required. */
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Remembers the verdict of the handshake, so that a request costs one look-up. */
export class ClientGate {
  readonly #names: ReadonlySet<string>;
  readonly #admitted = new WeakSet<Socket>();

  /** `names` are the allowed common names or subject alternative names, compared exactly; with none, any certificate of the CA will do. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** Judges a connection after its handshake. A certificate must be there as well: TLS 1.3 has resumed sessions without one. */
  judge(socket: TLSSocket): void {
    if (!socket.authorized) return;
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return;
    if (this.#names.size === 0 || namesOf(certificate).some((name) => this.#names.has(name))) {
      this.#admitted.add(socket);
    }
  }

  admits(socket: Socket): boolean {
    return this.#admitted.has(socket);
  }
}

/** The common name and the DNS, URI and email names. A name that Node had to quote is left out: it cannot be compared exactly. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const commonName: unknown = certificate.toLegacyObject().subject.CN;
  const alternative = [
    ...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )(?:DNS|URI|email):("(?:[^"\\]|\\.)*"|[^,"]+)/g),
  ].map((match) => match[1] ?? '');
  return [...(typeof commonName === 'string' ? [commonName] : []), ...alternative].filter(
    (name) => name !== '' && !name.startsWith('"'),
  );
}
