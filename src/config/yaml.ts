/** Reads YAML text into documents as Kubernetes would, keeping the way back to each line. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document as Tree,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';
import { documentCodes } from './codes.ts';
import { type Document, type Part, placeAt } from './document.ts';
import { type Issue, type Read, sound, unsound } from './issue.ts';
import { toTokens } from './pointer.ts';
import { offsetInScalar } from './scalarPlace.ts';
import { isMergeKey, keyOf, YamlReading } from './yamlReading.ts';

/**
 * Reads every document of a YAML stream; empty ones are left out.
 *
 * Plain words mean what they mean to Kubernetes (scalars.ts). Refused, each with its line and column: broken syntax, duplicate keys,
 * keys that are no words, tags other than YAML's own scalars, numbers that a double would round, aliases that multiply.
 */
export function readYaml(text: string, file: string): Read<readonly Document[]> {
  const issues: Issue[] = [];
  const documents: Document[] = [];
  const at = (code: string, message: string, offset: number): Issue => ({
    code,
    message,
    file,
    ...placeAt(text, offset),
  });

  for (const tree of parse(text)) {
    if (tree === undefined) {
      issues.push(at(documentCodes.depth, 'nested too deeply to be read; flatten it', 0));
      continue;
    }
    const [error] = tree.errors;
    if (error !== undefined) {
      issues.push(at(documentCodes.syntax, explain(error), error.pos[0]));
      continue;
    }
    const reading = new YamlReading();
    const value = reading.read(tree.contents);
    issues.push(...reading.mistakes.map(({ code, message, offset }) => at(code, message, offset)));
    if (value === null) continue;
    documents.push({
      value,
      file,
      positionOf: (pointer, part = 'value') => placeAt(text, offsetOf(tree, toTokens(pointer), part)),
      placeIn: (pointer, index) => placeAt(text, offsetIn(text, tree, toTokens(pointer), index)),
    });
  }
  return issues.length === 0 ? sound(documents) : unsound(issues);
}

/** The library's composer recurses: a text nested thousands of levels deep exhausts the stack, which is the text's fault, not a bug. */
function parse(text: string): readonly (Tree.Parsed | undefined)[] {
  try {
    return [
      ...parseAllDocuments(text, {
        schema: 'failsafe',
        resolveKnownTags: false,
        uniqueKeys: false,
        prettyErrors: false,
        logLevel: 'silent',
      }),
    ];
  } catch (error) {
    if (error instanceof RangeError) return [undefined];
    throw error;
  }
}

/** One mistake makes the parser stumble over what follows, so only the first is told, in words that say what to do. */
function explain({ code, message }: YAMLError): string {
  const known = advice.get(code);
  return (
    known ?? `not valid YAML: ${message.replace('Missing closing "quote', 'a closing quote is missing')}`
  );
}

const advice: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'a tab is used for indentation; YAML wants spaces'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    'a second ": " on one line, or a line indented too far; quote the value or align the line with its siblings',
  ],
  [
    'MULTILINE_IMPLICIT_KEY',
    'expected "key: value"; a colon needs a space after it, and every line of a mapping needs a colon',
  ],
  ['BAD_SCALAR_START', 'a value may not start with this character; put quotes around it'],
]);

/** Walks from the root towards a pointer's target and stops at the last thing that exists. */
function offsetOf(tree: Tree.Parsed, tokens: readonly string[], part: Part): number {
  let node: Node | null = tree.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const token of tokens) {
    const step: Step | undefined = stepInto(tree, node, token);
    if (step === undefined) break;
    node = step.value;
    offset = (part === 'key' ? undefined : node?.range?.[0]) ?? step.offset;
    if (isMap(node) || isSeq(node)) offset = node.flow === true ? offset : step.offset;
  }
  return offset;
}

/** Walks to a scalar, past the alias that stands for it, and into it; anything else has only its own place. */
function offsetIn(text: string, tree: Tree.Parsed, tokens: readonly string[], index: number): number {
  let node: Node | null = tree.contents;
  for (const token of tokens) node = stepInto(tree, node, token)?.value ?? null;
  const scalar = isAlias(node) ? node.resolve(tree) : node;
  if (!isScalar(scalar) || typeof scalar.value !== 'string') return offsetOf(tree, tokens, 'value');
  return offsetInScalar(text, scalar.range?.[0] ?? 0, scalar.value, index);
}

interface Step {
  /** Where the key stands, or the item of a list. */
  readonly offset: number;
  readonly value: Node | null;
}

function stepInto(tree: Tree.Parsed, from: Node | null, token: string): Step | undefined {
  const node = isAlias(from) ? from.resolve(tree) : from;
  if (isSeq(node)) {
    const item = node.items[Number(token)];
    return isNode(item) ? { offset: item.range?.[0] ?? 0, value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((candidate) => keyOf(candidate.key) === token);
  if (pair !== undefined) return toStep(pair);
  for (const { key, value } of node.items) {
    if (!isMergeKey(key) || !isNode(value)) continue;
    for (const source of isSeq(value) ? value.items : [value]) {
      const step = isNode(source) ? stepInto(tree, source, token) : undefined;
      if (step !== undefined) return step;
    }
  }
  return undefined;
}

const toStep = ({ key, value }: Pair): Step => ({
  offset: (isNode(key) ? key.range?.[0] : undefined) ?? 0,
  value: isNode(value) ? value : null,
});

const isNode = (value: unknown): value is Node =>
  isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
