/** Serves a certificate that somebody else writes to files, such as cert-manager through a mounted Secret. */
import { readFile } from 'node:fs/promises';
import { unsound } from '../../config/issue.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { materialFrom } from './material.ts';
import type { ServingMaterial } from './material.ts';
import { openSource } from './source.ts';
import type { MaterialSource, SourceOptions } from './source.ts';

/** Paths of files in PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority?: string;
}

/** Opens the files as a source; every file that cannot be read is a mistake with code `tls_file_unreadable`. */
export function openFiles(files: TlsFiles, options: SourceOptions = {}): Promise<Read<MaterialSource>> {
  return openSource(() => readFiles(files), options);
}

/** Reads the files once. */
export async function readFiles(files: TlsFiles): Promise<Read<ServingMaterial>> {
  const [certificate, key, clientAuthority] = await Promise.all([
    text(files.certificate),
    text(files.key),
    files.clientAuthority === undefined ? undefined : text(files.clientAuthority),
  ]);
  const issues = [certificate, key, clientAuthority].filter((read) => read !== undefined && 'code' in read);
  if (issues.length > 0) return unsound(issues);
  if (!('text' in certificate) || !('text' in key)) return unsound(issues);
  return materialFrom(
    {
      certificate: certificate.text,
      key: key.text,
      ...(clientAuthority !== undefined && 'text' in clientAuthority
        ? { clientAuthority: clientAuthority.text }
        : {}),
    },
    files,
  );
}

/** The text of a file, or why it cannot be read. */
export async function text(path: string): Promise<{ readonly text: string } | Issue> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return {
      code: 'tls_file_unreadable',
      file: path,
      message: `cannot be read (${reason}); it must exist and be readable by this process`,
    };
  }
}
