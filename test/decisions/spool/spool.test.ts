// The spool gives back every record that it took, whatever stands in it and however full its disk was in between.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sealed } from '../../../src/decisions/event/seal.ts';
import { claimNew } from '../../../src/decisions/spool/claim.ts';
import { itemsIn, lineOf } from '../../../src/decisions/spool/lines.ts';
import type { Item } from '../../../src/decisions/spool/lines.ts';
import { Spool } from '../../../src/decisions/spool/spool.ts';
import { mounted } from '../writer/mounted.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bulkhead-spool-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const item = (text: string): Item => ({ ...sealed(JSON.stringify({ text })), latencyMicros: 7 });

test.each([
  ['a line separator', 'a\u2028b'],
  ['a paragraph separator', 'a\u2029b'],
  ['line breaks', 'a\r\nb\nc\r'],
  ['a next line and a byte order mark', '\ufeffa\u0085b'],
  ['what lies beyond the basic plane', 'a\u{1f600}b'],
])('a line gives back its record with %s in it', (_, text) => {
  const given = item(text);
  expect(itemsIn(lineOf(given))).toEqual([given]);
});

test('what a full disk took half of leaves no trace', () => {
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  // Where a test may not mount a disk, nothing is ever full, and the rest still holds.
  const isMounted = mounted(disk, 'size=256k');
  const spool = new Spool(claimNew(disk, 'own'), []);
  try {
    const [first, second, third] = ['first', 'x'.repeat(40_000), 'third'].map(item);
    if (first === undefined || second === undefined || third === undefined) throw new Error('no items');
    expect(spool.append([first])).toBe('taken');
    const filling = join(disk, 'filling');
    writeFileSync(filling, '');
    if (isMounted) {
      const { bavail, bsize } = statfsSync(disk);
      appendFileSync(filling, Buffer.alloc((bavail - 4) * bsize));
      expect(() => spool.append([second])).toThrow('ENOSPC');
    }
    rmSync(filling);
    expect(spool.append([third])).toBe('taken');
    const segment = spool.oldest();
    expect(segment === undefined ? undefined : spool.read(segment)).toEqual([first, third]);
  } finally {
    spool.close();
    if (isMounted) execFileSync('umount', [disk]);
  }
});
