/** The macros of Kubernetes' dialect: calls that are loops, presence tests or mappings of optionals. */
import { type ComprehensionForm, type Expression } from './expression.ts';
import { Refusal } from './mistake.ts';

interface Invocation {
  readonly at: number;
  readonly name: string;
  readonly receiver: Expression | undefined;
  readonly operands: readonly Expression[];
}

interface Shape {
  readonly form: ComprehensionForm;
  /** How many of the first arguments name loop variables. */
  readonly variables: 1 | 2;
  readonly filtered: boolean;
}

const shape = (form: ComprehensionForm, variables: 1 | 2, filtered = false): Shape => ({
  form,
  variables,
  filtered,
});

/** By name and number of arguments, as kube-apiserver registers them (`existsOne` takes two variables only). */
const loops: ReadonlyMap<string, Shape> = new Map([
  ['all/2', shape('all', 1)],
  ['all/3', shape('all', 2)],
  ['exists/2', shape('exists', 1)],
  ['exists/3', shape('exists', 2)],
  ['exists_one/2', shape('exists_one', 1)],
  ['exists_one/3', shape('exists_one', 2)],
  ['existsOne/3', shape('exists_one', 2)],
  ['map/2', shape('map', 1)],
  ['map/3', shape('map', 1, true)],
  ['filter/2', shape('filter', 1)],
  ['transformList/3', shape('transformList', 2)],
  ['transformList/4', shape('transformList', 2, true)],
  ['transformMap/3', shape('transformMap', 2)],
  ['transformMap/4', shape('transformMap', 2, true)],
  ['transformMapEntry/3', shape('transformMapEntry', 2)],
  ['transformMapEntry/4', shape('transformMapEntry', 2, true)],
  ['sortBy/2', shape('sortBy', 1)],
]);

/** How a macro is written, for one that was given the wrong number of arguments; undefined if there is no such macro. */
export function macroUsage(name: string): string | undefined {
  if (name === 'optMap' || name === 'optFlatMap') return `optional.${name}(x, …)`;
  const forms = [...loops]
    .filter(([key]) => key.startsWith(`${name}/`))
    .map(([, { variables }]) => variables);
  const written = [...new Set(forms)].map(
    (variables) => `list.${name}(${variables === 1 ? 'x' : 'i, x'}, …)`,
  );
  return written.length === 0 ? undefined : written.join(' or ');
}

/** Turns a call into what it means: a macro if it is one, otherwise a plain call. Throws a {@link Refusal} for a macro used wrongly. */
export function expand(call: Invocation): Expression {
  const { at, name, receiver, operands } = call;
  if (receiver === undefined) return name === 'has' ? presence(call) : { kind: 'call', ...call };
  const loop = loops.get(`${name}/${operands.length}`);
  if (loop !== undefined) return comprehension(call, receiver, loop);
  if ((name === 'optMap' || name === 'optFlatMap') && operands.length === 2) {
    const [variable, body] = operands;
    if (variable === undefined || body === undefined) return { kind: 'call', ...call };
    return {
      kind: 'optionalMapping',
      at,
      flat: name === 'optFlatMap',
      target: receiver,
      variable: nameOf(variable, name),
      body,
    };
  }
  return { kind: 'call', ...call };
}

function presence(call: Invocation): Expression {
  const [tested] = call.operands;
  if (call.operands.length !== 1 || tested === undefined) return { kind: 'call', ...call };
  if (tested.kind !== 'selection' || tested.optional) {
    throw new Refusal('invalidMacro', 'has() takes a field, as in has(object.spec.replicas)', tested.at);
  }
  return { kind: 'presence', at: tested.at, operand: tested.operand, field: tested.field };
}

function comprehension(call: Invocation, range: Expression, loop: Shape): Expression {
  const names = call.operands.slice(0, loop.variables).map((operand) => nameOf(operand, call.name));
  const rest = call.operands.slice(loop.variables);
  const [first = '', second] = names;
  if (first === second) {
    throw new Refusal(
      'invalidMacro',
      `both variables of ${call.name}() are called ${first}`,
      call.operands[1]?.at ?? call.at,
    );
  }
  const step = rest.at(-1);
  if (step === undefined) return { kind: 'call', ...call };
  return {
    kind: 'comprehension',
    at: call.at,
    form: loop.form,
    range,
    variables: second === undefined ? [first] : [first, second],
    filter: loop.filtered ? rest[0] : undefined,
    step,
  };
}

function nameOf(operand: Expression, macro: string): string {
  if (operand.kind !== 'identifier') {
    throw new Refusal(
      'invalidMacro',
      `${macro}() takes the name of a variable here, as in list.${macro}(item, …)`,
      operand.at,
    );
  }
  if (operand.name === '__result__') {
    throw new Refusal('invalidMacro', '__result__ cannot be the name of a loop variable', operand.at);
  }
  return operand.name;
}
