/** The written forms: what is one, what is none, and that editors are told nothing stricter. */
import { describe, expect, test } from '@jest/globals';
import { formats, toProtocolPort, toSeconds } from '../../src/config/formats.ts';

const long = 'a'.repeat(64);
const table: readonly (readonly [format: string, sound: readonly string[], unsound: readonly string[]])[] = [
  [
    'labelKey',
    ['a', 'a/b', 'bulkhead.dev/tenant', 'A.b_c-D', 'kubernetes.io/metadata.name'],
    ['', '/a', 'a/', 'a/b/c', '-a', 'A/b', long, `a/${long}`, 'a b'],
  ],
  ['labelValue', ['', 'a', 'A-b_c.d', 'a'.repeat(63)], ['-a', 'a-', long, 'a b', 'a\n']],
  ['namespaceName', ['a', 'kube-system', '0'], ['', 'A', 'a.b', 'a_b', '-a', long]],
  ['namespacedName', ['kube-system/calico-node', 'a/b.c'], ['a', 'a/', '/b', 'a/b/c', 'A/b']],
  ['resourceName', ['vendor.io/nic'], ['', '/nic']],
  [
    'annotationPattern',
    ['ipam.antrea.io/*', 'cni.projectcalico.org/ipAddrs', 'plain'],
    ['*', '/*', 'a*', 'a/b*', '*/a'],
  ],
  [
    'cidr',
    ['10.0.0.0/8', '0.0.0.0/0', '1.2.3.4/32', 'fd00::/8', '::/0', '::ffff:1.2.3.4/128'],
    [
      '10.0.0.0',
      '10.0.0.0/33',
      '10.0.0.0/08',
      '010.0.0.0/8',
      '10.0.0/8',
      'fe80::1%eth0/64',
      '::/129',
      '1.2.3.4/',
      '/8',
      '1.2.3.4/8/8',
    ],
  ],
  ['ip', ['0.0.0.0', '::1'], ['', 'localhost', '1.2.3', '1.2.3.4/32']],
  [
    'protocolPort',
    ['TCP/1', 'UDP/53', 'SCTP/65535'],
    ['TCP/0', 'TCP/65536', 'tcp/80', '80', 'TCP/80-90', 'ICMP/1', 'TCP/080'],
  ],
  ['duration', ['90d', '12h', '30m', '45s'], ['0d', '90', 'd', '1w', '1.5h', '-1d', '1234567s']],
  [
    'httpsUrl',
    ['https://a', 'https://a.example:8443/path'],
    ['http://a', 'a', 'https://', 'https://u:p@a', 'https://a?b', 'https://a#b'],
  ],
  ['path', ['a', '/a/b c'], ['', 'a\0b', 'a'.repeat(4097)]],
  ['name', ['system:masters', 'ä b'], ['', 'a\nb', 'a\u007f', 'a'.repeat(513)]],
];

describe.each(table)('%s', (name, sound, unsound) => {
  const format = formats.get(name);

  test.each(sound)('%j is one, and an editor agrees', (text) => {
    expect(format?.matches(text)).toBe(true);
    expect(text).toMatch(new RegExp(format?.pattern ?? '(?!)', 'u'));
  });

  test.each(unsound)('%j is none', (text) => {
    expect(format?.matches(text)).toBe(false);
  });
});

test('every form is in the table', () => {
  expect([...formats.keys()].sort()).toEqual(table.map(([name]) => name).sort());
});

test.each([
  ['45s', 45],
  ['30m', 1_800],
  ['12h', 43_200],
  ['90d', 7_776_000],
])('%s are %i seconds', (text, seconds) => {
  expect(toSeconds(text)).toBe(seconds);
});

test('texts of other forms are bugs', () => {
  expect(() => toSeconds('soon')).toThrow(TypeError);
  expect(() => toProtocolPort('80')).toThrow(TypeError);
  expect(toProtocolPort('TCP/80')).toEqual({ protocol: 'TCP', port: 80 });
});
