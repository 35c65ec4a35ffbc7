// Records on their way to the writer thread: what comes out is what would have been made at once, byte for byte.
import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../../../src/decisions/canonicalJson.ts';
import { allowanceOf } from '../../../src/decisions/event/allowance.ts';
import { finished, sealed, sealedEvent } from '../../../src/decisions/event/seal.ts';
import type { Sealed, SealedHead } from '../../../src/decisions/event/seal.ts';
import { fields } from '../../../src/decisions/event/shape.ts';
import type { Part } from '../../../src/decisions/event/shape.ts';
import { recordHashOf } from '../../../src/decisions/recordHash.ts';
import type { Item } from '../../../src/decisions/spool/lines.ts';
import { Excerpts } from '../../../src/decisions/writer/excerpts.ts';
import { Packer, unpacked } from '../../../src/decisions/writer/frames.ts';
import { allowance, canary, head, pod } from '../heads.ts';
import { decisionEvent } from '../sampleLog.ts';

function carried(all: readonly (Sealed | SealedHead)[], excerpts = new Excerpts()): readonly Item[] {
  const packer = new Packer(256);
  for (const one of all) expect(packer.add(one, 7)).toBeGreaterThan(0);
  return unpacked(packer.take(), excerpts, allowance);
}

describe('what is carried is what would have been made at once', () => {
  test.each<[string, Sealed | SealedHead]>([
    ['a decision', head()],
    ['groups that were left out', head({ groups: ['a', 'b'] })],
    ['an update', head({ operation: 'UPDATE', oldObject: pod('before') })],
    ['names beyond ASCII', head({ name: 'wéb-𝒳', object: { metadata: { name: '𝒳' }, kind: 'Pod' } })],
    ['a kind with a line break', head({ kind: 'P\nod', groups: ['a'] })],
    ['no kind', head({ kind: '' })],
    [
      'a patch of which something is left out',
      head(
        {},
        {
          door: 'mutate',
          decision: 'patched',
          patch: [
            { op: 'add', path: '/metadata/annotations/a~1b', value: canary },
            { op: 'add', path: '/spec/hostNetwork', value: false },
          ],
        },
      ),
    ],
    [
      'an object too large for a record',
      head({ kind: 'NetworkPolicy', object: { spec: 'x'.repeat(70_000) } }),
    ],
    ['a review too large to be carried', head({ object: { ...pod('n'), filler: 'x'.repeat(200_000) } })],
    [
      'a head too large for a record',
      head({}, { warnings: Array.from({ length: 2_000 }, () => 'é'.repeat(50)) }),
    ],
    ['an event that is whole already', sealedEvent(decisionEvent(5))],
  ])('%s', (_what, one) => {
    const [item] = carried([one]);
    expect(item).toEqual({ ...finished(one), latencyMicros: 7 });
    expect(recordHashOf(item?.event ?? '')).toBe(item?.recordHash);
    expect(item?.event).not.toContain(canary);
    expect(Buffer.byteLength(item?.event ?? '')).toBeLessThanOrEqual(63 * 1024);
    expect(() => JSON.parse(item?.event ?? '') as unknown).not.toThrow();
  });

  test.each([
    [-5, 0],
    [1e6, 1e6],
    [2_500_000_000, 2_147_483_647],
  ])('a latency of %p is one that every store can hold', (given, kept) => {
    const packer = new Packer(1);
    packer.add(sealedEvent(decisionEvent(5)), given);
    const [item] = unpacked(packer.take(), new Excerpts(), undefined);
    expect(item?.latencyMicros).toBe(kept);
  });

  test('many at once, in their order', () => {
    const all = Array.from({ length: 100 }, (_, number) => head({ number, name: `n${number}` }));
    expect(carried(all)).toEqual(all.map((one) => ({ ...finished(one), latencyMicros: 7 })));
  });
});

describe('a review that comes again under another uid', () => {
  test('gives the same excerpt under another head', () => {
    const all = [1, 2, 3].map((number) => head({ number }));
    const items = carried(all);
    expect(items).toEqual(all.map((one) => ({ ...finished(one), latencyMicros: 7 })));
    expect(new Set(items.map(({ recordHash }) => recordHash)).size).toBe(3);
  });

  test('and differs elsewhere gives its own', () => {
    const all = [head({ number: 1 }), head({ number: 2, object: pod('m') }), head({ number: 1, name: 'v' })];
    expect(carried(all)).toEqual(all.map((one) => ({ ...finished(one), latencyMicros: 7 })));
  });

  test('after other rules keeps what these allow', () => {
    const excerpts = new Excerpts();
    const more = allowanceOf({
      ...allowance.source,
      reads: new Map<string, Part>([['pods', fields({ status: 'whole' })]]),
    });
    const object = { ...pod('n'), status: { phase: 'Running' } };
    const packer = new Packer(4);
    for (const [now, expected] of [
      [allowance, false],
      [more, true],
      [allowance, false],
    ] as const) {
      packer.add(head({ object }), 7);
      const [item] = unpacked(packer.take(), excerpts, now);
      expect(item?.event.includes('"phase":"Running"')).toBe(expected);
    }
  });
});

describe('the memory that records are packed into', () => {
  test('has room for so many, and is given away', () => {
    const packer = new Packer(3);
    for (let number = 1; number <= 3; number += 1) packer.add(head({ number }), 7);
    expect([packer.isFull, packer.count]).toEqual([true, 3]);
    expect(unpacked(packer.take(), new Excerpts(), allowance)).toHaveLength(3);
    expect(packer.count).toBe(0);
  });

  test('has no room for what is too large beside the rest, and takes it alone', () => {
    const packer = new Packer(256);
    const large = sealed(canonicalJson({ ...decisionEvent(1), warnings: ['x'.repeat(1_000_000)] }));
    expect(packer.add(head(), 7)).toBeGreaterThan(0);
    expect(packer.add(large, 7)).toBe(-1);
    packer.take();
    expect(packer.add(large, 7)).toBeGreaterThan(0);
    expect(unpacked(packer.take(), new Excerpts(), allowance)).toEqual([{ ...large, latencyMicros: 7 }]);
  });

  test('is used again', () => {
    const packer = new Packer(256);
    packer.add(head({ number: 1 }), 7);
    const { buffer } = packer.take().bytes;
    packer.reuse(buffer);
    packer.add(head({ number: 2 }), 7);
    expect(packer.take().bytes.buffer).toBe(buffer);
  });
});
