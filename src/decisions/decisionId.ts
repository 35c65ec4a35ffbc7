/** Decision ids: UUIDs of version 7 (RFC 9562), which sort by time. */

/** Makes an id from an instant in milliseconds since the epoch and at least twenty random hexadecimal digits. */
export function decisionId(millis: number, random: string): string {
  const time = millis.toString(16).padStart(12, '0');
  const variant = '89ab'[Number.parseInt(random.charAt(3), 16) & 3] ?? '8';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

const idDigits = 32;

/** Hands out random hexadecimal digits, made for 256 ids at a time: one call to the system for each decision would be felt. */
export function randomPool(fill: (bytes: Uint8Array) => unknown): () => string {
  const bytes = Buffer.alloc(4096);
  let digits = '';
  let used = 0;
  return () => {
    if (used === digits.length) {
      fill(bytes);
      digits = bytes.toString('hex');
      used = 0;
    }
    used += idDigits;
    return digits.slice(used - idDigits, used);
  };
}
