/** Merkle tree hashes as in RFC 6962, so that one entry can be proved without the others. */
import { hash } from 'node:crypto';

/** Of an entry's hash, and of two hashes below: what is given and what comes out is hex, what is hashed are the bytes. */
const leaf = (value: string): string => hash('sha256', Buffer.from(`00${value}`, 'hex'));
const node = (left: string, right: string): string => hash('sha256', Buffer.from(`01${left}${right}`, 'hex'));

/** The root over entry hashes (hex), in hex: the left subtree has the greatest power of two below the number of leaves. */
export function merkleRoot(hashes: readonly string[]): string {
  let level = hashes.map(leaf);
  if (level.length === 0) return hash('sha256', '');
  while (level.length > 1) {
    const above: string[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = level.slice(index, index + 2);
      // One that has no neighbour moves up as it is: pairing level by level gives RFC 6962's tree.
      if (left !== undefined) above.push(right === undefined ? left : node(left, right));
    }
    level = above;
  }
  return level[0] ?? '';
}
