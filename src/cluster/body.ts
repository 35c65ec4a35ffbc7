/** Reads an answer's bytes, whole or line by line, never more than it was told to hold. */
import type { Readable } from 'node:stream';

/** The bytes of a stream; undefined if there are more than `most`. Rejects where the stream breaks. */
export async function readWhole(stream: Readable, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(stream)) {
    size += chunk.length;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The lines of a stream; ends with undefined at a line longer than `most`. A last line without an end is no line: it was cut off. */
export async function* readLines(stream: Readable, most: number): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(stream)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
      start = end + 1;
    }
    size += chunk.length - start;
    if (size > most) {
      yield undefined;
      return;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
}

async function* bytesOf(stream: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
}

/** JSON, or undefined where the bytes are none. */
export function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
