// Asks the oracle again and writes its answers into the corpus: node test/cel/corpus/refresh.ts ORACLE, after (cd test/cel/oracle && go build -o ORACLE .).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type Answer, bindings, type Case, casesOf, topics } from './cases.ts';

interface Told {
  readonly load?: string;
  readonly type: string;
  readonly error?: string;
  readonly value?: { readonly is: unknown };
  readonly cost: number;
}

const oracle = process.argv[2] ?? 'oracle';

function ask(cases: readonly Case[]): readonly Told[] {
  const questions = cases.map(({ expression, mutation, variables, with: name }) =>
    JSON.stringify({ expression, mutation, variables, bindings: bindings[name] }),
  );
  const output = execFileSync(oracle, { input: questions.join('\n') + '\n', maxBuffer: 1 << 28 });
  return output
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
}

function answer({ load, type, error, value, cost }: Told): Answer {
  if (load !== undefined) return { refused: true };
  if (error !== undefined) return { type, failed: true };
  return { type, value: numbers(value?.is ?? null), cost };
}

/** Doubles that Go and JavaScript write differently. */
function numbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(numbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'double' ? double(inner) : numbers(inner)]),
  );
}

function double(written: unknown): unknown {
  const text = String(written).replace(/Inf$/, 'Infinity').replace('+', '');
  const number = Number(text);
  return Number.isFinite(number) && !Object.is(number, -0) ? number : Object.is(number, -0) ? '-0' : text;
}

for (const topic of topics) {
  const cases = casesOf(topic);
  const answers = ask(cases);
  if (answers.length !== cases.length)
    throw new Error(`${topic}: ${answers.length} answers to ${cases.length} questions`);
  const told = answers.map((one, index) => ({ ...cases[index], answer: answer(one) }));
  writeFileSync(new URL(`./${topic}.json`, import.meta.url), JSON.stringify(told, undefined, 2) + '\n');
}
