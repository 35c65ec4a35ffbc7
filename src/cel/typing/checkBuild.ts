/** The type rules of literals that build something: lists, maps and the objects of mutations. */
import { withArticle } from '../values/wording.ts';
import {
  type Construction,
  type Expression,
  type ListLiteral,
  type MapLiteral,
} from '../syntax/expression.ts';
import { type Checker } from './check.ts';
import { suggestion } from './declaration.ts';
import { isDynOrError, lessSpecific } from './inference.ts';
import * as types from './type.ts';
import { type Type, describeType } from './type.ts';

/** The type of `[…]`. */
export function checkList(checker: Checker, node: ListLiteral): Type {
  let joined: Type | undefined;
  for (const { value, optional } of node.elements) {
    joined = join(checker, joined, elementType(checker, value, optional));
  }
  return types.listOf(joined ?? checker.inference.variable());
}

/** The type of `{…}`. */
export function checkMap(checker: Checker, node: MapLiteral): Type {
  let keys: Type | undefined;
  let values: Type | undefined;
  for (const { key, value, optional } of node.entries) {
    keys = join(checker, keys, checker.check(key));
    values = join(checker, values, elementType(checker, value, optional));
  }
  return types.mapOf(keys ?? checker.inference.variable(), values ?? checker.inference.variable());
}

/** The type of a value in a literal; where it is marked optional, the type of what the optional holds. */
function elementType(checker: Checker, node: Expression, optional: boolean): Type {
  const type = checker.inference.resolve(checker.check(node));
  if (!optional) return type;
  if (type.kind === 'optional') return type.value;
  if (!isDynOrError(type)) {
    checker.report(
      'typeMismatch',
      `after ? an optional is expected, this is ${withArticle(checker.describe(type))}`,
      node.at,
    );
  }
  return type;
}

function join(checker: Checker, joined: Type | undefined, type: Type): Type {
  if (joined === undefined) return type;
  if (!checker.inference.assign(joined, type)) return types.dyn;
  return lessSpecific(joined, type) ? joined : type;
}

/** The type of `Object.spec{…}`. */
export function checkConstruction(checker: Checker, node: Construction): Type {
  const type = checker.declarations.constructible(node.name);
  if (type === undefined) {
    const message =
      node.name.startsWith('Object') || node.name === 'JSONPatch'
        ? `${node.name}{…} exists in mutations only`
        : `there is no type ${node.name} to make a value of`;
    checker.report('unknownType', message, node.at);
  }
  for (const field of node.fields) {
    const value = elementType(checker, field.value, field.optional);
    const expected = type?.field(field.name);
    if (type !== undefined && expected === undefined) {
      const hint = suggestion(field.name, type.names());
      checker.report('unknownField', `${node.name} has no field ${field.name}${hint}`, field.at);
    } else if (expected !== undefined && !checker.inference.assign(expected, value)) {
      const message = `${node.name}.${field.name} is ${withArticle(describeType(expected))}, this is ${withArticle(checker.describe(value))}`;
      checker.report('typeMismatch', message, field.at);
    }
  }
  return type ?? types.error;
}
