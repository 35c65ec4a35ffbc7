/** Keeps an authority and a serving certificate of our own in a directory: made on first start, renewed in time. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { sound, unsound } from '../../config/issue.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { writeAtomically } from './atomicWrite.ts';
import { readFiles } from './files.ts';
import { makeAuthority, makeServing } from './issue.ts';
import type { Pair } from './issue.ts';
import type { ServingMaterial } from './material.ts';
import { openSource } from './source.ts';
import type { MaterialSource, SourceOptions } from './source.ts';

const authorityDays = 365;
const servingDays = 30;
const day = 24 * 60 * 60 * 1000;
const dnsName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const localNames: readonly string[] = ['localhost', '127.0.0.1', '::1'];

export interface CertificateDirectory {
  readonly directory: string;
  /** DNS names and IP addresses beside localhost, 127.0.0.1 and ::1. */
  readonly names?: readonly string[];
  readonly now?: () => Date;
  /** PEM file with the CA of client certificates. */
  readonly clientAuthority?: string;
}

/** Where the files of a certificate directory are; names as in a Kubernetes TLS Secret. */
export interface CertificateFiles {
  readonly authority: string;
  readonly authorityKey: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Ensured {
  readonly files: CertificateFiles;
  /** `made` also means that the authority is a new one: whoever trusts the old one must be told. */
  readonly authority: 'kept' | 'made';
  readonly serving: 'kept' | 'made';
}

export function filesIn(directory: string): CertificateFiles {
  return {
    authority: join(directory, 'ca.crt'),
    authorityKey: join(directory, 'ca.key'),
    certificate: join(directory, 'tls.crt'),
    key: join(directory, 'tls.key'),
  };
}

/** What is wrong with the names of a certificate; empty where all of them can stand in one. Code: `tls_name_invalid`. */
export const invalidNames = (names: readonly string[]): readonly Issue[] =>
  names
    .filter((name) => isIP(name) === 0 && !dnsName.test(name))
    .map((name) => ({
      code: 'tls_name_invalid',
      message: `${JSON.stringify(name)} cannot stand in a certificate; use a DNS name without wildcard, or an IP address`,
    }));

/**
 * Makes what is missing, broken or due: an authority for one year, replaced when it can no longer outlive a serving certificate, and a serving
 * certificate for 30 days, renewed after two thirds of them or when a name is new. Key files have mode 0600, the directory 0700. Codes:
 * `tls_name_invalid`, `tls_directory_unwritable`.
 */
export async function ensureCertificates(options: CertificateDirectory): Promise<Read<Ensured>> {
  const names = [...new Set([...localNames, ...(options.names ?? [])])];
  const invalid = invalidNames(names);
  if (invalid.length > 0) return unsound(invalid);
  const files = filesIn(options.directory);
  try {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    return sound(await ensure(files, names, (options.now ?? (() => new Date()))()));
  } catch (error) {
    // Asked by its code: an error of Node.js itself is no `Error` of a realm of its own, such as a test's.
    if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
    const reason = String(error.code);
    return unsound([
      {
        code: 'tls_directory_unwritable',
        file: options.directory,
        message: `certificates cannot be kept there (${reason}); name a directory that this process may write`,
      },
    ]);
  }
}

async function ensure(files: CertificateFiles, names: readonly string[], now: Date): Promise<Ensured> {
  const known = await readPair(files.authority, files.authorityKey);
  const authority = known !== undefined && outlives(known, now) ? known : undefined;
  const signer = authority ?? (await makeAuthority('Bulkhead local CA', now, authorityDays));
  if (authority === undefined) {
    await writeAtomically(files.authorityKey, signer.key, 0o600);
    await writeAtomically(files.authority, signer.certificate, 0o644);
  }
  const serving = await readPair(files.certificate, files.key);
  const kept = serving !== undefined && isCurrent(serving, signer, names, now);
  if (!kept) {
    const made = await makeServing(signer, 'bulkhead', names, now, servingDays);
    await writeAtomically(files.key, made.key, 0o600);
    await writeAtomically(files.certificate, made.certificate, 0o644);
  }
  return { files, authority: authority === undefined ? 'made' : 'kept', serving: kept ? 'kept' : 'made' };
}

/** Opens the directory as a source that renews; mistakes are those of `ensureCertificates` and `openFiles`. */
export function openDirectory(
  options: CertificateDirectory,
  source: SourceOptions & { readonly ensured?: (ensured: Ensured) => void } = {},
): Promise<Read<MaterialSource>> {
  const load = async (): Promise<Read<ServingMaterial>> => {
    const ensured = await ensureCertificates(options);
    if (!ensured.ok) return ensured;
    if (ensured.value.serving === 'made') source.ensured?.(ensured.value);
    const { certificate, key } = ensured.value.files;
    const { clientAuthority } = options;
    return readFiles({ certificate, key, ...(clientAuthority === undefined ? {} : { clientAuthority }) });
  };
  return openSource(load, { everyMillis: 60_000, ...source });
}

/** A pair that parses and matches; anything else counts as missing. */
async function readPair(certificatePath: string, keyPath: string): Promise<Pair | undefined> {
  try {
    const [certificate, key] = await Promise.all([
      readFile(certificatePath, 'utf8'),
      readFile(keyPath, 'utf8'),
    ]);
    const matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return matches ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a serving certificate made today would still be covered on its last day. */
function outlives(authority: Pair, now: Date): boolean {
  const certificate = new X509Certificate(authority.certificate);
  return (
    certificate.ca &&
    Date.parse(certificate.validFrom) <= now.getTime() &&
    Date.parse(certificate.validTo) >= now.getTime() + servingDays * day
  );
}

function isCurrent(serving: Pair, authority: Pair, names: readonly string[], now: Date): boolean {
  const certificate = new X509Certificate(serving.certificate);
  const issuer = new X509Certificate(authority.certificate);
  const from = Date.parse(certificate.validFrom);
  const due = from + ((Date.parse(certificate.validTo) - from) * 2) / 3;
  return (
    from <= now.getTime() &&
    now.getTime() < due &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    names.every(
      (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined,
    )
  );
}
