/** The questions that the solver is asked, against the promises of sets and ranges; a bounded number of them answered a second way, without a solver. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Box } from '../../src/netpol/box.ts';
import { remainder } from '../../src/netpol/cover.ts';
import type { Cube } from '../../src/netpol/cube.ts';
import type { Ranges } from '../../src/netpol/ranges.ts';
import { lawCases } from '../netpol/laws.ts';
import { halves, keys, someBox, someCut, someQuestion, words } from './questions.ts';
import type { Question } from './questions.ts';

/** Whether one coordinate of a flow lies in a box. */
type Claim = (box: Box) => boolean;

/** A label has one of the words, another value, or none; each is asked of a set by its definition. */
const labels = (cubeIn: (box: Box) => Cube | undefined, names: readonly string[]): Claim[][] =>
  names.map((name) =>
    [...words, 'other', undefined].map((value) => (box) => {
      const cube = cubeIn(box);
      const set = cube?.get(name);
      if (cube === undefined || set === undefined) return cube !== undefined;
      return value === undefined ? set.absent : set.values.includes(value) !== set.complement;
    }),
  );

/** The numbers at which the answer may change: where a range begins, and behind its end. */
const borders = <T extends number | bigint>(sets: readonly Ranges<T>[]): readonly (number | bigint)[] => [
  ...new Set(sets.flat().map((bound, at) => (at % 2 === 0 ? bound : ++bound))),
];
const isIn = (value: number | bigint, set: readonly (number | bigint)[]): boolean =>
  set.some((low, at) => at % 2 === 0 && low <= value && value <= (set[at + 1] ?? -1));

/** Every coordinate that a flow of the question's sort can have, dimension by dimension. */
function dimensions({ box, cover }: Question): readonly (readonly Claim[])[] {
  const all = [box, ...cover];
  const { sort } = box.peer;
  const addresses = ({ peer }: Box): Ranges<bigint> =>
    peer.sort === sort && peer.sort !== 'pods' ? peer.addresses : [];
  const connections: Claim[] = (['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
    borders(all.map((one) => one.connections[protocol])).map(
      (port): Claim =>
        (one) =>
          isIn(port, one.connections[protocol]),
    ),
  );
  return [
    labels(({ subject }) => subject, keys.subject),
    labels(({ portNames }) => portNames, keys.portNames),
    [[...connections, (one: Box) => one.connections.OTHER]],
    sort === 'pods'
      ? [
          ...labels(({ peer }) => (peer.sort === 'pods' ? peer.namespace : undefined), keys.namespace),
          ...labels(({ peer }) => (peer.sort === 'pods' ? peer.pod : undefined), keys.pod),
        ]
      : [
          borders(all.map(addresses)).map(
            (address): Claim =>
              (one) =>
                isIn(address, addresses(one)),
          ),
        ],
  ].flat();
}

/** Whether some flow is in the box and in none of the cover: coordinate by coordinate, which boxes of the cover may still hold the flow. */
function reachesOutside(question: Question): boolean {
  const { box, cover } = question;
  const everyOne = (1n << BigInt(cover.length)) - 1n;
  let left = new Set([everyOne]);
  for (const claims of dimensions(question)) {
    const holders = claims
      .filter((claim) => claim(box))
      .map((claim) => cover.reduce((mask, one, at) => (claim(one) ? mask | (1n << BigInt(at)) : mask), 0n));
    left = new Set([...left].flatMap((mask) => holders.map((holder) => mask & holder)));
  }
  return left.has(0n);
}

const cubesOf = ({ subject, portNames, peer }: Box): readonly Cube[] => [
  subject,
  portNames,
  ...(peer.sort === 'pods' ? [peer.namespace, peer.pod] : []),
];
const rangesOf = ({ connections: { TCP, UDP, SCTP }, peer }: Box): readonly Ranges<number | bigint>[] => [
  TCP,
  UDP,
  SCTP,
  ...(peer.sort === 'pods' ? [] : [peer.addresses]),
];

describe('every box of a question', () => {
  const everyBox = fc.sample(someQuestion, 300).flatMap(({ box, cover }) => [box, ...cover]);

  test('has keys and values that the solver knows, the values ascending and each of them once', () => {
    const known: readonly string[] = Object.values(keys).flat();
    const entries = everyBox.flatMap(cubesOf).flatMap((cube) => [...cube]);
    expect(entries.some(([, { values }]) => values.length === words.length)).toBe(true);
    for (const [key, { values }] of entries) {
      expect(known).toContain(key);
      expect(values).toEqual(words.filter((word) => values.includes(word)));
    }
  });

  test('has ranges that ascend with a gap between them', () => {
    const sets = everyBox.flatMap(rangesOf);
    expect(sets.some((set) => set.length > 2)).toBe(true);
    for (const set of sets) {
      expect(set.length % 2).toBe(0);
      for (let at = 1; at < set.length; at += 1) {
        const step = BigInt(set[at] ?? 0) - BigInt(set[at - 1] ?? 0);
        expect(step).toBeGreaterThanOrEqual(at % 2 === 0 ? 2n : 0n);
      }
    }
  });

  test('holds something', () => {
    for (const box of everyBox) expect(reachesOutside({ box, cover: [] })).toBe(true);
  });
});

test('the halves of a box together are the box', () => {
  fc.assert(
    fc.property(someBox, someCut, (box, cut) => {
      const parts = halves(box, cut);
      expect(reachesOutside({ box, cover: parts })).toBe(false);
      for (const part of parts) expect(reachesOutside({ box: part, cover: [box] })).toBe(false);
    }),
    lawCases(),
  );
});

test('the splitter agrees with the second answer, and questions have both', () => {
  const answers = { covered: 0, outside: 0 };
  fc.assert(
    fc.property(someQuestion, (question) => {
      const outside = reachesOutside(question);
      const left = remainder(question.box, question.cover, { left: 1_000_000 }, 1);
      expect(left === 'tooComplex' ? left : left.length > 0).toBe(outside);
      answers[outside ? 'outside' : 'covered'] += 1;
    }),
    lawCases(),
  );
  expect(answers.covered).toBeGreaterThan(20);
  expect(answers.outside).toBeGreaterThan(20);
});
