/** Cuts a long YAML text at its documents, and a list, as kubectl writes it, at its items. */
import { behind, start } from '../document.ts';
import { longestPiece, tooLong } from './piece.ts';
import type { Cuts, Cutter, Piece } from './piece.ts';

const marker = /^(?:---|\.\.\.)(?:\s|$)/;
const itemsField = /^items:\s*(?:#.*)?$/;
/** Comments, blank lines and directives belong to the document that follows. */
const withoutContent = /^\s*(?:#.*)?$|^%/;

/**
 * Lines are looked at, not what they mean: a marker at the first column ends a document even inside a string, and the lines of a value are always
 * indented deeper than the dash before it. So an anchor is known in its own item only; a list whose items refer to each other is refused, as
 * an alias that leads nowhere, and not misread.
 */
export class YamlCutter implements Cutter {
  readonly #cuts: Cuts;
  readonly #longest: number;
  /** What has come and was not given out yet; lines before `#at` were looked at. */
  #text = '';
  #at = 0;
  #place = start;
  #part: 'document' | 'items' | 'tail' = 'document';
  /** Whether the document has begun, and whether its last line was `items:`. */
  #begun = false;
  #listed = false;
  /** What stands before the dash of each item. */
  #indent = '';

  constructor(cuts: Cuts, longest = longestPiece) {
    this.#cuts = cuts;
    this.#longest = longest;
  }

  *push(text: string): Generator<Piece> {
    this.#text += text;
    for (let end = this.#text.indexOf('\n', this.#at); end !== -1; end = this.#text.indexOf('\n', this.#at)) {
      const before = this.#text.length;
      yield* this.#look(this.#text.slice(this.#at, end));
      this.#at = end + 1 - (before - this.#text.length);
    }
    if (this.#text.length > this.#longest) yield tooLong(this.#place);
  }

  *end(): Generator<Piece> {
    if (this.#at < this.#text.length) yield* this.#look(this.#text.slice(this.#at));
    this.#at = this.#text.length;
    if (this.#part === 'items') {
      yield this.#give('item');
      this.#part = 'tail';
    }
    if (this.#text !== '' || this.#part === 'tail') yield this.#give(this.#part);
  }

  /** Looks at a line, and gives what ends before it. */
  *#look(line: string): Generator<Piece> {
    if (marker.test(line)) {
      if (this.#begun) {
        if (this.#part === 'items') yield this.#give('item');
        yield this.#give(this.#part === 'document' ? 'document' : 'tail');
      }
      this.#part = 'document';
      this.#begun = this.#listed = false;
      return;
    }
    if (withoutContent.test(line)) return;
    this.#begun = true;
    if (this.#part === 'items') {
      if (this.#isItem(line)) yield this.#give('item');
      else if (!/^\s/.test(line)) {
        yield this.#give('item');
        this.#part = 'tail';
      }
    } else if (this.#part === 'document') {
      if (this.#listed && /^ *-(?:\s|$)/.test(line) && this.#cuts(this.#text.slice(0, this.#at))) {
        yield this.#give('head');
        this.#part = 'items';
        this.#indent = line.slice(0, line.indexOf('-'));
      }
      this.#listed = itemsField.test(line);
    }
  }

  #isItem = (line: string): boolean =>
    line.startsWith(`${this.#indent}-`) && /^(?:\s|$)/.test(line.charAt(this.#indent.length + 1));

  #give(is: Piece['is']): Piece {
    const text = this.#text.slice(0, this.#at);
    const place = this.#place;
    this.#place = behind(text, place);
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
    // The dash makes room for what it introduces: the columns stay.
    return { is, text: is === 'item' ? text.replace('-', ' ') : text, place };
  }
}
