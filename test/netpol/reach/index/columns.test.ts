/** What a unit must at least have is never asked of fewer units than the peer names. */
import { expect, test } from '@jest/globals';
import type { IPBlock } from '../../../../src/k8s/networkPolicy.ts';
import { blockContains } from '../../../../src/netpol/concrete/ipBlock.ts';
import { documented } from '../../../../src/netpol/concrete/switches.ts';
import { hostAddress } from '../../../../src/netpol/concrete/world.ts';
import { Columns, demandOf } from '../../../../src/netpol/reach/index/columns.ts';
import { compile } from '../../../../src/netpol/reach/index/localState.ts';
import { PeerTable } from '../../../../src/netpol/reach/index/peerTable.ts';
import { PortTable } from '../../../../src/netpol/reach/index/portTable.ts';

const addresses = [
  [],
  ['10.0.0.0'],
  ['10.0.0.1'],
  ['10.0.1.255'],
  ['10.0.2.0'],
  ['0.0.0.0'],
  ['255.255.255.255'],
  ['fd00::1'],
  ['10.9.0.1', '10.0.0.9'],
];

/** One unit for each list of addresses, `app` being its number. */
function units() {
  const namespace = { name: 'n', labels: new Map<string, string>() };
  const pods = addresses.map((texts, at) => ({
    kind: 'pod' as const,
    namespace,
    name: `p${at}`,
    labels: new Map([
      ['app', String(at)],
      ['tier', at % 2 === 0 ? 'even' : 'odd'],
    ]),
    ips: texts.flatMap((text) => hostAddress(text) ?? []),
    hostNetwork: false,
    ports: [],
  }));
  const source = {
    ...namespace,
    slot: 0,
    pods: new Map(pods.map((pod) => [pod.name, pod])),
    policies: new Map(),
  };
  const peers = new PeerTable(64, true);
  return compile(source, { ports: new PortTable(), peer: () => peers.anybody }).units;
}

const asked = (demand: ReturnType<typeof demandOf>): { readonly [app: string]: boolean } => {
  const seen: Record<string, boolean> = {};
  if (demand === undefined) throw new Error('nothing is demanded');
  new Columns(units()).some(demand, ({ labels }, inside) => {
    seen[labels.get('app') ?? ''] = inside;
    return false;
  });
  return seen;
};

test.each<[string, IPBlock]>([
  ['a block', { cidr: '10.0.0.0/24', except: [] }],
  ['a block with exceptions', { cidr: '10.0.0.0/22', except: ['10.0.0.0/32', '10.0.1.0/24'] }],
  ['a block that its exceptions cover', { cidr: '10.0.0.0/23', except: ['10.0.0.0/24', '10.0.1.0/24'] }],
  ['everything', { cidr: '0.0.0.0/0', except: [] }],
  ['the last address', { cidr: '255.255.255.255/32', except: [] }],
  ['an IPv4-mapped spelling', { cidr: '::ffff:10.0.0.0/120', except: [] }],
  ['a block of the other family', { cidr: 'fd00::/8', except: [] }],
])('%s asks for every unit inside, and for those of which it is not known', (_, block) => {
  const expected: unknown = Object.fromEntries(
    units().flatMap(({ labels, pod: { ips } }) => {
      const known = ips.length === 1 && ips[0]?.family === 'IPv4';
      const inside = ips.some((address) => blockContains(block, address, documented));
      return ips.length > 0 && (inside || !known) ? [[labels.get('app'), known && inside]] : [];
    }),
  );
  expect(asked(demandOf(undefined, block))).toEqual(expected);
});

test('labels ask for the units that carry all of them', () => {
  const selector = (...labels: readonly (readonly [string, string])[]) => ({
    matchLabels: new Map(labels),
    matchExpressions: [],
  });
  expect(Object.keys(asked(demandOf(selector(['tier', 'odd']), undefined)))).toEqual(['1', '3', '5', '7']);
  expect(Object.keys(asked(demandOf(selector(['tier', 'odd'], ['app', '3']), undefined)))).toEqual(['3']);
  expect(asked(demandOf(selector(['none', '']), undefined))).toEqual({});
  expect(demandOf(selector(), undefined)).toBeUndefined();
  expect(demandOf(undefined, undefined)).toBeUndefined();
});
