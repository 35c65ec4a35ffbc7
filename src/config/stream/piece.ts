/** A long text comes in pieces that can be read one by one, each knowing where it stands in the whole. */
import type { Place } from '../document.ts';

/**
 * What a piece is: a whole document, or of a list the text up to its items (`head`), one item, the text behind them (`tail`). A `mistake`
 * is told in `text`, at its place, and nothing follows it.
 */
export interface Piece {
  readonly is: 'document' | 'head' | 'item' | 'tail' | 'mistake';
  readonly text: string;
  /** Of the first character. */
  readonly place: Place;
  /** How many fields the objects of a JSON text have; absent where nobody counted. */
  readonly fields?: number;
}

/** Cuts a text that comes bit by bit. `cuts` is asked with the head of what may be a list whether its items shall come one by one. */
export interface Cutter {
  push(text: string): Iterable<Piece>;
  /** The text is over: what is left of it. */
  end(): Iterable<Piece>;
}

/** A piece of more characters is refused before the engine can hold no more; objects of Kubernetes have a few million at most. */
export const longestPiece = 2 ** 28;

/** The mistake of a piece that does not end. */
export const tooLong = (place: Place): Piece => ({
  is: 'mistake',
  text: 'what begins here is too long to be read; split it, or look for a bracket or quote that is missing',
  place,
});

export type Cuts = (head: string) => boolean;
