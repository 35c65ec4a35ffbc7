/** Where a character of a text value stands in the file: past quotes and escapes, in block scalars, in lines that were folded. */

/**
 * The offset in `text` of what stands at `index` of `value`, a string that is written from `start` on in JSON or in any style of YAML. White
 * space is counted by nobody, because folding and indentation change nothing else; an index at white space gives the end of what stands before.
 */
export function offsetInScalar(text: string, start: number, value: string, index: number): number {
  const wanted = countInk(value.slice(0, index));
  const atInk = index < value.length && !isBlank(value.charAt(index));
  let seen = 0;
  let end = bodyOf(text, start);
  for (const { char, at, next } of charactersFrom(text, start)) {
    if (isBlank(char)) continue;
    if (seen === wanted && atInk) return at;
    if (seen === wanted) break;
    seen += 1;
    end = next;
  }
  return end;
}

const isBlank = (char: string): boolean => char === ' ' || char === '\n' || char === '\t' || char === '\r';

function countInk(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) if (!isBlank(text.charAt(at))) count += 1;
  return count;
}

/** Where the content begins: behind the quote, or on the line below the header of a block. */
function bodyOf(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"' || first === "'") return start + 1;
  if (first !== '|' && first !== '>') return start;
  const line = text.indexOf('\n', start);
  return line < 0 ? text.length : line + 1;
}

interface Character {
  /** One UTF-16 unit of the value. */
  readonly char: string;
  readonly at: number;
  readonly next: number;
}

/** The units of the value in order, each with where it is written; the reader stops when it has seen enough. */
function* charactersFrom(text: string, start: number): Generator<Character> {
  const style = text.charAt(start);
  let at = bodyOf(text, start);
  while (at < text.length) {
    const char = text.charAt(at);
    if (style === '"' && char === '\\') {
      const { unit, length } = unescaped(text, at);
      for (const one of unit.split('')) yield { char: one, at, next: at + length };
      at += length;
      continue;
    }
    const doubled = style === "'" && char === "'";
    yield { char, at, next: at + 1 };
    at += doubled ? 2 : 1;
  }
}

const widths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** What an escape stands for; an escaped line break stands for nothing. */
function unescaped(text: string, at: number): { readonly unit: string; readonly length: number } {
  const letter = text.charAt(at + 1);
  const width = Object.hasOwn(widths, letter) ? widths[letter] : undefined;
  if (width !== undefined) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + width), 16);
    return { unit: code <= 0x10ffff ? String.fromCodePoint(code) : '?', length: 2 + width };
  }
  const blank = 'nrt\n\r'.includes(letter) ? ' ' : letter;
  return { unit: blank, length: 2 };
}
