/** Which parts of an object an expression reads, told without running it. */
import { type Expression } from './syntax/expression.ts';

/**
 * One part, and the parts below it. `whole`: it is compared, given to a function or returned, so that everything below it counts. A part with nothing below it
 * that is not whole is only asked for: whether it is there, or how many items it has.
 */
export interface Reading {
  whole: boolean;
  readonly fields: Map<string, Reading>;
  /** Any item of it, where it is a list. */
  items: Reading | undefined;
}

export const nothingRead = (): Reading => ({ whole: false, fields: new Map(), items: undefined });

/** Named expressions that others read as `variables.NAME`. */
export type Variables = ReadonlyMap<string, Expression>;

/** What a value may be: parts of the object, and what a list or map that the expression makes itself holds. */
interface Traced {
  readonly parts: readonly Reading[];
  readonly inner: readonly Traced[];
}

const nothing: Traced = { parts: [], inner: [] };

type Scope = ReadonlyMap<string, Traced>;

/** Operators and functions whose value is one of their operands, or made of them, item by item. */
const passing: ReadonlySet<string> = new Set(['_+_', 'dyn', 'or', 'orValue', 'value', 'optional.of']);
/** What only asks how much there is. */
const asking: ReadonlySet<string> = new Set(['size', 'hasValue']);

/** Notes in `root` what the expression reads of the variables named in `of`; all of them are taken for one object. */
export function noteReads(
  expression: Expression,
  root: Reading,
  of: ReadonlySet<string>,
  variables: Variables,
): void {
  const trace = new Trace(root, of, variables);
  use(trace.value(expression, new Map()));
}

class Trace {
  readonly #root: Traced;
  readonly #of: ReadonlySet<string>;
  readonly #variables: Variables;
  readonly #known = new Map<string, Traced>();

  constructor(root: Reading, of: ReadonlySet<string>, variables: Variables) {
    this.#root = { parts: [root], inner: [] };
    this.#of = of;
    this.#variables = variables;
  }

  value(node: Expression, scope: Scope): Traced {
    switch (node.kind) {
      case 'literal':
        return nothing;
      case 'identifier':
        return scope.get(node.name) ?? (this.#of.has(node.name) ? this.#root : nothing);
      case 'selection': {
        const { operand, field } = node;
        const isVariable = operand.kind === 'identifier' && operand.name === 'variables';
        if (isVariable && !scope.has('variables')) return this.#variable(field);
        return fieldOf(this.value(operand, scope), field);
      }
      case 'presence':
        fieldOf(this.value(node.operand, scope), node.field);
        return nothing;
      case 'indexing': {
        const operand = this.value(node.operand, scope);
        if (node.index.kind === 'literal' && typeof node.index.value === 'string')
          return fieldOf(operand, node.index.value);
        use(this.value(node.index, scope));
        return itemOf(operand);
      }
      case 'call': {
        const given = node.receiver === undefined ? node.operands : [node.receiver, ...node.operands];
        return this.#call(node.name, given, scope);
      }
      case 'logic':
        for (const term of node.terms) use(this.value(term, scope));
        return nothing;
      case 'conditional':
        use(this.value(node.condition, scope));
        return either([this.value(node.consequent, scope), this.value(node.alternative, scope)]);
      case 'list':
        return { parts: [], inner: node.elements.map(({ value }) => this.value(value, scope)) };
      case 'map':
        for (const { key } of node.entries) use(this.value(key, scope));
        return { parts: [], inner: node.entries.map(({ value }) => this.value(value, scope)) };
      case 'construction':
        return { parts: [], inner: node.fields.map(({ value }) => this.value(value, scope)) };
      case 'comprehension':
        return this.#loop(node, scope);
      case 'optionalMapping':
        return this.value(node.body, new Map(scope).set(node.variable, this.value(node.target, scope)));
    }
  }

  #variable(name: string): Traced {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // A variable reads only those before it; this keeps a cycle, which does not load, from running forever.
    this.#known.set(name, nothing);
    const expression = this.#variables.get(name);
    const traced = expression === undefined ? nothing : this.value(expression, new Map());
    this.#known.set(name, traced);
    return traced;
  }

  #call(name: string, given: readonly Expression[], scope: Scope): Traced {
    const all = given.map((one) => this.value(one, scope));
    if (asking.has(name)) return nothing;
    if (passing.has(name)) return either(all);
    const [left, right] = given;
    // Compared with null, it is only asked for.
    const isNull = (one: Expression | undefined): boolean => one?.kind === 'literal' && one.value === null;
    if ((name === '_==_' || name === '_!=_') && (isNull(left) || isNull(right))) return nothing;
    if (name === '@in' && left?.kind === 'literal' && typeof left.value === 'string') {
      const [, container] = all;
      // Whether a map has that key, or a list that item.
      if (container !== undefined) fieldOf(container, left.value);
    }
    for (const one of all) use(one);
    return nothing;
  }

  #loop(node: Extract<Expression, { kind: 'comprehension' }>, scope: Scope): Traced {
    const range = this.value(node.range, scope);
    const inside = new Map(scope);
    const [first, second] = node.variables;
    inside.set(first, second === undefined ? itemOf(range) : nothing);
    if (second !== undefined) inside.set(second, itemOf(range));
    if (node.filter !== undefined) use(this.value(node.filter, inside));
    const step = this.value(node.step, inside);
    switch (node.form) {
      case 'all':
      case 'exists':
      case 'exists_one':
        use(step);
        return nothing;
      case 'filter':
      case 'sortBy':
        use(step);
        return range;
      case 'map':
      case 'transformList':
      case 'transformMap':
      case 'transformMapEntry':
        return { parts: [], inner: [step] };
    }
  }
}

/** The value itself counts, with everything in it. */
function use({ parts, inner }: Traced): void {
  for (const part of parts) part.whole = true;
  for (const one of inner) use(one);
}

const either = (all: readonly Traced[]): Traced => ({
  parts: all.flatMap(({ parts }) => parts),
  inner: all.flatMap(({ inner }) => inner),
});

function fieldOf({ parts, inner }: Traced, field: string): Traced {
  const below = parts.map((part) => {
    const known = part.fields.get(field) ?? nothingRead();
    part.fields.set(field, known);
    return known;
  });
  // A map that the expression makes is not followed by its keys: any of its values may be meant.
  return either([{ parts: below, inner: [] }, ...inner]);
}

const itemOf = ({ parts, inner }: Traced): Traced =>
  either([{ parts: parts.map((part) => (part.items ??= nothingRead())), inner: [] }, ...inner]);
