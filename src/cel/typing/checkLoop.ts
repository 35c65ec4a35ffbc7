/** The type rules of loops and of optMap, as their expansion into folds would give them. */
import { withArticle } from '../values/wording.ts';
import { type Comprehension, type OptionalMapping } from '../syntax/expression.ts';
import { type Checker } from './check.ts';
import { isDynOrError } from './inference.ts';
import * as types from './type.ts';
import { type Type } from './type.ts';

/** The type of a loop. */
export function checkComprehension(checker: Checker, node: Comprehension): Type {
  const range = checker.inference.resolve(checker.check(node.range));
  const [first, second] = variableTypes(checker, node, range);
  const [name, other] = node.variables;
  const variables = { [name]: first, ...(other === undefined ? {} : { [other]: second }) };
  return checker.within(variables, () => {
    if (node.filter !== undefined) {
      checker.expectBool(node.filter, `the condition of ${node.form}() must be a bool`);
    }
    return resultOf(checker, node, range, first);
  });
}

function resultOf(checker: Checker, node: Comprehension, range: Type, key: Type): Type {
  switch (node.form) {
    case 'all':
    case 'exists':
    case 'exists_one':
      checker.expectBool(node.step, `the condition of ${node.form}() must be a bool`);
      return types.bool;
    case 'filter':
      checker.expectBool(node.step, 'the condition of filter() must be a bool');
      return types.listOf(key);
    case 'map':
    case 'transformList':
      return types.listOf(checker.check(node.step));
    case 'transformMap':
      return types.mapOf(key, checker.check(node.step));
    case 'transformMapEntry': {
      const entry = checker.check(node.step);
      const wanted = types.mapOf(checker.inference.variable(), checker.inference.variable());
      if (checker.inference.assign(entry, wanted)) return checker.inference.resolve(wanted);
      const message = `transformMapEntry() takes a map such as {key: value}, this is ${withArticle(checker.describe(entry))}`;
      return checker.report('typeMismatch', message, node.step.at);
    }
    case 'sortBy': {
      const sort = types.listOf(checker.check(node.step));
      const sorted = checker.apply(node, '@sortByAssociatedKeys', [range, sort]);
      if (sorted !== undefined) return sorted;
      const [list, by] = [
        checker.describe(range),
        checker.describe(sort.kind === 'list' ? sort.element : sort),
      ];
      return checker.report(
        'typeMismatch',
        `sortBy() cannot order ${withArticle(list)} by ${withArticle(by)}`,
        node.at,
      );
    }
  }
}

/** What the loop variables are: element of a list, key of a map; with two, index and element or key and value. */
function variableTypes(checker: Checker, node: Comprehension, range: Type): readonly [Type, Type] {
  if (range.kind === 'list')
    return node.variables.length === 2 ? [types.int, range.element] : [range.element, types.error];
  if (range.kind === 'map') return [range.key, range.value];
  if (range.kind === 'parameter' || isDynOrError(range)) {
    checker.inference.assign(types.dyn, range);
    return [types.dyn, types.dyn];
  }
  const message = `${node.form}() loops over a list or a map, this is ${withArticle(checker.describe(range))}`;
  checker.report('notIterable', message, node.range.at);
  return [types.error, types.error];
}

/** The type of `target.optMap(x, body)`: that of `target.hasValue() ? optional.of(body) : optional.none()`. */
export function checkOptionalMapping(checker: Checker, node: OptionalMapping): Type {
  const target = checker.check(node.target);
  const held = checker.apply(node, 'value', [target]);
  const macro = node.flat ? 'optFlatMap' : 'optMap';
  if (held === undefined) {
    const message = `${macro}() is for optionals, as in object.?field.${macro}(x, …); this is ${withArticle(checker.describe(target))}`;
    return checker.report('typeMismatch', message, node.at);
  }
  const body = checker.within({ [node.variable]: held }, () => checker.check(node.body));
  const none = types.optionalOf(checker.inference.variable());
  return checker.choose([types.bool, node.flat ? body : types.optionalOf(body), none], node.at);
}
