/** Reads the PEM file of the authority that signed the serving certificate. */
import { readFile } from 'node:fs/promises';
import type { Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';

/** Its text; that it holds a certificate is for the reader of the endpoint to say. Code: `webhooks.authority`. */
export async function readAuthorityFile(file: string): Promise<Read<string>> {
  try {
    return sound(await readFile(file, 'utf8'));
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    const message = `the authority cannot be read (${code}); name its PEM file with --ca or certificates.caFile`;
    return unsound([{ code: 'webhooks.authority', file, message }]);
  }
}
