/** The lines of a file of JSON Lines. Only a line feed ends one: `node:readline` also cuts at U+2028 and U+2029, which JSON leaves in its strings. */
import { createReadStream } from 'node:fs';

/** Each line without its line break; what stands behind the last one is a line where it is not empty. Rejects with the system's error. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  let begun = '';
  // Asked for text, a stream gives nothing else.
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    // What has begun is not searched again: a file may be one line, if it is none of ours.
    const [end = '', ...next] = chunk.split('\n');
    begun += end;
    for (const line of next) {
      yield begun.endsWith('\r') ? begun.slice(0, -1) : begun;
      begun = line;
    }
  }
  if (begun !== '') yield begun;
}
