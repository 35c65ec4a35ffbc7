/** Bytes as text, which has to be UTF-8: at once, or as they come. */
import { documentCodes } from './codes.ts';
import type { Place } from './document.ts';
import { behind, moved, placeAt, start } from './document.ts';
import { type Read, sound, unsound } from './issue.ts';

/** Decodes; the first bytes that are no UTF-8 are told with their place, where the bytes begin at `from`. A byte order mark is kept. */
export function decodeText(bytes: Uint8Array, file: string, from = start): Read<string> {
  const text = decode(bytes, false);
  if (text !== undefined) return sound(text);
  const message = 'not UTF-8 text; save it as UTF-8';
  return unsound([{ code: documentCodes.encoding, message, file, ...moved(brokenPlace(bytes), from) }]);
}

/** The same for bytes that come bit by bit: nothing follows a mistake. */
export async function* decodeTexts(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Read<string>> {
  let from = start;
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - unfinished(bytes);
    rest = bytes.subarray(whole);
    const text = decodeText(bytes.subarray(0, whole), file, from);
    yield text;
    if (!text.ok) return;
    from = behind(text.value, from);
  }
  if (rest.length > 0) yield decodeText(rest, file, from);
}

/** How many bytes at the end begin a character that is not over. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

const decode = (bytes: Uint8Array, stream: boolean): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
  } catch {
    return undefined;
  }
};

/** Where the first bytes stand that are no UTF-8: a beginning is sound as long as nothing but its end may be missing. */
function brokenPlace(bytes: Uint8Array): Place {
  let [sound, broken] = [0, bytes.length + 1];
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (decode(bytes.subarray(0, middle), true) === undefined) broken = middle;
    else sound = middle;
  }
  const text = (decode(bytes.subarray(0, sound), true) ?? '').replace(/^\uFEFF/, '');
  return placeAt(text, text.length);
}
