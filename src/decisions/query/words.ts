/** The words of a text as questions find them: the same on both sides, and in both stores. */

/** Longer words are cut; nobody types them. */
const longest = 64;
/** Of one text; messages of a decision have a few dozen. */
const mostWords = 400;

/** What stands between spaces and quotes, without the punctuation around it, in lower case. */
function wholeWords(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[\s"'`(){}[\]<>,;|]+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '').slice(0, longest))
    .filter((word) => word !== '');
}

/**
 * Every word, and every part of a word between punctuation: `payments/allow-out` is found by itself, by `payments`, by `allow-out`, by `allow`
 * and by `out`; `10.0.0.0/8` by itself, by `10.0.0.0`, by `10`, `0` and `8`.
 */
export function wordsOf(texts: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of texts) {
    for (const whole of wholeWords(text)) {
      if (found.size >= mostWords) return found;
      found.add(whole);
      for (const part of whole.split(/[/=:@]+/u)) {
        if (part === '') continue;
        found.add(part);
        for (const atom of part.split(/[^\p{L}\p{N}]+/u)) if (atom !== '') found.add(atom);
      }
    }
  }
  return found;
}

export interface WantedWord {
  readonly word: string;
  /** Whether every word that begins so counts. */
  readonly prefix: boolean;
}

/** The words of a question, in its order, each once. */
export function wantedWords(text: string): readonly WantedWord[] {
  const wanted = new Map<string, WantedWord>();
  for (const given of text.split(/[\s"'`(){}[\]<>,;|]+/u)) {
    const [word] = wholeWords(given);
    if (word === undefined) continue;
    const prefix = given.endsWith('*');
    wanted.set(`${word}${prefix ? '*' : ''}`, { word, prefix });
  }
  return [...wanted.values()];
}
