/** The catalogue's entries on expressions that kube-apiserver would not load either. */
import type { Entries } from './entry.ts';
import { error } from './entry.ts';

export const expressions: Entries = [
  error(
    'cel.syntaxError',
    'An expression that cannot be parsed',
    'The text is not CEL; the caret shows where reading stopped.',
    'Mend the place; most often a missing bracket, quote or operator.',
  ),
  error(
    'cel.tooLong',
    'An expression that is too long',
    'Expressions have at most 100,000 characters.',
    'Use variables.',
  ),
  error(
    'cel.tooDeep',
    'An expression nested too deeply',
    'It nests beyond what the parser takes.',
    'Put parts of it into variables.',
  ),
  error(
    'cel.reservedWord',
    'A reserved word as a name',
    'The word is kept for the language.',
    'Choose another name; a field of that name is read with brackets, as in object["in"].',
  ),
  error(
    'cel.invalidLiteral',
    'A literal that cannot be read',
    'A number is out of range, or a string has a broken escape.',
    'Correct the literal.',
  ),
  error(
    'cel.invalidMacro',
    'A macro that is used wrongly',
    'has() wants a field, loops want a simple name for their variable.',
    'Write it as in has(object.spec.replicas) or list.all(x, x > 0).',
  ),
  error(
    'cel.unknownVariable',
    'An unknown variable',
    'There are object, oldObject, request, namespaceObject, params (with paramKind), and variables.NAME for what stands above.',
    'Correct the name, or declare it under variables before it is used.',
  ),
  error(
    'cel.unknownFunction',
    'An unknown function',
    "Kubernetes' library has no function of this name.",
    'Correct the name; docs/cel.md lists what there is.',
  ),
  error('cel.unknownField', 'An unknown field', 'The type has no such field.', 'Correct the name.'),
  error(
    'cel.unknownType',
    'An unknown type',
    'There is no type of this name here; Object{} and JSONPatch{} are for mutations only.',
    'Correct the name.',
  ),
  error(
    'cel.noMatchingOverload',
    'Types that do not go together',
    'The function or operator does not take these types, for example a number and a text.',
    'Convert one side, as in string(x) or int(x).',
  ),
  error(
    'cel.typeMismatch',
    'Two types where one is needed',
    'The branches of a conditional, or the two sides, must be of one type.',
    'Make them of one type; dyn(x) where that is meant.',
  ),
  error(
    'cel.mixedTypes',
    'A literal of mixed types',
    'The items of a list or map literal are of different types.',
    'Use one type, or dyn(x).',
  ),
  error(
    'cel.notSelectable',
    'A field of something that has none',
    'Only objects and maps have fields.',
    'Read the field of the object that is meant.',
  ),
  error(
    'cel.notIterable',
    'A loop over something that is no list',
    'all, exists, map and filter go over lists and maps.',
    'Loop over the list that is meant.',
  ),
  error(
    'cel.invalidRegex',
    'A pattern that cannot be compiled',
    'The text is not a regular expression of RE2 (no look-around, no back-references).',
    'Correct the pattern.',
  ),
  error(
    'cel.invalidTimestamp',
    'A time that cannot be read',
    'A constant timestamp is none.',
    'Write for example timestamp("2026-01-31T12:00:00Z").',
  ),
  error(
    'cel.invalidDuration',
    'A time span that cannot be read',
    'A constant duration is none.',
    'Write for example duration("1h30m").',
  ),
  error(
    'cel.invalidFormat',
    'A format that cannot be used',
    'The format string does not fit its arguments.',
    'Correct the format, or the number and types of the arguments.',
  ),
  error(
    'cel.invalidConstant',
    'A constant that cannot be computed',
    'A conversion of a constant always fails.',
    'Correct the constant.',
  ),
  error(
    'cel.wrongResultType',
    'A result of the wrong type',
    'A validation and a condition are bool, a message is string; dyn is neither.',
    'Compare or convert it, as in … == true or string(…).',
  ),
  error(
    'cel.unavailable',
    'A function that is not available here',
    'The function exists, but not where this expression stands.',
    'Use it where it is available, or do without.',
  ),
];
