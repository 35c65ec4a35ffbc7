/** Turns the library's tree over the rewritten text into an {@link Expression} over the author's source. */
import { type Expression } from './expression.ts';
import { type Desugared } from './desugar.ts';
import { expand } from './macro.ts';
import { Refusal } from './mistake.ts';
import { type Node, tooDeep } from './reader.ts';
import { type Value, Double, double, int } from '../values/value.ts';

/** Deepest nesting of the syntax tree; kube-apiserver stops at 250 of one kind. */
const maxDepth = 300;

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const operators: ReadonlyMap<string, string> = new Map([
  ['in', '@in'],
  ['!', '!_'],
]);

/** A part of the source, by offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One expression's tree in the making. */
export class Tree {
  readonly spans = new Map<Expression, Span>();
  readonly #source: Desugared;
  constructor(source: Desugared) {
    this.#source = source;
  }

  expression(node: Node, depth: number): Expression {
    const made = this.#make(node, depth);
    const end = this.#source.words[this.#indexOf(node.end - 1)]?.token.end ?? 0;
    this.spans.set(made, { start: this.#at(node.start), end });
    return made;
  }

  #make(node: Node, depth: number): Expression {
    const at = this.#at(node.start);
    if (depth > maxDepth) throw tooDeep(at);
    const inner = (child: Node): Expression => this.expression(child, depth + 1);
    switch (node.op) {
      case 'value':
        return { kind: 'literal', at, value: this.#literal(node.start, at) };
      case 'id':
        return { kind: 'identifier', at, name: this.#variable(node.args, at) };
      case '.':
      case '.?': {
        const [operand, field] = node.args;
        const optional = node.op === '.?';
        return {
          kind: 'selection',
          at: this.#at(node.pos),
          operand: inner(operand),
          field: field.slice(1),
          optional,
        };
      }
      case '[]':
      case '[?]': {
        const [operand, index] = node.args;
        if (index.op === 'map' && this.#source.constructions.has(index.start)) {
          return this.#construction(operand, index, depth);
        }
        const optional = node.op === '[?]';
        return {
          kind: 'indexing',
          at: this.#after(operand),
          operand: inner(operand),
          index: inner(index),
          optional,
        };
      }
      case 'call':
        return expand({
          at,
          name: node.args[0].slice(1),
          receiver: undefined,
          operands: node.args[1].map(inner),
        });
      case 'rcall': {
        const [name, receiver, operands] = node.args;
        const place = this.#after(receiver, 1);
        return expand({
          at: place,
          name: name.slice(1),
          receiver: inner(receiver),
          operands: operands.map(inner),
        });
      }
      case '||':
      case '&&':
        return { kind: 'logic', at, operator: node.op, terms: chainOf(node).map(inner) };
      case '?:': {
        const [condition, consequent, alternative] = node.args;
        return {
          kind: 'conditional',
          at: this.#after(condition),
          condition: inner(condition),
          consequent: inner(consequent),
          alternative: inner(alternative),
        };
      }
      case 'list': {
        const elements = node.args.map((element) => ({
          value: inner(element),
          optional: this.#isOptional(element),
        }));
        return { kind: 'list', at, elements };
      }
      case 'map':
        return {
          kind: 'map',
          at,
          entries: node.args.map(([key, value]) => ({
            key: inner(key),
            value: inner(value),
            optional: this.#isOptional(key),
          })),
        };
      case '!_':
        // The marker of an optional element became a `!` in front of its leftmost word.
        if (this.#source.optionals.has(node.start)) return inner(node.args);
        return { kind: 'call', at, name: '!_', receiver: undefined, operands: [inner(node.args)] };
      case '-_':
        return this.#negation(node.args, node.start, at, inner);
      case '!=':
      case '==':
      case 'in':
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const [left, right] = node.args;
        const place = this.#after(left);
        const text = this.#source.words[this.#indexAfter(left)]?.token.text ?? node.op;
        const name = operators.get(text) ?? `_${text}_`;
        return { kind: 'call', at: place, name, receiver: undefined, operands: [inner(left), inner(right)] };
      }
    }
  }

  #construction(type: Node, fields: Node & { op: 'map' }, depth: number): Expression {
    return {
      kind: 'construction',
      at: this.#at(type.start),
      name: this.#qualifiedName(type),
      fields: fields.args.map(([key, value]) => ({
        name: this.#fieldName(key),
        value: this.expression(value, depth + 1),
        optional: this.#isOptional(key),
        at: this.#at(key.start),
      })),
    };
  }

  #qualifiedName(node: Node): string {
    if (node.op === 'id') return node.args.slice(1);
    if (node.op === '.') return `${this.#qualifiedName(node.args[0])}.${node.args[1].slice(1)}`;
    throw new Refusal(
      'syntaxError',
      'only a type such as Object.spec may stand before {',
      this.#at(node.start),
    );
  }

  #fieldName(node: Node): string {
    if (node.op === '!_') return this.#fieldName(node.args);
    if (node.op === 'value' && typeof node.args === 'string') return node.args;
    throw new Refusal(
      'syntaxError',
      'the name of a field was expected here, without quotes',
      this.#at(node.start),
    );
  }

  #negation(operand: Node, offset: number, at: number, inner: (node: Node) => Expression): Expression {
    const direct = this.#source.words[this.#indexOf(offset) + 1]?.offset === operand.start;
    const value = operand.op === 'value' && direct ? this.#source.literals.get(operand.start) : undefined;
    const negated = value === undefined ? undefined : negate(value);
    if (negated !== undefined) return { kind: 'literal', at, value: negated };
    return { kind: 'call', at, name: '-_', receiver: undefined, operands: [inner(operand)] };
  }

  #literal(offset: number, at: number): Value {
    const value = this.#source.literals.get(offset) ?? null;
    if (value === 9223372036854775808n) {
      throw new Refusal('invalidLiteral', '9223372036854775808 is larger than an int can be', at);
    }
    return value;
  }

  #variable(name: string, at: number): string {
    const own = name.slice(1);
    if (reserved.has(own))
      throw new Refusal('reservedWord', `${own} is a reserved word and cannot be a variable`, at);
    return own;
  }

  #isOptional(node: Node): boolean {
    return this.#source.optionals.has(node.start);
  }

  /** The offset in the author's source of the word at an offset of the rewritten text. */
  #at(offset: number): number {
    return this.#source.words[this.#indexOf(offset)]?.token.start ?? 0;
  }

  /** The source offset of the word after a node, parentheses around the node skipped, and `further` words on. */
  #after(node: Node, further = 0): number {
    return this.#source.words[this.#indexAfter(node) + further]?.token.start ?? 0;
  }

  #indexAfter(node: Node): number {
    let index = this.#indexOf(node.end - 1) + 1;
    while (this.#source.words[index]?.token.text === ')') index += 1;
    return index;
  }

  #indexOf(offset: number): number {
    const { words } = this.#source;
    let low = 0;
    let high = words.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((words[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The terms of a chain of one logical operator, which the parser nests to the left. */
function chainOf(node: Node & { op: '||' | '&&' }): Node[] {
  const terms: Node[] = [];
  let left: Node = node;
  while (left.op === node.op) {
    terms.push(left.args[1]);
    left = left.args[0];
  }
  return [...terms, left].reverse();
}

function negate(value: Value): Value | undefined {
  if (typeof value === 'bigint') return int(-value);
  if (typeof value === 'number') return Number.isInteger(value) ? int(-BigInt(value)) : -value;
  return value instanceof Double ? double(-value.value) : undefined;
}
