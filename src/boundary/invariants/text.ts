/** Texts for people: one line of printable ASCII, never longer than a reader or a header can take. */

/** Longest message of one violation. */
export const longestMessage = 300;

/** Printable ASCII on one line; other characters become `?`, what is too long is cut. */
export function asciiLine(text: string, most: number = longestMessage): string {
  const line = text.slice(0, most + 1).replace(/[^\x20-\x7e]/g, '?');
  return line.length > most ? `${line.slice(0, most - 3)}...` : line;
}

/** A user's text inside a message: quoted, cut to what a name or label value can be. */
export const quoted = (text: string): string => `"${asciiLine(text, 63)}"`;

/** A label or annotation key inside a message: those are longer than names. */
export const quotedKey = (text: string): string => `"${asciiLine(text, 100)}"`;

/** A JSON pointer that can be shown: without the last tokens where a user's key is no key at all (too long, or not printable). */
export function shownPointer(pointer: string): string {
  const most = 400;
  const cut = pointer.length > 4096 ? pointer.slice(0, pointer.lastIndexOf('/', most)) : pointer;
  if (cut === '' || (cut.length <= most && /^[\x21-\x7e]+$/.test(cut))) return cut;
  return shownPointer(cut.slice(0, Math.max(0, cut.lastIndexOf('/'))));
}
