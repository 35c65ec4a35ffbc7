/** `bulkhead test --update`: writes what is into the expectations of failing cases; everything else of the file stays, comments too. */
import { readFile, writeFile } from 'node:fs/promises';
import { isMap, isScalar, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { actualExpectation } from '../authoring/suite/actual.ts';
import { casePassed } from '../authoring/suite/runSuite.ts';
import type { CaseResult, SuiteResult } from '../authoring/suite/runSuite.ts';
import { toTokens } from '../config/pointer.ts';
import type { Terminal } from './terminal.ts';

/** Rewrites the files of suites with failing cases; answers which. Cases that could not be asked stay as they are. */
export async function updateSuites(
  results: readonly SuiteResult[],
  terminal: Terminal,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const [file, suites] of Map.groupBy(results, (result) => result.file)) {
    const failing = suites.filter(({ cases }) => cases.some(isUpdatable));
    if (failing.length === 0) continue;
    if (file === '-') {
      terminal.stderr.write('error: --update cannot write to standard input\n');
      continue;
    }
    await writeFile(file, updated(await readFile(file, 'utf8'), failing, file.endsWith('.json')));
    written.push(file);
  }
  return written;
}

const isUpdatable = (one: CaseResult): boolean =>
  !casePassed(one) && one.issues.length === 0 && one.outcome !== undefined;

/** The text of a file with the expectations of failing cases rewritten. */
export function updated(text: string, failing: readonly SuiteResult[], json: boolean): string {
  const documents = parseAllDocuments(text, { keepSourceTokens: true });
  const trees = [...documents];
  for (const { inputs, cases } of failing) {
    const tree = treeOf(trees, inputs.suite.document.positionOf('').line, text);
    if (tree === undefined) continue;
    for (const one of cases.filter(isUpdatable)) rewrite(tree, one);
  }
  if (json) return `${JSON.stringify(trees[0]?.toJS() ?? null, undefined, 2)}\n`;
  const indentSeq = !/^( *)[\w."'-]+:[^\n]*\n\1- /m.test(text);
  return trees.map((tree) => tree.toString({ lineWidth: 0, indentSeq })).join('');
}

/** The document of a stream that begins last before a line. */
function treeOf(trees: readonly Document.Parsed[], line: number, text: string): Document.Parsed | undefined {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  return trees.findLast(({ contents }) => lineOf(contents?.range[0] ?? 0) <= line);
}

function rewrite(tree: Document.Parsed, { inputs, outcome }: CaseResult): void {
  if (outcome === undefined) return;
  const path = toTokens(inputs.pointer).map((token) => (/^[0-9]+$/.test(token) ? Number(token) : token));
  const expected = inputs.case.expect ?? {};
  for (const [field, value] of Object.entries(actualExpectation(expected, outcome))) {
    const at = [...path, 'expect', field];
    const known = tree.getIn(at, true);
    if (isScalar(known) && typeof value === 'string') known.value = value;
    else tree.setIn(at, kept(tree.createNode(value), known));
  }
}

/** A new value with the comments of the old one. */
function kept(node: ReturnType<Document.Parsed['createNode']>, known: unknown): unknown {
  if (typeof known === 'object' && known !== null && 'comment' in known && typeof known.comment === 'string')
    node.comment = known.comment;
  if (
    typeof known === 'object' &&
    known !== null &&
    'commentBefore' in known &&
    typeof known.commentBefore === 'string'
  )
    node.commentBefore = known.commentBefore;
  if (isMap(known)) return node;
  return node;
}
