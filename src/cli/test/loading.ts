/** Finds suites and reads everything that they name, never beyond the repository that they are in. */
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { CaseInputs } from '../../authoring/suite/caseRequest.ts';
import { readSuite } from '../../authoring/suite/readSuite.ts';
import type { Suite } from '../../authoring/suite/readSuite.ts';
import { suiteKind } from '../../authoring/suite/schema.ts';
import type { SuiteInputs } from '../../authoring/suite/world.ts';
import type { Document, Place } from '../../config/document.ts';
import { readBytes } from '../../config/documents.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { filesBehind, readPaths } from '../../config/paths.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { Terminal } from '../terminal.ts';

/** The suites behind some paths, in order, and what keeps others from being read. */
export interface FoundSuites {
  readonly suites: readonly Suite[];
  readonly issues: readonly Issue[];
}

/** Every Suite in files and directories. In a directory only files that mention suites are read; a file that is named has to hold one. */
export async function findSuites(paths: readonly string[], terminal: Terminal): Promise<FoundSuites> {
  const suites: Suite[] = [];
  const issues: Issue[] = [];
  const take = (read: Read<readonly Document[]>, file: string, named: boolean): void => {
    if (!read.ok) {
      issues.push(...read.issues);
      return;
    }
    const own = read.value.filter(isSuite);
    if (own.length === 0 && named) {
      const message = `holds no Suite (apiVersion ${suiteKind.apiVersion}, kind ${suiteKind.kind})`;
      issues.push({ code: 'suite.missing', message, file });
    }
    for (const document of own) {
      const suite = readSuite(document);
      if (suite.ok) suites.push(suite.value);
      else issues.push(...suite.issues);
    }
  };
  for (const path of paths) {
    if (path === '-') {
      take(readBytes(await buffer(terminal.stdin()), '-'), '-', true);
      continue;
    }
    const files = await filesBehind(path);
    const named = files.length === 1 && files[0]?.ok === true && files[0].value === path;
    const before = suites.length + issues.length;
    for (const file of files) {
      if (!file.ok) issues.push(...file.issues);
      else if (named || (await mentionsSuites(file.value)))
        take(await readPaths([file.value], terminal), file.value, named);
    }
    if (suites.length + issues.length === before)
      issues.push({ code: 'suite.missing', message: 'this directory holds no Suite', file: path });
  }
  return { suites, issues };
}

const isSuite = ({ value }: Document): boolean =>
  isObject(value) &&
  (stringAt(value, 'kind') === suiteKind.kind ||
    stringAt(value, 'apiVersion')?.startsWith('test.bulkhead.dev/') === true);

/** A file that cannot be read is read again, and told, by whoever reads documents. */
async function mentionsSuites(file: string): Promise<boolean> {
  try {
    return (await readFile(file)).includes('test.bulkhead.dev/');
  } catch {
    return true;
  }
}

/** A suite with its documents, and the paths that they came from, for whoever watches them. */
export interface LoadedSuite {
  readonly suite: Suite;
  readonly inputs: Read<SuiteInputs>;
  readonly files: readonly string[];
}

/** Reads what a suite names. */
export async function loadSuite(suite: Suite, terminal: Terminal): Promise<LoadedSuite> {
  const reading = new SuiteReading(suite, terminal);
  const inputs = await reading.inputs();
  return { suite, inputs, files: reading.files };
}

class SuiteReading {
  readonly files: string[] = [];
  readonly #suite: Suite;
  readonly #terminal: Terminal;
  readonly #folder: string;
  readonly #issues: Issue[] = [];

  constructor(suite: Suite, terminal: Terminal) {
    this.#suite = suite;
    this.#terminal = terminal;
    this.#folder = suite.document.file === '-' ? '.' : dirname(suite.document.file);
  }

  async inputs(): Promise<Read<SuiteInputs>> {
    const { spec } = this.#suite;
    const rules = await this.#all('/rules', spec.rules);
    const inventory = await this.#all('/inventory', spec.inventory ?? []);
    const config = await this.#one('/config', spec.config);
    const cases: CaseInputs[] = [];
    for (const [index, one] of spec.tests.entries()) {
      const pointer = `/tests/${index}`;
      cases.push({
        case: one,
        pointer,
        object: await this.#one(`${pointer}/object`, one.object),
        oldObject: await this.#one(`${pointer}/oldObject`, one.oldObject),
        admissionReview: await this.#one(`${pointer}/admissionReview`, one.admissionReview),
      });
    }
    if (this.#issues.length > 0) return unsound(this.#issues);
    return sound({ suite: this.#suite, rules, inventory, config, cases });
  }

  async #all(pointer: string, items: readonly unknown[]): Promise<readonly Document[]> {
    const lists: (readonly Document[])[] = [];
    for (const [index, item] of items.entries())
      lists.push(await this.#documents(`${pointer}/${index}`, item));
    return lists.flat();
  }

  async #one(pointer: string, item: unknown): Promise<Document | undefined> {
    if (item === undefined) return undefined;
    const [document, another] = await this.#documents(pointer, item);
    if (
      typeof item === 'string' &&
      (document === undefined || another !== undefined) &&
      this.#issues.length === 0
    )
      this.#report(
        'suite.document',
        pointer,
        `${item} holds ${document === undefined ? 'no document' : 'several documents'}; name a file with one, or write the object here`,
      );
    return document;
  }

  async #documents(pointer: string, item: unknown): Promise<readonly Document[]> {
    if (typeof item !== 'string') return [part(this.#suite.document, pointer)];
    const path = join(this.#folder, item);
    this.files.push(path);
    if (!(await staysInside(this.#folder, path))) {
      const message = `${item} leaves the repository that this suite is in; keep what it names inside`;
      this.#report('suite.path', pointer, message);
      return [];
    }
    const read = await readPaths([path], this.#terminal);
    if (read.ok) return read.value;
    for (const issue of read.issues) {
      if (issue.code.startsWith('path.')) this.#report(issue.code, pointer, `${item}: ${issue.message}`);
      else this.#issues.push(issue);
    }
    return [];
  }

  #report(code: string, pointer: string, message: string): void {
    const { file, positionOf } = this.#suite.document;
    this.#issues.push({ code, pointer, message, file, ...positionOf(pointer) });
  }
}

/** A document that stands inside another one. */
function part(document: Document, pointer: string): Document {
  const value = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (at, token) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, token)
          ? Reflect.get(at, token)
          : undefined,
      document.value,
    );
  const { file, positionOf, placeIn } = document;
  return {
    value,
    file,
    positionOf: (below, what) => positionOf(`${pointer}${below}`, what),
    ...(placeIn === undefined
      ? {}
      : { placeIn: (below, index): Place => placeIn(`${pointer}${below}`, index) }),
  };
}

/** Whether a path, links followed, stays below the nearest folder above the suite that holds a repository; everything does where there is none. */
async function staysInside(folder: string, path: string): Promise<boolean> {
  const root = repositoryAbove(await real(folder));
  if (root === undefined) return true;
  const way = relative(root, await real(path));
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) !== way;
}

function repositoryAbove(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** What does not exist is told when it is read. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(path);
  }
}
