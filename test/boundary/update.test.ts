/** Updates: what stands unchanged or only shrinks is never new, however large it is; what is new is. */
import { describe, expect, test } from '@jest/globals';
import { excessOf } from '../../src/boundary/excess.ts';
import { judgePolicy } from '../../src/boundary/judge.ts';
import { boundary, facts, policy, scenario, testCluster } from './scenario.ts';
import type { Json, Scenario } from './scenario.ts';

const sealed = scenario([boundary('sealed', { egress: [] })], facts('own', { tenant: 'a' }), [], testCluster);
const egress = (...rules: readonly Json[]): Json => ({ policyTypes: ['Egress'], egress: rules });
const to = (...peers: readonly Json[]): Json => ({ to: peers });
const block = (cidr: string, ...except: readonly string[]): Json => ({ ipBlock: { cidr, except } });
const pods = (app: string): Json => ({ podSelector: { matchLabels: { app } } });

const opened = (scene: Scenario, after: Json, before: Json): readonly string[] | 'tooComplex' => {
  const found = excessOf(policy(after), policy(before), scene.limits, scene.setting, { left: 2000 });
  return found === 'tooComplex' ? found : found.map(({ field }) => field);
};

describe('nothing new', () => {
  test.each<[string, Json, Json]>([
    ['the same rule', egress(to(pods('a'))), egress(to(pods('a')))],
    ['rules in another order', egress(to(pods('a')), to(pods('b'))), egress(to(pods('b')), to(pods('a')))],
    ['peers in another rule', egress(to(pods('a')), to(pods('b'))), egress(to(pods('a'), pods('b')))],
    ['a rule less', egress(to(pods('a'))), egress(to(pods('a')), to(pods('b')))],
    ['a peer less', egress(to(pods('a'))), egress(to(pods('b'), pods('a')))],
    ['a port less', egress({ ports: [{ port: 80 }] }), egress({ ports: [{ port: 80 }, { port: 81 }] })],
    [
      'a number out of a range',
      egress({ ports: [{ port: 80 }] }),
      egress({ ports: [{ port: 1, endPort: 99 }] }),
    ],
    [
      'a name where all ports of the protocol were open',
      egress({ ports: [{ port: 'web' }] }),
      egress({ ports: [{}] }),
    ],
    ['a narrower selector', egress(to(pods('a'))), egress(to({ podSelector: {} }))],
    ['fewer subjects', { ...(egress({}) as object), podSelector: { matchLabels: { a: 'x' } } }, egress({})],
    ['a smaller block', egress(to(block('8.8.8.0/24'))), egress(to(block('8.0.0.0/8')))],
    [
      'a block split in two',
      egress(to(block('0.0.0.0/1'), block('128.0.0.0/1'))),
      egress(to(block('0.0.0.0/0'))),
    ],
    [
      'a smaller block of pod addresses',
      egress(to(block('10.244.1.0/24'))),
      egress(to(block('10.244.0.0/16'))),
    ],
    ['another exception', egress(to(block('10.0.0.0/8', '10.9.0.0/16'))), egress(to(block('10.0.0.0/8')))],
    [
      'exceptions in another order',
      egress(to(block('10.0.0.0/8', '10.9.0.0/16', '10.8.0.0/16'))),
      egress(to(block('10.0.0.0/8', '10.8.0.0/16', '10.9.0.0/16'))),
    ],
    ['the same sloppy text', egress(to(block('010.0.0.0/8'))), egress(to(block('010.0.0.0/8')))],
    ['the same IPv4-mapped block', egress(to(block('::ffff:0:0/96'))), egress(to(block('::ffff:0:0/96')))],
    ['a smaller NAT64 block', egress(to(block('64:ff9b::a00:0/104'))), egress(to(block('64:ff9b::/96')))],
  ])('%s', (_name, after, before) => {
    expect(opened(sealed, after, before)).toEqual([]);
  });
});

describe('something new', () => {
  test.each<[string, Json, Json, readonly string[]]>([
    ['another rule', egress(to(pods('a')), to(pods('b'))), egress(to(pods('a'))), ['/spec/egress/1/to/0']],
    ['another peer', egress(to(pods('a'), pods('b'))), egress(to(pods('a'))), ['/spec/egress/0/to/1']],
    [
      'another port',
      egress({ to: [pods('a')], ports: [{ port: 81 }] }),
      egress({ to: [pods('a')], ports: [{ port: 80 }] }),
      ['/spec/egress/0/to/0'],
    ],
    [
      'ports left out',
      egress(to(pods('a'))),
      egress({ to: [pods('a')], ports: [{ port: 80 }] }),
      ['/spec/egress/0/to/0'],
    ],
    [
      'more subjects',
      egress(to(pods('a'))),
      { ...(egress(to(pods('a'))) as object), podSelector: { matchLabels: { a: 'x' } } },
      ['/spec/egress/0/to/0'],
    ],
    [
      'an exception less',
      egress(to(block('10.0.0.0/8'))),
      egress(to(block('10.0.0.0/8', '10.9.0.0/16'))),
      ['/spec/egress/0/to/0'],
    ],
    [
      'an exception in another spelling',
      egress(to(block('0.0.0.0/0', '::ffff:169.254.169.254/128'))),
      egress(to(block('0.0.0.0/0', '169.254.169.254/32'))),
      ['/spec/egress/0/to/0'],
    ],
    [
      'a leading zero',
      egress(to(block('010.0.0.0/8'))),
      egress(to(block('10.0.0.0/8'))),
      ['/spec/egress/0/to/0'],
    ],
    [
      'a number for a name',
      egress({ ports: [{ port: 80 }] }),
      egress({ ports: [{ port: 'web' }] }),
      ['/spec/egress/0'],
    ],
    [
      'selectors for a block of pod addresses',
      egress(to(pods('a'))),
      egress(to(block('10.244.0.0/16'))),
      ['/spec/egress/0/to/0'],
    ],
    [
      'rules that policyTypes left void',
      { policyTypes: ['Ingress', 'Egress'], egress: [{}] },
      { policyTypes: ['Ingress'], egress: [{}] },
      ['/spec/egress/0'],
    ],
  ])('%s', (_name, after, before, fields) => {
    expect(opened(sealed, after, before)).toEqual(fields);
  });
});

describe('a stored policy that is too large to prove', () => {
  const many = egress(
    ...Array.from({ length: 3000 }, (_, index) => to(block(`9.${index >> 8}.${index & 255}.0/24`))),
  );
  const longList = egress(
    to({
      podSelector: {
        matchExpressions: [
          { key: 'a', operator: 'In', values: Array.from({ length: 65 }, (_, n) => `v${n}`) },
        ],
      },
    }),
  );

  const longSelector = {
    ...(egress(to(block('9.9.9.9/32'))) as object),
    podSelector: {
      matchExpressions: [{ key: 'a', operator: 'In', values: Array.from({ length: 65 }, (_, n) => `v${n}`) }],
    },
  };

  test.each([many, longList, longSelector])('is denied when it is created', (large) => {
    const { violations } = judgePolicy(policy(large), undefined, sealed.own, sealed.world);
    expect(violations.map(({ code, action }) => [code, action])).toEqual([['boundary.unproven', 'Deny']]);
  });

  test('is no policy that allows nothing, whatever it selects', () => {
    const { podSelector } = longSelector;
    const closed = policy({ podSelector, policyTypes: ['Egress'] });
    expect(judgePolicy(closed, undefined, sealed.own, sealed.world).violations).toEqual([]);
  });

  test.each([many, longList, longSelector])(
    'is left alone by an update that changes none of its rules',
    (large) => {
      expect(judgePolicy(policy(large), policy(large), sealed.own, sealed.world).violations).toEqual([]);
    },
  );

  test('is denied when other pods are selected', () => {
    const other = { ...(many as object), podSelector: { matchLabels: { a: 'x' } } };
    expect(opened(sealed, other, many)).toBe('tooComplex');
  });
});
