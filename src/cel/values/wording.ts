/** Small words of messages. */

/** The word with its article: `an int`, `a uint`. */
export const withArticle = (word: string): string => (/^[aeio]/i.test(word) ? `an ${word}` : `a ${word}`);

/** The sentence that nothing joins or takes values of these kinds; `name` is that of an operator or a function. */
export function noFit(name: string, kinds: readonly string[]): string {
  const operator =
    /^_?(\W+)_$/.exec(name)?.[1] ?? (/^\W+$/.test(name) ? name : name === '@in' ? 'in' : undefined);
  const [first = '', second] = kinds;
  if (operator === undefined || name.startsWith('_['))
    return `${name}() does not take ${kinds.map(withArticle).join(' and ')}`;
  return second === undefined
    ? `${operator} does not take ${withArticle(first)}`
    : `there is no ${first} ${operator} ${second}`;
}
