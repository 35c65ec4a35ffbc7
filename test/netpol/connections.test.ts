/** Sets of protocols and ports against every connection that they can tell apart. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Decoder } from '../../src/k8s/decoder.ts';
import { decodePorts } from '../../src/k8s/networkPolicyDecode.ts';
import type { Connections } from '../../src/netpol/connections.ts';
import * as connections from '../../src/netpol/connections.ts';
import { portsMatch } from '../../src/netpol/concrete/rule.ts';
import type { Connection } from '../../src/netpol/concrete/world.ts';
import * as ranges from '../../src/netpol/ranges.ts';
import { external } from './concrete/cast.ts';
import { lawCases } from './laws.ts';
import { someConnections } from './universe.ts';

const universe: readonly Connection[] = [
  ...(['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
    [0, 1, 2, 3, 79, 80, 81, 65534, 65535].map((port) => ({ protocol, port })),
  ),
  { protocol: 'OTHER' },
];

const members = (set: Connections): boolean[] =>
  universe.map((one) => (one.protocol === 'OTHER' ? set.OTHER : ranges.has(set[one.protocol], one.port)));

test('the operations agree with the points', () => {
  fc.assert(
    fc.property(someConnections, someConnections, (a, b) => {
      const [inA, inB] = [members(a), members(b)];
      const expected = (holds: (inA: boolean, inB: boolean) => boolean): boolean[] =>
        inA.map((has, at) => holds(has, inB[at] === true));
      const none = (list: boolean[]): boolean => !list.includes(true);
      const left = expected((x, y) => x && !y);
      const common = expected((x, y) => x && y);
      expect(members(connections.union(a, b))).toEqual(expected((x, y) => x || y));
      expect(members(connections.intersection(a, b))).toEqual(common);
      expect(members(connections.difference(a, b))).toEqual(left);
      expect(connections.isWithin(a, b)).toBe(none(left));
      expect(connections.disjoint(a, b)).toBe(none(common));
      expect(connections.isEmpty(a)).toBe(none(inA));
      expect(connections.equal(a, b)).toBe(none(left) && none(expected((x, y) => !x && y)));
      expect(connections.keyOf(a) === connections.keyOf(b)).toBe(connections.equal(a, b));
    }),
    lawCases(),
  );
});

test.each([
  ['noConnections', connections.noConnections, false, false],
  ['everyConnection', connections.everyConnection, true, true],
  ['connectionsOf UDP', connections.connectionsOf('UDP'), false, true],
] as const)('%s', (_name, set, others, udp) => {
  for (const [index, one] of universe.entries()) {
    const expected = one.protocol === 'UDP' ? udp : others;
    expect(members(set)[index]).toBe(expected);
  }
});

describe('numericConnections', () => {
  test.each([
    ['[{}]', 'TCP 0-65535'],
    ['[{protocol: UDP}]', 'UDP 0-65535'],
    ['[{port: 80}]', 'TCP 80-80'],
    ['[{port: 80, endPort: 90}, {port: 91}]', 'TCP 80-91'],
    ['[{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}]', 'TCP 1-65535'],
    ['[{port: web}]', ''],
    ['[{protocol: SCTP, port: 5}, {protocol: UDP, port: 5}]', 'UDP 5-5 SCTP 5-5'],
  ])('%s is %s', (text, expected) => {
    const decoder = new Decoder();
    const set = connections.numericConnections(decodePorts(decoder, parse(text) as unknown, ''));
    const told = (['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
      ranges.pairs(set[protocol]).map(([low, high]) => `${protocol} ${low}-${high}`),
    );
    expect(told.join(' ')).toBe(expected);
    expect(set.OTHER).toBe(false);
  });

  test('say the same as the concrete evaluator, entry by entry', () => {
    const entry = fc.oneof(
      fc.record({ protocol: fc.constantFrom('TCP', 'UDP', 'SCTP') }),
      fc.record({ port: fc.constantFrom(1, 2, 80, 65535) }),
      fc.record({ port: fc.constantFrom(1, 79), endPort: fc.constantFrom(79, 80, 65535) }),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
        const ports = decodePorts(new Decoder(), entries, '');
        const expected = universe.map((one) => portsMatch(ports, one, external('8.8.8.8')));
        expect(members(connections.numericConnections(ports))).toEqual(expected);
      }),
      lawCases(),
    );
  });
});
