/** Which overloads of a function a call may mean, and what it gives (after cel-go's resolveOverload). */
import { withArticle } from '../values/wording.ts';
import { type FunctionDeclaration, type OverloadDeclaration } from './declaration.ts';
import { type Inference } from './inference.ts';
import { type Type, describeType, dyn, same } from './type.ts';

/** The overloads that fit, and the type of the result: dyn where they disagree. */
export interface Resolution {
  readonly type: Type;
  readonly overloads: readonly OverloadDeclaration[];
}

/** Tries every overload on the argument types (the receiver first); undefined if none fits. */
export function resolve(
  inference: Inference,
  declaration: FunctionDeclaration,
  member: boolean,
  operands: readonly Type[],
): Resolution | undefined {
  const overloads: OverloadDeclaration[] = [];
  let type: Type | undefined;
  for (const overload of declaration.overloads) {
    if (overload.member !== member || overload.parameters.length !== operands.length) continue;
    const [result = dyn, ...parameters] = inference.instantiate([overload.result, ...overload.parameters]);
    if (!inference.assignAll(operands, parameters)) continue;
    overloads.push(overload);
    const found = inference.resolve(result);
    if (type === undefined) type = found;
    else if (type.kind !== 'dyn' && !same(found, type)) type = dyn;
  }
  return type === undefined ? undefined : { type, overloads };
}

const operators: ReadonlyMap<string, string> = new Map([
  ['_[_]', 'index'],
  ['_[?_]', 'index'],
  ['@in', 'in'],
  ['!_', '!'],
  ['-_', 'minus'],
]);

/** The sentence for a call that no overload fits: what was given, and what is taken. */
export function noOverload(
  declaration: FunctionDeclaration,
  member: boolean,
  operands: readonly Type[],
): string {
  const { name } = declaration;
  const given = operands.map(describeType);
  const binary = /^_(\W+)_$/.exec(name)?.[1] ?? (name === '@in' ? 'in' : undefined);
  if (binary !== undefined && operands.length === 2) {
    return `there is no ${given[0] ?? ''} ${binary} ${given[1] ?? ''}${binary === 'in' ? '' : conversion(given)}`;
  }
  if (name === '_[_]' || name === '_[?_]') {
    return `${withArticle(given[0] ?? '')} cannot be indexed with ${withArticle(given[1] ?? '')}: lists take an int, maps a key of their key type`;
  }
  const operator = operators.get(name);
  if (operator !== undefined) return `${operator} does not take ${withArticle(given.join(', '))}`;
  const taken = declaration.overloads.filter((overload) => overload.member === member).map(shown(name));
  if (taken.length === 0) {
    return member
      ? `${name} is a function, not a method: write ${name}(…)`
      : `${name} is a method, not a function: write value.${name}(…)`;
  }
  const [receiver = '', ...rest] = given;
  const call = member ? `${receiver}.${name}(${rest.join(', ')})` : `${name}(${given.join(', ')})`;
  return `there is no ${call}; there is ${listed(taken)}`;
}

const shown =
  (name: string) =>
  (overload: OverloadDeclaration): string => {
    const [receiver, ...rest] = overload.parameters.map(describeType);
    return overload.member
      ? `${receiver ?? ''}.${name}(${rest.join(', ')})`
      : `${name}(${overload.parameters.map(describeType).join(', ')})`;
  };

const listed = (items: readonly string[]): string =>
  items.length > 4 ? `${items.slice(0, 4).join(', ')} and ${items.length - 4} more` : items.join(', ');

const numeric: ReadonlySet<string> = new Set(['int', 'uint', 'double']);

/** What makes two operands of different types comparable. */
function conversion(given: readonly string[]): string {
  const has = (type: string): boolean => given.includes(type);
  if (given.every((type) => numeric.has(type))) return '; convert one side with int(), uint() or double()';
  if (has('string') && given.some((type) => numeric.has(type)))
    return '; write numbers without quotes, or convert with string() or int()';
  if (given.some((type) => /^(list|map)\(/.test(type)) && given.some((type) => numeric.has(type)))
    return '; compare its size()';
  if (has('string') && has('bool')) return '; write true and false without quotes';
  return has('bool') && given.some((type) => numeric.has(type)) ? '; write true or false' : '';
}
