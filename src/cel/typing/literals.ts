/** What is checked of literals beyond their types: one type per list or map, valid patterns and timestamps, format strings that fit. */
import { withArticle } from '../values/wording.ts';
import { type Call, type Expression } from '../syntax/expression.ts';
import { type Mistake } from '../syntax/mistake.ts';
import { childrenOf } from '../syntax/children.ts';
import { kindsOf, piecesOf } from '../library/clause.ts';
import { patternMistake } from '../library/regex.ts';
import { parseDuration, parseTimestamp } from '../values/time.ts';
import { type Value } from '../values/value.ts';
import { type Checked } from './check.ts';
import { type Declarations } from './declaration.ts';
import { type Type, describeType, parametersOf, same } from './type.ts';

/** All mistakes in literals of a checked expression. */
export function checkLiterals(
  expression: Expression,
  checked: Checked,
  declarations: Declarations,
): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const visit = (node: Expression, inFormat: boolean): void => {
    if (!inFormat) mistakes.push(...mixture(node, checked));
    if (node.kind === 'call')
      mistakes.push(...argumentMistakes(node, checked), ...ownMistakes(node, checked, declarations));
    const exempt = inFormat || (node.kind === 'call' && node.name === 'format');
    for (const child of childrenOf(node)) visit(child, exempt);
  };
  visit(expression, false);
  return mistakes;
}

/** What a function itself finds wrong with its arguments. */
function ownMistakes(node: Call, checked: Checked, declarations: Declarations): readonly Mistake[] {
  const meaning = checked.meaning(node);
  if (meaning?.kind !== 'call') return [];
  const found = declarations.function(meaning.name)?.checkLiterals?.(node.operands.map(literalOf));
  if (found === undefined) return [];
  return [{ code: 'invalidConstant', message: found.message, at: node.operands[found.index]?.at ?? node.at }];
}

/** The value of a literal, or of a list of nothing else. */
function literalOf(node: Expression): Value | undefined {
  if (node.kind === 'literal') return node.value;
  if (node.kind !== 'list') return undefined;
  const values = node.elements.map(({ value }) => literalOf(value));
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** The first element of each list or map literal that has another type than those before it. */
function mixture(node: Expression, checked: Checked): readonly Mistake[] {
  if (node.kind === 'list') {
    return firstStray(
      node.elements.map(({ value, optional }) => ({
        node: value,
        type: held(checked.type(value), optional),
      })),
      'elements of a list',
    );
  }
  if (node.kind !== 'map') return [];
  return [
    ...firstStray(
      node.entries.map(({ key }) => ({ node: key, type: checked.type(key) })),
      'keys of a map',
    ),
    ...firstStray(
      node.entries.map(({ value, optional }) => ({ node: value, type: held(checked.type(value), optional) })),
      'values of a map',
    ),
  ];
}

const held = (type: Type, optional: boolean): Type => (optional ? (parametersOf(type)[0] ?? type) : type);

function firstStray(parts: readonly { node: Expression; type: Type }[], what: string): readonly Mistake[] {
  const [first] = parts;
  const stray = parts.find(({ type }) => first !== undefined && !same(first.type, type));
  if (first === undefined || stray === undefined) return [];
  const message = `the ${what} must have one type: the first is ${describeType(first.type)}, this is ${describeType(stray.type)}`;
  return [{ code: 'mixedTypes', message, at: stray.node.at }];
}

function argumentMistakes(node: Call, checked: Checked): readonly Mistake[] {
  const [first, second] = node.operands;
  const given = node.receiver === undefined ? second : first;
  switch (node.name) {
    case 'matches':
    case 'find':
    case 'findAll': {
      const pattern = textOf(given);
      if (given === undefined || pattern === undefined || patternMistake(pattern) === undefined) return [];
      return [
        {
          code: 'invalidRegex',
          message: `this is no regular expression in RE2's syntax: ${patternMistake(pattern)}`,
          at: given.at,
        },
      ];
    }
    case 'timestamp': {
      const text = node.receiver === undefined ? textOf(first) : undefined;
      if (first === undefined || text === undefined || parseTimestamp(text) !== undefined) return [];
      return [
        {
          code: 'invalidTimestamp',
          message: 'this is no RFC 3339 timestamp such as 2026-11-21T09:00:00Z',
          at: first.at,
        },
      ];
    }
    case 'duration': {
      const text = node.receiver === undefined ? textOf(first) : undefined;
      if (first === undefined || text === undefined || parseDuration(text) !== undefined) return [];
      return [
        { code: 'invalidDuration', message: 'this is no duration such as 1h30m or 250ms', at: first.at },
      ];
    }
    case 'format':
      return formatMistakes(node, checked);
    default:
      return [];
  }
}

const textOf = (node: Expression | undefined): string | undefined =>
  node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;

/** Checks a literal format string against a literal list of values. */
function formatMistakes(node: Call, checked: Checked): readonly Mistake[] {
  const [values] = node.operands;
  const format = textOf(node.receiver);
  if (format === undefined || values?.kind !== 'list' || node.operands.length !== 1) return [];
  const pieces = piecesOf(format);
  if (typeof pieces === 'string') return [{ code: 'invalidFormat', message: pieces, at: node.at }];
  const clauses = pieces.filter((piece) => piece.kind === 'clause');
  if (clauses.length !== values.elements.length) {
    const message = `the format takes ${clauses.length} values, ${values.elements.length} are given`;
    return [{ code: 'invalidFormat', message, at: node.at }];
  }
  for (const [index, clause] of clauses.entries()) {
    const value = values.elements[index]?.value;
    const bad = value === undefined ? undefined : unprintable(value, clause.verb, checked);
    if (bad !== undefined) {
      const message = `%${clause.verb} cannot print ${withArticle(describeType(checked.type(bad)))}`;
      return [{ code: 'invalidFormat', message, at: bad.at }];
    }
  }
  return [];
}

/** The part of a value that a clause cannot print. */
function unprintable(
  node: Expression,
  verb: Parameters<typeof kindsOf>[0],
  checked: Checked,
): Expression | undefined {
  const { kind } = checked.type(node);
  if (kind !== 'dyn' && !kindsOf(verb).includes(kind)) return node;
  if (verb !== 's' || (node.kind !== 'list' && node.kind !== 'map')) return undefined;
  return childrenOf(node)
    .map((child) => unprintable(child, verb, checked))
    .find((found) => found !== undefined);
}
