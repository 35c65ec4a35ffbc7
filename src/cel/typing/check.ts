/** The type checker: what every part of an expression may be, and every mistake that shows before it runs (after cel-go's checker). */
import { withArticle } from '../values/wording.ts';
import { type Call, type Expression, type Indexing } from '../syntax/expression.ts';
import { macroUsage } from '../syntax/macro.ts';
import { type Mistake, type MistakeCode } from '../syntax/mistake.ts';
import { checkConstruction, checkList, checkMap } from './checkBuild.ts';
import { checkComprehension, checkOptionalMapping } from './checkLoop.ts';
import { conditional, customary } from './customs.ts';
import { type Declarations, type OverloadDeclaration, suggestion } from './declaration.ts';
import { Inference, isDynOrError } from './inference.ts';
import { noOverload, resolve } from './resolve.ts';
import * as types from './type.ts';
import { type Type, describeType } from './type.ts';

/** What the checker found out about a node: its type, and what its name or call means. */
export interface Checked {
  readonly type: (node: Expression) => Type;
  readonly meaning: (node: Expression) => Meaning | undefined;
}

export type Meaning =
  | { readonly kind: 'type'; readonly name: string }
  /** `name` is the full name of the function; without `member` the receiver was only part of that name. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly member: boolean;
      readonly overloads: readonly OverloadDeclaration[];
    };

/** Checks an expression; all mistakes are told, in the order of the source. */
export function check(
  expression: Expression,
  declarations: Declarations,
): { readonly checked: Checked; readonly mistakes: readonly Mistake[] } {
  const checker = new Checker(declarations);
  checker.check(expression);
  return { checked: checker, mistakes: checker.mistakes.toSorted((a, b) => a.at - b.at) };
}

/** The state of one check; the loops are in checkLoop.ts. */
export class Checker implements Checked {
  readonly inference = new Inference();
  readonly mistakes: Mistake[] = [];
  readonly declarations: Declarations;
  readonly #types = new Map<Expression, Type>();
  readonly #meanings = new Map<Expression, Meaning>();
  #scope: ReadonlyMap<string, Type> = new Map();

  constructor(declarations: Declarations) {
    this.declarations = declarations;
  }

  type(node: Expression): Type {
    return this.inference.resolve(this.#types.get(node) ?? types.dyn, true);
  }

  meaning(node: Expression): Meaning | undefined {
    return this.#meanings.get(node);
  }

  report(code: MistakeCode, message: string, at: number): Type {
    this.mistakes.push({ code, message, at });
    return types.error;
  }

  /** Runs `body` with loop variables in scope. */
  within(variables: Readonly<Record<string, Type>>, body: () => Type): Type {
    const outer = this.#scope;
    this.#scope = new Map([...outer, ...Object.entries(variables)]);
    const type = body();
    this.#scope = outer;
    return type;
  }

  check(node: Expression): Type {
    const type = this.#typeOf(node);
    this.#types.set(node, type);
    return type;
  }

  #typeOf(node: Expression): Type {
    switch (node.kind) {
      case 'literal':
        return types.literalType(node.value);
      case 'identifier':
        return this.#identifier(node.name, node);
      case 'selection':
        return this.#qualified(node) ?? this.#field(node.operand, node.field, node.optional, node.at);
      case 'presence':
        this.#field(node.operand, node.field, false, node.at);
        return types.bool;
      case 'indexing':
        return this.#index(node);
      case 'call':
        return this.#call(node);
      case 'logic':
        for (const term of node.terms) this.expectBool(term, `${node.operator} joins bools`);
        return types.bool;
      case 'conditional': {
        const parts = [node.condition, node.consequent, node.alternative].map((part) => this.check(part));
        return this.choose(parts, node.at);
      }
      case 'list':
        return checkList(this, node);
      case 'map':
        return checkMap(this, node);
      case 'construction':
        return checkConstruction(this, node);
      case 'comprehension':
        return checkComprehension(this, node);
      case 'optionalMapping':
        return checkOptionalMapping(this, node);
    }
  }

  /** The type of `condition ? a : b`. */
  choose(parts: readonly Type[], at: number): Type {
    const [condition = types.dyn, consequent = types.dyn, alternative = types.dyn] = parts;
    if (!this.inference.assign(condition, types.bool)) {
      return this.report(
        'typeMismatch',
        `a condition must be a bool, this is ${withArticle(this.describe(condition))}`,
        at,
      );
    }
    const result = this.inference.variable();
    if (this.inference.assignAll([consequent, alternative], [result, result])) {
      return this.inference.resolve(result);
    }
    const [a, b] = [this.describe(consequent), this.describe(alternative)];
    return this.report('typeMismatch', `both outcomes of ?: must have one type, these are ${a} and ${b}`, at);
  }

  expectBool(node: Expression, reason: string): void {
    const type = this.check(node);
    if (!this.inference.assign(type, types.bool)) {
      this.report('typeMismatch', `${reason}, this is ${withArticle(this.describe(type))}`, node.at);
    }
  }

  /** Resolves the method that a macro stands for on the argument types; undefined if no overload fits. */
  apply(node: Expression, name: string, operands: readonly Type[]): Type | undefined {
    const declaration = this.declarations.function(name);
    const resolution =
      declaration === undefined ? undefined : resolve(this.inference, declaration, true, operands);
    if (resolution === undefined) return undefined;
    this.#meanings.set(node, { kind: 'call', name, member: true, overloads: resolution.overloads });
    return resolution.type;
  }

  describe(type: Type): string {
    return describeType(this.inference.resolve(type, true));
  }

  #identifier(name: string, node: Expression): Type {
    const local = this.#scope.get(name) ?? this.declarations.variable(name);
    if (local !== undefined) return local;
    const named = this.declarations.typeName(name);
    if (named !== undefined) return this.#typeName(name, named, node);
    if (name === 'authorizer') {
      const message =
        "authorizer is not available: an admission webhook cannot ask the API server's authorizer";
      return this.report('unavailable', message, node.at);
    }
    const hint =
      conditional.get(name) ??
      suggestion(name, [...this.#scope.keys(), ...this.declarations.variableNames()]);
    return this.report('unknownVariable', `there is no variable ${name}${hint}`, node.at);
  }

  #typeName(name: string, type: Type, node: Expression): Type {
    this.#meanings.set(node, { kind: 'type', name });
    return types.typeOf(type);
  }

  /** A selection that spells a type's name, such as google.protobuf.Timestamp. */
  #qualified(node: Expression): Type | undefined {
    const name = qualifiedName(node);
    const type = name === undefined ? undefined : this.declarations.typeName(name);
    return name === undefined || type === undefined ? undefined : this.#typeName(name, type, node);
  }

  #field(operand: Expression, field: string, optional: boolean, at: number): Type {
    const type = this.inference.resolve(this.check(operand));
    const target = type.kind === 'optional' ? type.value : type;
    const found = this.#fieldOf(target, field, at);
    return optional || type.kind === 'optional' ? types.optionalOf(found) : found;
  }

  #fieldOf(target: Type, field: string, at: number): Type {
    if (target.kind === 'map') return target.value;
    if (target.kind === 'object') {
      const found = target.field(field);
      if (found !== undefined) return found;
      const hint = suggestion(field, target.names());
      const message =
        target.name === 'kubernetes.variables'
          ? `there is no variable variables.${field}${hint}`
          : `${target.name} has no field ${field}${hint}`;
      return this.report('unknownField', message, at);
    }
    if (target.kind === 'parameter') this.inference.assign(types.dyn, target);
    else if (!isDynOrError(target)) {
      const hint = target.kind === 'list' ? '; look at each element, as in .all(x, …) or .map(x, …)' : '';
      this.report(
        'notSelectable',
        `${withArticle(describeType(target))} has no fields, so .${field} cannot be read from it${hint}`,
        at,
      );
    }
    return types.dyn;
  }

  #index(node: Indexing): Type {
    const operands = [this.check(node.operand), this.check(node.index)];
    return this.#resolve(node, node.optional ? '_[?_]' : '_[_]', false, operands, node.at);
  }

  #call(node: Call): Type {
    const { receiver, name } = node;
    const prefix = receiver === undefined ? undefined : qualifiedName(receiver);
    const full = prefix === undefined ? undefined : `${prefix}.${name}`;
    const qualified = full !== undefined && this.declarations.function(full) !== undefined;
    if (!qualified && this.declarations.function(name) === undefined) return this.#unknown(node, full);
    const operands = node.operands.map((operand) => this.check(operand));
    if (receiver === undefined) return this.#resolve(node, name, false, operands, node.at);
    if (qualified) return this.#resolve(node, full, false, operands, node.at);
    const target = this.#receiver(receiver, full);
    return this.#resolve(node, node.name, true, [target, ...operands], node.at);
  }

  /** The receiver of a method; a name that only begins functions, as lists in lists.range, is told as such. */
  #receiver(receiver: Expression, full: string | undefined): Type {
    const before = this.mistakes.length;
    const type = this.check(receiver);
    const first = this.mistakes[before];
    if (full !== undefined && receiver.kind === 'identifier' && first?.code === 'unknownVariable') {
      const family = this.declarations.functionNames().filter((name) => name.startsWith(`${receiver.name}.`));
      const last = full.slice(receiver.name.length + 1);
      if (family.length > 0 || this.declarations.function(last) === undefined) {
        const hint = suggestion(full, family) || (family.length > 0 ? `; there is ${family.join(', ')}` : '');
        const message = `there is no function ${full}()${hint}`;
        this.mistakes.splice(before, 1, { code: 'unknownFunction', message, at: first.at });
      }
    }
    return type;
  }

  /** A call of what is no function: its arguments, perhaps those of a macro that does not exist, are not looked at. */
  #unknown({ receiver, name, at }: Call, full: string | undefined): Type {
    if (receiver !== undefined && this.#receiver(receiver, full).kind === 'error') return types.error;
    const usage = receiver === undefined ? undefined : macroUsage(name);
    if (usage !== undefined) return this.report('invalidMacro', `${name}() is written ${usage}`, at);
    const usual = customary.get(name.toLowerCase());
    const hint =
      usual === undefined ? suggestion(name, this.declarations.functionNames()) : `; did you mean ${usual}?`;
    return this.report('unknownFunction', `there is no function ${name}()${hint}`, at);
  }

  #resolve(node: Expression, name: string, member: boolean, operands: readonly Type[], at: number): Type {
    const declaration = this.declarations.function(name);
    if (declaration === undefined) {
      return this.report('unknownFunction', `there is no function ${name}()`, at);
    }
    const resolution = resolve(this.inference, declaration, member, operands);
    if (resolution === undefined) {
      const given = operands.map((type) => this.inference.resolve(type, true));
      return this.report('noMatchingOverload', noOverload(declaration, member, given), at);
    }
    this.#meanings.set(node, { kind: 'call', name, member, overloads: resolution.overloads });
    return resolution.type;
  }
}

/** The dotted name that a chain of selections spells, if it is one. */
export function qualifiedName(node: Expression): string | undefined {
  if (node.kind === 'identifier') return node.name;
  if (node.kind !== 'selection' || node.optional) return undefined;
  const prefix = qualifiedName(node.operand);
  return prefix === undefined ? undefined : `${prefix}.${node.field}`;
}
