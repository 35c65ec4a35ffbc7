/** Compiles the expressions of one policy, each mistake with its place in the document. */
import { type ExpressionIssue, type Expected, compile } from '../cel/compile.ts';
import { type Environment, withComposedVariable } from '../cel/environment.ts';
import type { Program } from '../cel/program.ts';
import type { Document } from '../config/document.ts';
import type { Issue } from '../config/issue.ts';
import type { Environments } from './environments.ts';

/** Compiles expressions into programs and gathers what is wrong. A program that could not be compiled is undefined: its policy is refused. */
export class Expressions {
  readonly issues: Issue[] = [];
  readonly #document: Document;
  readonly #conditions: Environment;
  #plain: Environment;
  #mutating: Environment;

  constructor(document: Document, { plain, mutating }: Environments) {
    this.#document = document;
    this.#conditions = plain;
    this.#plain = plain;
    this.#mutating = mutating;
  }

  /** A match condition, which is judged before variables exist. */
  condition(source: string, pointer: string): Program | undefined {
    return this.#compile(source, pointer, this.#conditions, 'bool');
  }

  /** A variable; expressions that are compiled after it may read it. */
  variable(name: string, source: string, pointer: string): Program | undefined {
    const program = this.#compile(source, pointer, this.#plain, 'any');
    if (program !== undefined) {
      this.#plain = withComposedVariable(this.#plain, name, program.type);
      this.#mutating = withComposedVariable(this.#mutating, name, program.type);
    }
    return program;
  }

  expression(source: string, pointer: string, expected: Expected): Program | undefined {
    return this.#compile(source, pointer, this.#plain, expected);
  }

  mutation(source: string, pointer: string, expected: Expected): Program | undefined {
    return this.#compile(source, pointer, this.#mutating, expected);
  }

  report(code: string, pointer: string, message: string): void {
    this.issues.push({
      code,
      pointer,
      message,
      file: this.#document.file,
      ...this.#document.positionOf(pointer),
    });
  }

  #compile(
    source: string,
    pointer: string,
    environment: Environment,
    expected: Expected,
  ): Program | undefined {
    if (source.trim() === '') {
      this.report('guardrail.expression', pointer, 'the expression is empty');
      return undefined;
    }
    const compiled = compile(source, environment, expected);
    if (compiled.ok) return compiled.value;
    this.issues.push(...compiled.issues.map((issue) => inDocument(issue, source, pointer, this.#document)));
    return undefined;
  }
}

/** The place of a mistake inside the document; where its text is not at hand, that of the expression. */
export function inDocument(issue: Issue, source: string, pointer: string, document: Document): Issue {
  const { line = 1, column = 1, code, message } = issue;
  const place = document.placeIn?.(pointer, indexOf(source, line, column)) ?? document.positionOf(pointer);
  const shown = isExpressionIssue(issue) ? `${message}\n${issue.excerpt}` : message;
  return { code, message: shown, pointer, file: document.file, ...place };
}

/** The index (UTF-16 units) of a line and a column, which counts characters. */
function indexOf(source: string, line: number, column: number): number {
  const lines = source.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const characters = Array.from(lines[line - 1] ?? '');
  return before + characters.slice(0, column - 1).join('').length;
}

const isExpressionIssue = (issue: Issue): issue is ExpressionIssue => 'excerpt' in issue;
