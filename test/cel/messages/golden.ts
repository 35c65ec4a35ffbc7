// Every mistake with the words that its author reads: the file golden.txt, written anew by `node test/cel/messages/golden.ts` and then read.
import { readFileSync, writeFileSync } from 'node:fs';
import { Budget } from '../../../src/cel/budget.ts';
import { compile, type Expected, warnings } from '../../../src/cel/compile.ts';
import { admissionEnvironment, withVariables } from '../../../src/cel/environment.ts';
import { typeOfKind } from '../../../src/cel/openapi/schema.ts';
import { bindings } from '../corpus/cases.ts';

const file = new URL('./golden.txt', import.meta.url);
const validation = admissionEnvironment();
const mutation = admissionEnvironment({ mutating: true });
const podType = typeOfKind('v1', 'Pod');
const typed = withVariables(validation, podType === undefined ? {} : { object: podType });
const expectations = new Set(['bool', 'string']);

/** What the golden file must hold: every question again, each with its answer. */
export const written = (): string => readFileSync(file, 'utf8');

/** The golden file as the code answers today. A question is a line `how: expression`. */
export const answered = (): string =>
  written()
    .split('\n')
    .filter((line) => line.startsWith('> ') || line.startsWith('# '))
    .map((line) => (line.startsWith('# ') ? `\n${line}\n\n` : block(line)))
    .join('')
    .trimStart();

function block(question: string): string {
  const [, how = '', expression = ''] = /^> (\w+): (.*)$/.exec(question) ?? [];
  return `${question}\n${answer(how, expression.replaceAll('⏎', '\n'))}\n\n`;
}

function answer(how: string, expression: string): string {
  if (how === 'warn') return shown(warnings(expression, typed));
  const expected: Expected = how === 'bool' || how === 'string' ? how : 'any';
  const compiled = compile(expression, how === 'mutation' ? mutation : validation, expected);
  if (!compiled.ok) return shown(compiled.issues as ReturnType<typeof warnings>);
  if (expectations.has(how)) return 'sound';
  const outcome = compiled.value.run(
    { variables: bindings[how === 'run' ? 'pod' : how] ?? {} },
    new Budget(),
  );
  if (outcome.ok) return `value ${typeof outcome.value}`;
  const { line, column, code, message } = outcome.error;
  return `${line}:${column} ${code}: ${message}`;
}

const shown = (issues: ReturnType<typeof warnings>): string =>
  issues
    .map(
      ({ line, column, code, message, excerpt }) =>
        `${line}:${column} ${code}: ${message}\n${excerpt.replaceAll(/^/gm, '    ')}`,
    )
    .join('\n') || 'no warning';

if (import.meta.main) writeFileSync(file, answered());
