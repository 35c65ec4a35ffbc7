/** Makes bytes ready to change threads without a copy. */

/** The same bytes where they own their memory whole; a copy where they share it, as every small Buffer does. */
export function transferable(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === byteLength) {
    return new Uint8Array(buffer);
  }
  return Uint8Array.from(bytes);
}
