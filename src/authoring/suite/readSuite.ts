/** Reads a Suite document: its shape, and what only the whole of it can break. */
import type { Document } from '../../config/document.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { readSchema } from '../../config/readSchema.ts';
import { suiteSchema } from './schema.ts';
import type { SuiteDocument } from './schema.ts';

/** A suite and the document that it was read from. */
export interface Suite {
  readonly document: Document;
  readonly spec: SuiteDocument;
}

/** Reads a suite; every mistake is told with its place. */
export function readSuite(document: Document): Read<Suite> {
  const shaped = readSchema(suiteSchema, document.value, document);
  if (!shaped.ok) return shaped;
  const issues: Issue[] = [];
  const report = (code: string, pointer: string, message: string): number =>
    issues.push({ code, pointer, message, file: document.file, ...document.positionOf(pointer) });
  for (const { pointer, path } of pathsOf(shaped.value)) {
    const wrong = wrongPath(path);
    if (wrong !== undefined) report('suite.path', pointer, wrong);
  }
  const { now, tests } = shaped.value;
  if (now !== undefined && !isInstant(now)) {
    report('suite.now', '/now', `"${now}" is no time; write for example 2026-01-31T12:00:00Z`);
  }
  const names = new Map<string, number>();
  for (const [index, { name, object, admissionReview, oldObject }] of tests.entries()) {
    const before = names.get(name);
    if (before !== undefined)
      report(
        'suite.duplicate',
        `/tests/${index}/name`,
        `tests[${before}] has this name too; say what is different here`,
      );
    else names.set(name, index);
    if (admissionReview === undefined && object === undefined && oldObject === undefined)
      report('suite.case', `/tests/${index}`, 'nothing is asked: give object, oldObject or admissionReview');
    if (admissionReview !== undefined && (object !== undefined || oldObject !== undefined))
      report(
        'suite.case',
        `/tests/${index}/admissionReview`,
        'an admissionReview is the whole request; leave out object and oldObject',
      );
  }
  return issues.length > 0 ? unsound(issues) : sound({ document, spec: shaped.value });
}

/** A path in a suite, with its place. */
export interface PlacedPath {
  readonly pointer: string;
  readonly path: string;
}

/** Every path that a suite names. */
export function pathsOf({ rules, inventory = [], config, tests }: SuiteDocument): readonly PlacedPath[] {
  const at = (pointer: string, value: unknown): PlacedPath[] =>
    typeof value === 'string' ? [{ pointer, path: value }] : [];
  return [
    ...rules.flatMap((value, index) => at(`/rules/${index}`, value)),
    ...inventory.flatMap((value, index) => at(`/inventory/${index}`, value)),
    ...at('/config', config),
    ...tests.flatMap(({ object, oldObject, admissionReview }, index) => [
      ...at(`/tests/${index}/object`, object),
      ...at(`/tests/${index}/oldObject`, oldObject),
      ...at(`/tests/${index}/admissionReview`, admissionReview),
    ]),
  ];
}

function wrongPath(path: string): string | undefined {
  const absolute = /^(?:[/\\~]|[a-z]:[/\\])/i.test(path);
  if (absolute || /^[a-z][a-z0-9+.-]*:\/\//i.test(path))
    return `"${path.slice(0, 120)}" is not relative; write it from the folder of this suite, such as ../rules`;
  if (path.includes('\0')) return 'a path may not hold a NUL character';
  return undefined;
}

const isInstant = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(text) &&
  !Number.isNaN(Date.parse(text));
