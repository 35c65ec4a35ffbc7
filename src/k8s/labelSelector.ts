/** metav1.LabelSelector: its shape, its validation (ValidateLabelSelector) and what it means for one concrete set of labels. */
import type { Decoder } from './decoder.ts';
import { isLabelValue, isQualifiedName } from './syntax.ts';

/** Labels of one object. A Map, because label keys are user data and `__proto__` may be one. */
export type Labels = ReadonlyMap<string, string>;

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** `matchLabels` and `matchExpressions` together: every one must hold. The empty selector selects everything. */
export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly SelectorRequirement[];
}

/** The label keys that a selector asks for. */
export const selectorKeys = (selector: LabelSelector | undefined): readonly string[] =>
  selector === undefined
    ? []
    : [...selector.matchLabels.keys(), ...selector.matchExpressions.map(({ key }) => key)];

/** More values than this in one requirement are refused as not provable: the algebra's cost is counted in them (semantics.md 2.2). */
export const mostSelectorValues = 64;

const noRequirements: readonly SelectorRequirement[] = [];

const operators: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);
const isOperator = (text: string): text is SelectorOperator => operators.has(text);

/** Reads a selector; mistakes go to the decoder. `lenientValues` tolerates label values that are malformed (AllowInvalidLabelValueInSelector). */
export function decodeSelector(
  decoder: Decoder,
  value: unknown,
  pointer: string,
  lenientValues = false,
): LabelSelector {
  const object = decoder.object(value, pointer, ['matchLabels', 'matchExpressions']);
  const matchLabels = decoder.stringMap(object['matchLabels'], `${pointer}/matchLabels`);
  for (const [key, text] of matchLabels) {
    checkKey(decoder, key, `${pointer}/matchLabels`);
    checkValue(decoder, text, `${pointer}/matchLabels`, lenientValues);
  }
  const listed = decoder.list(object['matchExpressions'], `${pointer}/matchExpressions`);
  if (listed.length === 0) return { matchLabels, matchExpressions: noRequirements };
  const matchExpressions = listed.flatMap((item, index) => {
    const at = `${pointer}/matchExpressions/${index}`;
    return decodeRequirement(decoder, item, at, lenientValues) ?? [];
  });
  return { matchLabels, matchExpressions };
}

function decodeRequirement(
  decoder: Decoder,
  value: unknown,
  pointer: string,
  lenientValues: boolean,
): SelectorRequirement | undefined {
  const object = decoder.object(value, pointer, ['key', 'operator', 'values']);
  const key = decoder.string(object['key'], `${pointer}/key`) ?? '';
  const operator = decoder.string(object['operator'], `${pointer}/operator`) ?? '';
  const values = decoder.strings(object['values'], `${pointer}/values`);
  checkKey(decoder, key, `${pointer}/key`);
  for (const text of values) checkValue(decoder, text, `${pointer}/values`, lenientValues);
  if (!isOperator(operator)) {
    decoder.report(
      'selector.operator',
      `${pointer}/operator`,
      `"${operator}" is no selector operator; use In, NotIn, Exists or DoesNotExist`,
    );
    return undefined;
  }
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (needsValues && values.length === 0) {
    decoder.report('selector.values', `${pointer}/values`, `${operator} needs at least one value`);
  }
  if (!needsValues && values.length > 0) {
    decoder.report('selector.values', `${pointer}/values`, `${operator} takes no values; remove them`);
  }
  return { key, operator, values };
}

function checkKey(decoder: Decoder, key: string, pointer: string): void {
  if (!isQualifiedName(key)) {
    decoder.report('selector.key', pointer, `"${key.slice(0, 80)}" is no valid label key ([prefix/]name)`);
  }
}

function checkValue(decoder: Decoder, text: string, pointer: string, lenient: boolean): void {
  if (!lenient && !isLabelValue(text)) {
    decoder.report('selector.value', pointer, `"${text.slice(0, 80)}" is no valid label value`);
  }
}

/** Whether the selector selects an object with these labels (labels.Selector.Matches): NotIn also selects objects without the key. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of selector.matchLabels) if (labels.get(key) !== value) return false;
  return selector.matchExpressions.every((requirement) => {
    const value = labels.get(requirement.key);
    switch (requirement.operator) {
      case 'In':
        return value !== undefined && requirement.values.includes(value);
      case 'NotIn':
        return value === undefined || !requirement.values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}
