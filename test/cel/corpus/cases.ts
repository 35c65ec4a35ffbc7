// The corpus: expressions with what the CEL of kube-apiserver 1.36 makes of them, as command oracle answered.
import { readFileSync, readdirSync } from 'node:fs';
import { admissionEnvironment, withComposedVariable } from '../../../src/cel/environment.ts';
import { Budget } from '../../../src/cel/budget.ts';
import { compile } from '../../../src/cel/compile.ts';
import { type Program } from '../../../src/cel/program.ts';
import { composed } from '../../../src/cel/variables.ts';
import { encode, typeText } from '../encode.ts';

/** What becomes of an expression: it is refused at load, it fails, or it has a value; `cost` in units of Kubernetes. */
export type Answer =
  | { readonly refused: true }
  | { readonly type: string; readonly failed: true }
  | { readonly type: string; readonly value: unknown; readonly cost: number };

export interface Case {
  readonly expression: string;
  /** Whose variables: a key of bindings.json. */
  readonly with: string;
  readonly mutation?: true;
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly answer?: Answer;
}

type Variables = Readonly<Record<string, unknown>>;

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`./${file}.json`, import.meta.url), 'utf8'));

/** The objects that expressions are run on, by name. */
export const bindings = read('bindings') as Readonly<Record<string, Variables>>;

/** Names of the files of cases. */
export const topics: readonly string[] = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.json') && file !== 'bindings.json')
  .map((file) => file.replace(/\.json$/, ''));

export const casesOf = (topic: string): readonly Case[] => read(topic) as readonly Case[];

const validation = admissionEnvironment();
const mutation = admissionEnvironment({ mutating: true });
const limit = 10_000_000;
const absent = { object: null, oldObject: null, params: null, request: null, namespaceObject: null };

/** What Bulkhead makes of a case. */
export function answerOf(one: Case): Answer {
  let environment = one.mutation === true ? mutation : validation;
  const programs = new Map<string, Program>();
  for (const { name, expression } of one.variables ?? []) {
    const variable = compile(expression, environment, 'any');
    if (!variable.ok) return { refused: true };
    programs.set(name, variable.value);
    environment = withComposedVariable(environment, name, variable.value.type);
  }
  const compiled = compile(one.expression, environment, 'any');
  if (!compiled.ok) return { refused: true };
  const type = typeText(compiled.value.type);
  const budget = new Budget(limit);
  const variables = { ...absent, ...bindings[one.with] };
  const outcome = compiled.value.run(
    { variables: { ...variables, variables: composed(programs, { variables }, budget) } },
    budget,
  );
  if (!outcome.ok) return { type, failed: true };
  return { type, value: plain(encode(outcome.value)), cost: limit - budget.remaining };
}

/** As JSON shows it, so that answers of both sides compare. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, infinite)) as unknown;

const infinite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
