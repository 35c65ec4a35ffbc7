/** Reads the documents of a long text one after the other, and a list item by item, so that nobody has to hold all of it. */
import { documentCodes } from '../codes.ts';
import { behind, moved, start } from '../document.ts';
import type { Document, Part, Place } from '../document.ts';
import { itemDocuments, kindOf, listingOf, looksLikeJson, readBytes } from '../documents.ts';
import type { Listing } from '../documents.ts';
import { sound, unsound } from '../issue.ts';
import type { Read } from '../issue.ts';
import { readJson } from '../json.ts';
import { decodeTexts } from '../text.ts';
import { readYaml } from '../yaml.ts';
import { JsonCutter } from './jsonCutter.ts';
import { readJsonItem } from './jsonItem.ts';
import type { Cuts, Cutter, Piece } from './piece.ts';
import { YamlCutter } from './yamlCutter.ts';

interface Format {
  readonly cutter: (cuts: Cuts) => Cutter;
  readonly read: (text: string, file: string) => Read<readonly Document[]>;
  readonly readItem: (piece: Piece, file: string) => Read<readonly Document[]>;
  /** What makes a document of a list's head. */
  readonly close: string;
}

const formats: Readonly<Record<'json' | 'yaml', Format>> = {
  json: { cutter: (cuts) => new JsonCutter(cuts), read: readJson, readItem: readJsonItem, close: ']}' },
  yaml: {
    cutter: (cuts) => new YamlCutter(cuts),
    read: readYaml,
    readItem: ({ text }, file) => readYaml(text, file),
    close: '',
  },
};

/** What is shorter than this is read in one piece. */
const long = 4 * 2 ** 20;

/** What some editors and shells put before a text in UTF-8; it is no part of the text. */
const byteOrderMark = Buffer.from('\uFEFF');

/**
 * Reads the documents of a text that comes bit by bit: one that is not long as `readBytes` reads it, a long one as {@link readDocumentStream}
 * does.
 */
export async function* readChunks(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  most = long,
): AsyncGenerator<Read<Document>> {
  const [beginning, rest] = await split(chunks, Math.max(most, byteOrderMark.length));
  if (rest === undefined) {
    const read = readBytes(beginning, file);
    if (!read.ok) {
      yield read;
      return;
    }
    for (const document of read.value) yield sound(document);
    return;
  }
  const isMarked = beginning.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const text = isMarked ? beginning.subarray(byteOrderMark.length) : beginning;
  const format = looksLikeJson(text.subarray(0, 1_000).toString('latin1'), file) ? 'json' : 'yaml';
  yield* readDocumentStream(decodeTexts(joined(text, rest), file), file, format);
}

/** The beginning, and what comes behind it; undefined where that was all. */
async function split(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): Promise<readonly [Buffer, AsyncIterator<Uint8Array> | undefined]> {
  const iterator = chunks[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  for (let length = 0; length <= most;) {
    const next = await iterator.next();
    if (next.done === true) return [Buffer.concat(begun), undefined];
    begun.push(next.value);
    length += next.value.length;
  }
  return [Buffer.concat(begun), iterator];
}

async function* joined(beginning: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield beginning;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    // Behind a mistake nobody reads on, and what feeds us must not wait for that.
    await rest.return?.();
  }
}

/**
 * Reads what comes bit by bit, as `readDocuments` reads it in one piece. What differs: documents before a mistake have been given when it is
 * told; an alias of YAML does not lead from one item of a list to another; and what turns out to be no List only behind its items is refused.
 */
async function* readDocumentStream(
  texts: AsyncIterable<Read<string>>,
  file: string,
  format: 'json' | 'yaml',
): AsyncGenerator<Read<Document>> {
  const reading = new Reading(file, formats[format]);
  for await (const text of texts) {
    if (!text.ok) {
      yield text;
      return;
    }
    for (const piece of reading.cutter.push(text.value)) {
      yield* reading.take(piece);
      // JSON has no end behind a mistake, and what is too long has none at all.
      if (reading.broken && (format === 'json' || piece.is === 'mistake')) return;
    }
  }
  for (const piece of reading.cutter.end()) yield* reading.take(piece);
}

class Reading {
  readonly cutter: Cutter;
  broken = false;
  readonly #file: string;
  readonly #format: Format;
  #head: Piece | undefined;
  /** What the items have from their list; undefined where it names its kind only behind them. */
  #list: Listing | undefined;

  constructor(file: string, format: Format) {
    this.#file = file;
    this.#format = format;
    this.cutter = format.cutter((head) => this.#cuts(head));
  }

  take(piece: Piece): Iterable<Read<Document>> {
    switch (piece.is) {
      case 'mistake':
        return [this.#refused(documentCodes.syntax, piece.text, piece.place)];
      case 'head':
        this.#head = piece;
        return [];
      case 'item':
        return this.#item(piece);
      case 'tail':
        return this.#endOfList(piece);
      case 'document':
        return this.#told(
          this.#format.read(piece.text, this.#file),
          (place) => moved(place, piece.place),
          {},
        );
    }
  }

  /** Items are taken out of what says that it is a list, or does not say yet what it is. */
  #cuts(head: string): boolean {
    const read = this.#format.read(head + this.#format.close, this.#file);
    const value = read.ok ? read.value[0]?.value : undefined;
    const kind = kindOf(value);
    this.#list = kind === undefined ? undefined : listingOf(value);
    return kind === undefined || this.#list !== undefined;
  }

  *#item(piece: Piece): Generator<Read<Document>> {
    const read = this.#format.readItem(piece, this.#file);
    // Nothing and null are an item too, and a wrong one.
    const only = read.ok && read.value.length === 0 ? sound([nothing(this.#file)]) : read;
    if (this.#list === undefined && only.ok && only.value.some(({ value }) => kindOf(value) === undefined)) {
      const message = "this item has no kind, and its list's is not known yet; write kind before items";
      yield this.#refused(documentCodes.list, message, piece.place);
      return;
    }
    yield* this.#told(only, (place) => moved(place, piece.place), this.#list ?? {});
  }

  /** What is left of a list without its items has to be a sound document, and a List. */
  *#endOfList(tail: Piece): Generator<Read<Document>> {
    const head = this.#head ?? tail;
    const seam = behind(head.text, start);
    const placeOf = (place: Place): Place => {
      if (place.line < seam.line || (place.line === seam.line && place.column < seam.column)) {
        return moved(place, head.place);
      }
      const line = place.line - seam.line + 1;
      return moved({ line, column: line === 1 ? place.column - seam.column + 1 : place.column }, tail.place);
    };
    const read = this.#format.read(head.text + tail.text, this.#file);
    if (!read.ok) {
      yield* this.#told(read, placeOf, {});
      return;
    }
    for (const document of read.value) {
      if (listingOf(document.value) !== undefined) continue;
      const message =
        'this has items as a List has, but its kind, written behind them, is another; write kind before items';
      yield this.#refused(documentCodes.list, message, placeOf(document.positionOf('/kind')));
    }
  }

  /** Documents and mistakes with their places in the whole text. */
  *#told(
    read: Read<readonly Document[]>,
    placeOf: (place: Place) => Place,
    list: Listing,
  ): Generator<Read<Document>> {
    if (!read.ok) {
      this.broken = true;
      yield unsound(
        read.issues.map((issue) => ({
          ...issue,
          ...placeOf({ line: issue.line ?? 1, column: issue.column ?? 1 }),
        })),
      );
      return;
    }
    for (const { value, file, positionOf, placeIn } of read.value) {
      const document = {
        value,
        file,
        positionOf: (pointer: string, part?: Part): Place => placeOf(positionOf(pointer, part)),
        ...(placeIn === undefined
          ? {}
          : { placeIn: (pointer: string, index: number): Place => placeOf(placeIn(pointer, index)) }),
      };
      for (const one of itemDocuments(document, list)) yield sound(one);
    }
  }

  #refused(code: string, message: string, place: Place): Read<never> {
    this.broken = true;
    return unsound([{ code, message, file: this.#file, ...place }]);
  }
}

const nothing = (file: string): Document => ({ value: null, file, positionOf: () => start });
