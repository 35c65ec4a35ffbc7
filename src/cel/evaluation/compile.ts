/** Compiles a checked expression to closures: no interpreter, no look-up of names, no copies at run time. */
import { type Definition } from '../library/definition.ts';
import { type Expression } from '../syntax/expression.ts';
import { type Checked } from '../typing/check.ts';
import { TypeValue } from '../values/value.ts';
import { type Evaluate } from './frame.ts';
import { compileConstruction, compileList, compileMap } from './build.ts';
import { compileCall } from './call.ts';
import { compileConditional, compileLogic } from './logic.ts';
import { compileComprehension } from './loop.ts';
import { compileOptionalMapping } from './optionalMapping.ts';
import { type Compiled, type Compiling, type Scope, constant, dynamic } from './node.ts';
import { compilePath, compilePresence } from './path.ts';

/** A compiled expression and the frame it needs. */
export interface Code {
  readonly evaluate: Evaluate;
  /** The variables of the environment it reads, with the slot of each. */
  readonly globals: ReadonlyMap<string, number>;
  readonly slots: number;
}

/** Compiles an expression that checked without mistakes. */
export function generate(
  expression: Expression,
  checked: Checked,
  definition: (name: string) => Definition | undefined,
): Code {
  const compiler = new Compiler(checked, definition);
  const { evaluate } = compiler.compile(expression, new Map());
  return { evaluate, globals: compiler.globals, slots: compiler.slots };
}

class Compiler implements Compiling {
  readonly checked: Checked;
  readonly definition: (name: string) => Definition | undefined;
  readonly globals = new Map<string, number>();
  slots = 0;

  constructor(checked: Checked, definition: (name: string) => Definition | undefined) {
    this.checked = checked;
    this.definition = definition;
  }

  local(): number {
    this.slots += 1;
    return this.slots - 1;
  }

  global(name: string): number {
    const known = this.globals.get(name);
    if (known !== undefined) return known;
    const slot = this.local();
    this.globals.set(name, slot);
    return slot;
  }

  compile(node: Expression, scope: Scope, bare = false): Compiled {
    const meaning = this.checked.meaning(node);
    if (meaning?.kind === 'type') return constant(new TypeValue(runtimeName(meaning.name)));
    switch (node.kind) {
      case 'literal':
        return constant(node.value);
      case 'identifier':
        return dynamic(read(scope.get(node.name) ?? this.global(node.name), bare ? 0 : 1));
      case 'selection':
      case 'indexing':
        return compilePath(this, node, scope, bare);
      case 'presence':
        return compilePresence(this, node, scope);
      case 'call':
        return compileCall(this, node, scope);
      case 'logic':
        return compileLogic(this, node, scope);
      case 'conditional':
        return compileConditional(this, node, scope);
      case 'list':
        return compileList(this, node, scope);
      case 'map':
        return compileMap(this, node, scope);
      case 'construction':
        return compileConstruction(this, node, scope);
      case 'comprehension':
        return compileComprehension(this, node, scope);
      case 'optionalMapping':
        return compileOptionalMapping(this, node, scope);
    }
  }
}

const read =
  (slot: number, cost: number): Evaluate =>
  (frame) => {
    frame.cost += cost;
    return frame.slots[slot] ?? null;
  };

/** What `type()` calls the type that goes by this name. */
const runtimeName = (name: string): string => (name === 'null' ? 'null_type' : name);
