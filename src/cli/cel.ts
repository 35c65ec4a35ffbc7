/** `bulkhead cel`: one expression on given variables, as an admission policy would evaluate it. */
import { readFile } from 'node:fs/promises';
import { text as wholeText } from 'node:stream/consumers';
import { Option } from '@commander-js/extra-typings';
import { meaningExtensions } from '../admission/meaning/declarations.ts';
import { standaloneMeaning } from '../admission/meaning/standalone.ts';
import { Budget } from '../cel/budget.ts';
import { compile } from '../cel/compile.ts';
import { type Environment, admissionEnvironment, withVariables } from '../cel/environment.ts';
import type { ExtensionFunctions } from '../cel/evaluation/frame.ts';
import { parseExactly } from '../cel/exactJson.ts';
import { type Part, explain } from '../cel/explain.ts';
import { type Json, toDisplay } from '../cel/json.ts';
import type { Bindings, Outcome } from '../cel/program.ts';
import { dyn } from '../cel/typing/type.ts';
import { type Read, sound, unsound } from '../config/issue.ts';
import { isObject } from '../k8s/json.ts';
import type { Definition } from './command.ts';
import { configurationFrom, withConfig } from './configuration.ts';
import { tellIssues } from './diagnostics.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const more = `
The expression is checked and evaluated as in a ValidatingAdmissionPolicy of Kubernetes 1.36: object, oldObject, params, request and
namespaceObject have the types they have there and are null where FILE does not give them; any other variable in FILE may be anything.
The functions of GuardrailPolicies that tell what a NetworkPolicy means (network.*) work too, with the address ranges of --config.

Exit code: 0 with a value, 2 with an error.

Example:
  bulkhead cel --expression 'object.spec.containers.all(c, has(c.resources))' --bindings pod.json`;

export const define: Definition = (command, { terminal, run }) =>
  withConfig(command)
    .requiredOption('-e, --expression <text>', 'the expression')
    .option('-b, --bindings <file>', 'a JSON object of the variables by name; - is standard input')
    .option('--mutation', 'as in a mutation: with Object{…}, JSONPatch{…} and jsonpatch.escapeKey')
    .option('--explain', 'in JSON too: the value of each part')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText('after', more)
    .action(({ expression, bindings, mutation, explain: explained, output, config: path }) =>
      run(async () => {
        const variables = bindings === undefined ? sound({}) : await readBindings(bindings, terminal);
        const functions = await meaning(path, terminal);
        if (!variables.ok || !functions.ok) {
          tellIssues(
            [variables, functions].flatMap((read) => (read.ok ? [] : read.issues)),
            terminal,
          );
          return 2;
        }
        const environment = environmentFor(variables.value, mutation === true);
        const given = { variables: { ...absent, ...variables.value }, functions: functions.value };
        const wanted = output === 'text' || explained === true;
        return output === 'json'
          ? printJson(expression, environment, given, wanted, terminal)
          : printText(expression, environment, given, terminal);
      }),
    );

/** The functions of meaning on the configured cluster. */
async function meaning(path: string | undefined, terminal: Terminal): Promise<Read<ExtensionFunctions>> {
  const loaded = await configurationFrom({ config: path }, terminal);
  return loaded.ok ? standaloneMeaning(loaded.value.config.cluster) : loaded;
}

/** What kube-apiserver binds where a request has none. */
const absent = { object: null, oldObject: null, params: null, request: null, namespaceObject: null };

type Variables = Readonly<Record<string, unknown>>;

async function readBindings(file: string, terminal: Terminal): Promise<Read<Variables>> {
  try {
    const text = file === '-' ? await wholeText(terminal.stdin()) : await readFile(file, 'utf8');
    const value = parseExactly(text);
    if (isObject(value)) return sound(value);
    return wrong(file, 'the bindings must be a JSON object, such as {"object": {…}}');
  } catch (error) {
    const reason = error instanceof SyntaxError ? `is no JSON: ${error.message}` : 'cannot be read';
    return wrong(file, `the file of bindings ${reason}`);
  }
}

const wrong = (file: string, message: string): Read<Variables> =>
  unsound([{ code: 'cel.bindings', message, file }]);

function environmentFor(variables: Variables, mutating: boolean): Environment {
  const known = admissionEnvironment({ mutating, extensions: meaningExtensions });
  const others = Object.keys(variables).filter(
    (name) => name === 'variables' || known.variable(name) === undefined,
  );
  return withVariables(known, Object.fromEntries(others.map((name) => [name, dyn])));
}

function printJson(
  source: string,
  environment: Environment,
  bindings: Bindings,
  explained: boolean,
  terminal: Terminal,
): ExitCode {
  const print = (answer: object): void => terminal.stdout.write(`${JSON.stringify(answer)}\n`);
  const compiled = compile(source, environment, 'any');
  if (!compiled.ok) {
    const [issue] = compiled.issues;
    const { code = 'cel', message = '', line = 1, column = 1 } = issue ?? {};
    print({ error: { code, message, line, column } });
    return 2;
  }
  const parts = explained ? { parts: explain(source, environment, bindings).map(partJson) } : {};
  const shown = display(compiled.value.run(bindings, new Budget()));
  print({ ...shown, ...parts });
  return 'value' in shown ? 0 : 2;
}

/** An outcome as the JSON contract has it. */
function display(outcome: Outcome): { readonly value: unknown } | { readonly error: object } {
  if (!outcome.ok) return { error: outcome.error };
  const converted: Json = toDisplay(outcome.value);
  if (converted.ok) return { value: converted.json };
  return { error: { code: 'cel.result', message: converted.message, line: 1, column: 1 } };
}

const partJson = ({ source, line, column, outcome }: Part): object => ({
  source,
  line,
  column,
  ...display(outcome),
});

function printText(
  source: string,
  environment: Environment,
  bindings: Bindings,
  terminal: Terminal,
): ExitCode {
  const compiled = compile(source, environment, 'any');
  if (!compiled.ok) {
    tellIssues(compiled.issues, terminal);
    return 2;
  }
  const outcome = compiled.value.run(bindings, new Budget());
  const shown = display(outcome);
  if ('value' in shown) terminal.stdout.write(`${JSON.stringify(shown.value)}\n`);
  for (const part of explain(source, environment, bindings).slice(1)) {
    terminal.stderr.write(
      `${'  '.repeat(part.depth)}${cut(part.source, 60)}  =>  ${partText(part.outcome)}\n`,
    );
  }
  if (outcome.ok) return 'value' in shown ? 0 : 2;
  tellIssues([outcome.error], terminal);
  return 2;
}

const partText = (outcome: Outcome): string => {
  const shown = display(outcome);
  return 'value' in shown
    ? cut(JSON.stringify(shown.value), 80)
    : outcome.ok
      ? 'no JSON'
      : outcome.error.message;
};

const cut = (text: string, length: number): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};
