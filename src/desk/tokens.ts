/** Tokens of a file: who holds each, and which tenants it opens. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Issue, Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import type { Gate, Reader } from './access.ts';

/** Readers by the SHA-256 of their token: looking one up tells nothing about the others by the time that it takes. */
type Tokens = ReadonlyMap<string, Reader>;

const shortest = 24;
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * Reads lines of `NAME TENANTS TOKEN`, where TENANTS is `*` or names with commas between them; a line with a token alone opens everything to the reader
 * `token`. `#` begins a comment. Codes: `desk.tokenFile`, `desk.token`; messages never hold a token.
 */
export function readTokens(text: string, file: string): Read<Tokens> {
  const tokens = new Map<string, Reader>();
  const issues: Issue[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line
      .replace(/^\s*#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) continue;
    const wrong = (message: string): unknown =>
      issues.push({ code: 'desk.token', file, line: index + 1, message });
    const [name = '', scope = '', token = ''] = words.length === 1 ? ['token', '*', words[0]] : words;
    const tenants = scope.split(',').filter((tenant) => tenant !== '');
    if (words.length === 2 || words.length > 3)
      wrong('a line is NAME TENANTS TOKEN (TENANTS: * or names with commas), or a token alone');
    else if (token.length < shortest || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
      wrong(
        `a token has at least ${shortest} letters, digits or -._~+/; make one with: openssl rand -hex 32`,
      );
    else if (tenants.length === 0) wrong('names no tenant; write * for all');
    else if (tokens.has(hashOf(token))) wrong('holds the token of a line before; give everybody their own');
    else tokens.set(hashOf(token), scope === '*' ? { name } : { name, tenants });
  }
  if (tokens.size === 0 && issues.length === 0)
    issues.push({
      code: 'desk.token',
      file,
      message: 'holds no token; write one, or lines of NAME TENANTS TOKEN',
    });
  return issues.length > 0 ? unsound(issues) : sound(tokens);
}

/** A gate that reads the file again when it has changed; one that became unreadable or wrong keeps the tokens that it had, and tells. */
export function tokenGate(file: string, refusedFile: (issues: readonly Issue[]) => void): Read<Gate> {
  const first = load(file);
  if (!first.ok) return first;
  let tokens = first.value;
  let seen = stampOf(file);
  return sound((token) => {
    const stamp = stampOf(file);
    if (stamp !== seen) {
      seen = stamp;
      const again = load(file);
      if (again.ok) tokens = again.value;
      else refusedFile(again.issues);
    }
    const reader = tokens.get(hashOf(token));
    return Promise.resolve(reader === undefined ? undefined : { ok: true, reader });
  });
}

/** Makes a file with one token that opens everything, readable by its owner only; one that is there stays. */
export function ensureTokenFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function load(file: string): Read<Tokens> {
  try {
    return readTokens(readFileSync(file, 'utf8'), file);
  } catch (error) {
    const message = `cannot be read (${codeOf(error)}); name a file that this process may read in desk.tokenFile`;
    return unsound([{ code: 'desk.tokenFile', file, message }]);
  }
}

/** The code of a system error; asked by its shape, for an error of Node.js itself is no `Error` of a realm of its own, such as a test's. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return 'gone';
  }
}
