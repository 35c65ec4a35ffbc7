/** `bulkhead test --update`: writes what is into the expectations of failing cases; every other character of the file stays as it is. */
import { readFile, writeFile } from 'node:fs/promises';
import { isAlias, isCollection, isMap, isNode, isScalar, Lexer, parseAllDocuments } from 'yaml';
import type { Document, Node, YAMLMap } from 'yaml';
import { actualExpectation } from '../../authoring/suite/actual.ts';
import { casePassed } from '../../authoring/suite/runSuite.ts';
import type { CaseResult, SuiteResult } from '../../authoring/suite/runSuite.ts';
import { toTokens } from '../../config/pointer.ts';
import type { Terminal } from '../terminal.ts';
import { flowText } from './flow.ts';

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
    const text = await readFile(file, 'utf8');
    const after = updated(text, failing, file.endsWith('.json'));
    if (after === text) continue;
    await writeFile(file, after);
    written.push(file);
  }
  return written;
}

const isUpdatable = (one: CaseResult): boolean =>
  !casePassed(one) && one.issues.length === 0 && one.outcome !== undefined;

/** One replacement of a part of the text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text of a file with the expectations of failing cases rewritten. */
export function updated(text: string, failing: readonly SuiteResult[], json: boolean): string {
  const trees = parseAllDocuments(text);
  const edits = failing.flatMap(({ inputs, cases }) => {
    const tree = treeOf([...trees], inputs.suite.document.positionOf('').line, text);
    if (tree === undefined) return [];
    return cases.filter(isUpdatable).flatMap((one) => editsOf(tree, one, text, json));
  });
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((sum, { from, to, text: put }) => sum.slice(0, from) + put + sum.slice(to), text);
}

/** The document of a stream that begins last before a line. */
function treeOf(trees: readonly Document.Parsed[], line: number, text: string): Document.Parsed | undefined {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  return trees.findLast(({ contents }) => lineOf(contents?.range[0] ?? 0) <= line);
}

function editsOf(
  tree: Document.Parsed,
  { inputs, outcome }: CaseResult,
  text: string,
  json: boolean,
): readonly Edit[] {
  if (outcome === undefined) return [];
  const path = toTokens(inputs.pointer).map((token) => (/^[0-9]+$/.test(token) ? Number(token) : token));
  const known = inputs.case.expect;
  const fields = Object.entries(actualExpectation(known ?? {}, outcome));
  const expectation = tree.getIn([...path, 'expect'], true);
  if (known === undefined || !isMap(expectation)) {
    const home = tree.getIn(path, true);
    return isMap(home) ? [added(home, [['expect', Object.fromEntries(fields)]], text, json)] : [];
  }
  const missing = fields.filter(([field]) => !expectation.has(field));
  return [
    ...fields.flatMap(([field, value]) => {
      const node = expectation.get(field, true);
      return isNode(node) ? [replaced(node, value, text, json)] : [];
    }),
    ...(missing.length === 0 ? [] : [added(expectation, missing, text, json)]),
  ];
}

/**
 * A value in the place of another; white space and comments behind it stay. What stood on lines of its own moves up behind its key, or, below a
 * comment, further in than its key: a list in block style need not be.
 */
function replaced(node: Node, value: unknown, text: string, json: boolean): Edit {
  const [from, to] = extentOf(node, text);
  const put = flowText(value, json);
  if (!isCollection(node) || node.flow === true) return { from, to, text: put };
  const told = [put, ...commentsIn(text.slice(from, to))].join(' ');
  const before = text.slice(0, from).trimEnd();
  return before.endsWith(':')
    ? { from: before.length, to, text: ` ${told}` }
    : { from, to, text: `  ${told}` };
}

/** The comments of a value that goes: they are about its place, and stay there. */
const commentsIn = (text: string): readonly string[] =>
  [...new Lexer().lex(text)].filter((token) => token.startsWith('#'));

/** Fields at the end of a mapping, in its own style. */
function added(
  map: YAMLMap,
  fields: readonly (readonly [string, unknown])[],
  text: string,
  json: boolean,
): Edit {
  const written = fields.map(([field, value]) => `${flowText(field, json)}: ${flowText(value, json)}`);
  const last = map.items.at(-1);
  const end = isNode(last?.value) ? extentOf(last.value, text)[1] : (map.range?.[0] ?? 0) + 1;
  if (map.flow === true) {
    const list = written.join(', ');
    return { from: end, to: end, text: last === undefined ? ` ${list} ` : `, ${list}` };
  }
  const first = map.items[0]?.key;
  const start = isScalar(first) ? (first.range?.[0] ?? 0) : (map.range?.[0] ?? 0);
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  // Behind a comment on the line of the last value.
  const lineEnd = text.indexOf('\n', end);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return { from: at, to: at, text: written.map((line) => `\n${indent}${line}`).join('') };
}

/** From where to where a value is written, without the white space behind it. */
function extentOf(node: Node, text: string): readonly [number, number] {
  const from = node.range?.[0] ?? 0;
  const to = node.range?.[1] ?? from;
  const slice = text.slice(from, to);
  return [from, isAlias(node) ? to : from + slice.trimEnd().length];
}
