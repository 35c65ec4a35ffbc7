/** Merkle tree hashes as in RFC 6962, so that one entry can be proved without the others. */
import { createHash } from 'node:crypto';

const leaf = (value: Buffer): Buffer => createHash('sha256').update(Buffer.of(0)).update(value).digest();
const node = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();

/** The root over entry hashes (hex), in hex: the left subtree has the greatest power of two below the number of leaves. */
export function merkleRoot(hashes: readonly string[]): string {
  let level = hashes.map((hash) => leaf(Buffer.from(hash, 'hex')));
  if (level.length === 0) return createHash('sha256').digest('hex');
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = level.slice(index, index + 2);
      // One that has no neighbour moves up as it is: pairing level by level gives RFC 6962's tree.
      if (left !== undefined) above.push(right === undefined ? left : node(left, right));
    }
    level = above;
  }
  return level[0]?.toString('hex') ?? '';
}
