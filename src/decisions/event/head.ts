/** The head of a decision's event: everything but what is taken out of its objects. It is sealed before the answer, the rest is put in behind it. */
import { canonicalJson, quoted } from '../canonicalJson.ts';
import { walkMembers } from '../members.ts';

/** The canonical JSON of an event without `masked` and `subset`, as UTF-8, and where in it these belong, in bytes. */
export interface Head {
  readonly bytes: Buffer;
  readonly maskedAt: number;
  readonly subsetAt: number;
  /** Pointers of what was left out of the head itself. */
  readonly masked: readonly string[];
}

/** The head that this text is; it is an event's of ours, in canonical order. */
export function headOfText(text: string, masked: readonly string[]): Head {
  let maskedAt = text.length - 1;
  let subsetAt = text.length - 1;
  walkMembers(text, (key, start) => {
    // Behind the comma that ends the member before it.
    if (key > 'masked') maskedAt = Math.min(maskedAt, start - 1);
    if (key > 'subset') subsetAt = Math.min(subsetAt, start - 1);
  });
  const bytes = (end: number): number => Buffer.byteLength(text.slice(0, end));
  return { bytes: Buffer.from(text), maskedAt: bytes(maskedAt), subsetAt: bytes(subsetAt), masked };
}

/**
 * One text of several, written at once. Texts that are added to each other stay a tree of their pieces in V8 until somebody reads them, and while they wait
 * every garbage collection copies every piece: half of what a record cost its writer.
 */
export const joined = (pieces: readonly string[]): string => pieces.join('');

/** The whole event, with the text of an object in the place of `subset`. */
export const wholeEvent = (
  { bytes, maskedAt, subsetAt }: Head,
  subset: string,
  masked: readonly string[],
): string =>
  joined([
    ...[bytes.toString('utf8', 0, maskedAt), ',"masked":', strings(masked)],
    ...[bytes.toString('utf8', maskedAt, subsetAt), ',"subset":', subset, bytes.toString('utf8', subsetAt)],
  ]);

/** A list of strings as canonical JSON. */
export const strings = (all: readonly string[]): string =>
  all.length === 0 ? '[]' : `[${all.map(quoted).join(',')}]`;

/** What a head is parsed to when it is too long: only what may be cut has names here. */
export interface HeadMembers {
  readonly patch?: unknown;
  readonly violations?: readonly unknown[];
  readonly warnings?: unknown;
  readonly user?: object;
  readonly resource?: object;
}

/** The head with other members. */
export const headOfMembers = (members: HeadMembers, masked: readonly string[]): Head =>
  headOfText(canonicalJson(members), masked);
