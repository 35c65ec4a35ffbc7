/** Cuts a long JSON text at its values, and a list at its items, looking at nothing but quotes and brackets. */
import { behind, start } from '../document.ts';
import { longestPiece, tooLong } from './piece.ts';
import type { Cuts, Cutter, Piece } from './piece.ts';

const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** A list bracket at depth one belongs to the field `items`: outside of strings nothing else can look like this. */
const itemsBefore = /[{,]\s*"items"\s*:\s*$/;
/** More than this does not stand between the name of a field and its value in any text that a program wrote. */
const reach = 64;

/**
 * Brackets are counted, not matched, and what is between them is not looked at: every piece is read strictly afterwards, and a piece that was
 * cut at a wrong bracket is then no valid JSON. Only what stands between the items of a list is read here.
 */
export class JsonCutter implements Cutter {
  readonly #cuts: Cuts;
  readonly #longest: number;
  /** What has come and was not given out yet begins at `#from`, of which everything before `#at` was looked at. */
  #text = '';
  #from = 0;
  #at = 0;
  #place = start;
  #depth = 0;
  #quoted = false;
  #fields = 0;
  #part: 'document' | 'items' | 'tail' = 'document';
  /** What may come between items: the first one, a comma, another one. */
  #awaited: 'first' | 'comma' | 'item' = 'first';
  #over = false;

  constructor(cuts: Cuts, longest = longestPiece) {
    this.#cuts = cuts;
    this.#longest = longest;
  }

  *push(text: string): Generator<Piece> {
    this.#text = this.#text.slice(this.#from) + text;
    this.#at -= this.#from;
    this.#from = 0;
    for (let piece = this.#take(); piece !== undefined; piece = this.#take()) yield piece;
    if (this.#text.length - this.#from <= this.#longest || this.#over) return;
    this.#over = true;
    yield tooLong(this.#place);
  }

  *end(): Generator<Piece> {
    if (this.#over) return;
    const part = this.#part;
    if (this.#isBetween() && part === 'items') {
      yield this.#mistake(this.#awaited === 'comma' ? '"," or "]"' : 'a value');
    } else if (this.#from < this.#text.length) yield this.#give(part === 'items' ? 'item' : part);
  }

  /** The next piece that is complete. */
  #take(): Piece | undefined {
    while (!this.#over && this.#at < this.#text.length) {
      const piece = this.#quoted ? this.#closeQuote() : this.#isBetween() ? this.#begin() : this.#look();
      if (piece !== undefined) return piece;
    }
    return undefined;
  }

  #isBetween(): boolean {
    return this.#at === this.#from && this.#depth === this.#base();
  }

  /** The depth at which pieces stand. */
  #base(): number {
    return this.#part === 'items' ? 2 : 0;
  }

  /** Before a value: blanks, and what separates items. */
  #begin(): Piece | undefined {
    const code = this.#text.charCodeAt(this.#at);
    if (isBlank(code)) {
      this.#skip();
      return undefined;
    }
    if (this.#part !== 'items') return this.#look();
    if (code === closeList && this.#awaited !== 'item') {
      this.#part = 'tail';
      return this.#look();
    }
    if (this.#awaited === 'comma') {
      if (code !== comma) return this.#mistake('"," or "]"');
      this.#awaited = 'item';
      this.#skip();
      return undefined;
    }
    if (code === closeList) return this.#mistake('another item after the comma');
    return code === comma || code === colon ? this.#mistake('a value') : this.#look();
  }

  /** Goes behind the next character that means something. */
  #look(): Piece | undefined {
    const text = this.#text;
    const inItem = this.#part === 'items';
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      // A number or a word among the items ends before what follows it.
      const ends = code === comma || code === closeList || isBlank(code);
      if (ends && inItem && this.#depth === 2 && this.#at > this.#from) return this.#closed();
      this.#at += 1;
      switch (code) {
        case quote:
          this.#quoted = true;
          return undefined;
        case colon:
          this.#fields += 1;
          break;
        case openObject:
          this.#depth += 1;
          break;
        case openList:
          this.#depth += 1;
          if (this.#depth === 2 && this.#part === 'document') return this.#open();
          break;
        case closeObject:
        case closeList: {
          this.#depth -= 1;
          if (this.#depth <= this.#base()) return this.#closed();
        }
      }
    }
    return undefined;
  }

  /** A list at depth one: gives the text before it if its items are to be cut out. */
  #open(): Piece | undefined {
    const before = this.#text.slice(Math.max(this.#from, this.#at - reach), this.#at - 1);
    if (!itemsBefore.test(before) || !this.#cuts(this.#text.slice(this.#from, this.#at))) return undefined;
    const head = this.#give('head');
    this.#part = 'items';
    this.#awaited = 'first';
    return head;
  }

  /** Behind a value: gives it if it is a whole piece. */
  #closed(): Piece | undefined {
    if (this.#depth > this.#base()) return undefined;
    if (this.#part === 'items') {
      this.#awaited = 'comma';
      return this.#give('item');
    }
    const piece = this.#give(this.#part);
    this.#part = 'document';
    this.#depth = 0;
    return piece;
  }

  /** Goes behind the quote that ends a string, if it has come. */
  #closeQuote(): Piece | undefined {
    const end = this.#text.indexOf('"', this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
    if (end === -1) return undefined;
    let slashes = 0;
    while (this.#text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    this.#quoted = slashes % 2 === 1;
    return this.#quoted ? undefined : this.#closed();
  }

  #skip(): void {
    this.#at += 1;
    this.#place = behind(this.#text.slice(this.#from, this.#at), this.#place);
    this.#from = this.#at;
  }

  #give(is: Piece['is']): Piece {
    const text = this.#text.slice(this.#from, this.#at);
    const piece = { is, text, place: this.#place, fields: this.#fields };
    this.#place = behind(text, this.#place);
    this.#from = this.#at;
    this.#fields = 0;
    return piece;
  }

  #mistake(expected: string): Piece {
    this.#over = true;
    const found = this.#text.charAt(this.#at);
    const shown = found === '' ? 'the end of the text' : JSON.stringify(found);
    return {
      is: 'mistake',
      text: `not valid JSON: expected ${expected}, found ${shown}`,
      place: this.#place,
    };
  }
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
