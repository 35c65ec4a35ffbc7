/** How sets of flows are written as peers where the obvious form cannot be written. */
import { expect, test } from '@jest/globals';
import { writePeers } from '../../../src/boundary/narrowing/expression.ts';
import { parseCidr } from '../../../src/k8s/cidr.ts';
import type { Box } from '../../../src/netpol/box.ts';
import { everyAddress } from '../../../src/netpol/cluster.ts';
import { everyConnection } from '../../../src/netpol/connections.ts';
import * as ranges from '../../../src/netpol/ranges.ts';

const words = { ownNamespace: 'own', factsOf: () => undefined };

function addressesOf(text: string): readonly [bigint, bigint] {
  const block = parseCidr(text)?.block;
  if (block === undefined) throw new Error(text);
  return [block.low, block.high];
}

const box = (addresses: ranges.Ranges<bigint>): Box => ({
  subject: new Map(),
  peer: { sort: 'IPv6', addresses },
  portNames: new Map(),
  connections: everyConnection,
});

const without = (addresses: ranges.Ranges<bigint>, text: string): ranges.Ranges<bigint> =>
  ranges.difference(ranges.addressSteps, addresses, addressesOf(text));

test('IPv4-mapped addresses cannot be excepted by name: the block around them goes, what is beside them stays', () => {
  const holed = without(everyAddress.IPv6, '::ffff:a00:0/104');
  expect(writePeers(box(holed), undefined, words)).toEqual([
    { ipBlock: { cidr: '::/0', except: ['::fffe:0:0/95'] } },
    { ipBlock: { cidr: '::fffe:0:0/96' } },
  ]);
});

test('nothing is written beside them where nothing of it is meant', () => {
  const holed = without(without(everyAddress.IPv6, '::ffff:a00:0/104'), '::fffe:0:0/96');
  expect(writePeers(box(holed), undefined, words)).toEqual([
    { ipBlock: { cidr: '::/0', except: ['::fffe:0:0/95'] } },
  ]);
});
