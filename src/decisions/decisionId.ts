/** Decision ids: UUIDs of version 7 (RFC 9562), which sort by time. */

/** Makes an id from an instant in milliseconds since the epoch and sixteen random bytes, of which ten are used. */
export function decisionId(millis: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.set(random.subarray(0, 16));
  bytes.writeUIntBE(millis, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Hands out random bytes from a pool that is filled for 256 ids at a time: one call to the system for each decision would be felt. */
export function randomPool(fill: (bytes: Uint8Array) => unknown): () => Uint8Array {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      fill(pool);
      used = 0;
    }
    used += 16;
    return pool.subarray(used - 16, used);
  };
}
