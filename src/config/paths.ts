/** Finds and reads the files that a person names: files, directories, standard input. */
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathCodes } from './codes.ts';
import type { Document } from './document.ts';
import { type Issue, type Read, sound, unsound } from './issue.ts';
import { readChunks } from './stream/documentStream.ts';

/** How standard input is read; injected, since a process has only one. */
export interface Sources {
  stdin(): AsyncIterable<Uint8Array>;
}

const readable = /\.(?:yaml|yml|json)$/;

/**
 * Reads every document behind the paths, in the order given: a file as it is, a directory's `*.yaml`, `*.yml` and `*.json` with all
 * below it in the order of their names, `-` for standard input.
 *
 * Names that start with a dot are passed over inside a directory: a mounted ConfigMap holds every file twice, once below `..data`.
 * A path that is missing, unreadable or a directory without such files is an issue; all issues of all files are told at once.
 */
export async function readPaths(
  paths: readonly string[],
  sources: Sources,
): Promise<Read<readonly Document[]>> {
  const { documents, issues } = await readEach(paths, sources);
  return issues.length === 0 ? sound(documents) : unsound(issues);
}

/** What could be read of some files, and what could not. */
export interface PartlyRead {
  readonly documents: readonly Document[];
  readonly issues: readonly Issue[];
}

/** The same, for whoever goes on with the files that can be read. */
export async function readEach(paths: readonly string[], sources: Sources): Promise<PartlyRead> {
  const documents: Document[] = [];
  const issues: Issue[] = [];
  for await (const read of streamPaths(paths, sources)) {
    if (read.ok) documents.push(read.value);
    else issues.push(...read.issues);
  }
  return { documents, issues };
}

/**
 * Reads the same documents one after the other, for whoever keeps little of each: what is long is never held as a whole (an export of a
 * cluster has hundreds of megabytes). Documents of a file may come before a mistake in it is told.
 */
export async function* streamPaths(
  paths: readonly string[],
  sources: Sources,
): AsyncGenerator<Read<Document>> {
  for (const path of paths) {
    for (const found of path === '-' ? [sound('-')] : await filesBehind(path)) {
      if (found.ok) yield* streamOne(found.value, sources);
      else yield found;
    }
  }
}

async function* streamOne(file: string, sources: Sources): AsyncGenerator<Read<Document>> {
  try {
    yield* readChunks(
      file === '-' ? sources.stdin() : createReadStream(file, { highWaterMark: chunk }),
      file,
    );
  } catch (error) {
    yield unsound([failure(file, error)]);
  }
}

/** How much is read at a time. */
const chunk = 2 ** 20;

/** Every readable file behind a path that is not `-`, in order; at least one, or the reason why not. */
export async function filesBehind(path: string): Promise<readonly Read<string>[]> {
  const found = await walk(path, new Set());
  if (found.length > 0) return found;
  return [
    unsound([
      { code: pathCodes.empty, message: 'this directory holds no *.yaml, *.yml or *.json', file: path },
    ]),
  ];
}

/** `above` holds the real directories on the way down, so that a link to one of them ends the walk instead of turning it in circles. */
async function walk(path: string, above: ReadonlySet<string>): Promise<readonly Read<string>[]> {
  try {
    if (!(await stat(path)).isDirectory())
      return above.size === 0 || readable.test(path) ? [sound(path)] : [];
    const real = await realpath(path);
    if (above.has(real)) return [];
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    const found: Read<string>[] = [];
    for (const name of names) found.push(...(await walk(join(path, name), new Set([...above, real]))));
    return found;
  } catch (error) {
    return [unsound([failure(path, error)])];
  }
}

/** A failed system call as an issue; anything else that is thrown is a bug. */
function failure(file: string, error: unknown): Issue {
  if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
  switch (error.code) {
    case 'ENOENT':
      return { code: pathCodes.missing, message: 'there is no such file or directory; check the path', file };
    case 'EACCES':
    case 'EPERM':
      return {
        code: pathCodes.unreadable,
        message: 'may not be read by this user; check its permissions',
        file,
      };
    default:
      return { code: pathCodes.unreadable, message: `cannot be read (${String(error.code)})`, file };
  }
}
