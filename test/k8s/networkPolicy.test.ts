/** NetworkPolicies as the API server defaults and validates them: the corners of networking/v1, one row each. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { rulesOf } from '../../src/k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../src/k8s/networkPolicyDecode.ts';

const read = (spec: string, strict = true): ReturnType<typeof decodeNetworkPolicy> =>
  decodeNetworkPolicy({ metadata: { name: 'p' }, spec: parse(spec) as unknown }, { strict });

const codesOf = (spec: string, strict = true): string[] => {
  const policy = read(spec, strict);
  return policy.ok ? [] : policy.issues.map(({ code, pointer }) => `${code} ${pointer ?? ''}`);
};

describe('policyTypes are defaulted', () => {
  test.each([
    ['{}', ['Ingress']],
    ['{podSelector: {}}', ['Ingress']],
    ['{policyTypes: []}', ['Ingress']],
    ['{policyTypes: null, egress: []}', ['Ingress']],
    ['{egress: null}', ['Ingress']],
    ['{egress: [{}]}', ['Ingress', 'Egress']],
    ['{ingress: [], egress: [{to: []}]}', ['Ingress', 'Egress']],
    ['{policyTypes: [Egress]}', ['Egress']],
    ['{policyTypes: [Egress], ingress: [{}]}', ['Egress']],
    ['{policyTypes: [Ingress], egress: [{}]}', ['Ingress']],
    ['{policyTypes: [Ingress, Egress]}', ['Ingress', 'Egress']],
    ['{policyTypes: [Ingress, Ingress]}', ['Ingress', 'Ingress']],
  ])('%s: %j', (spec, types) => {
    const policy = read(spec);
    expect(policy.ok && policy.value.policyTypes).toEqual(types);
  });

  test.each([
    ['{policyTypes: [Egress], ingress: [{}]}', 'Ingress', 0],
    ['{policyTypes: [Egress], ingress: [{}], egress: [{}]}', 'Egress', 1],
    ['{policyTypes: [Ingress], egress: [{}]}', 'Egress', 0],
    ['{ingress: [{}, {}]}', 'Ingress', 2],
  ] as const)('%s has so many rules that count in %s: %d', (spec, direction, count) => {
    const policy = read(spec);
    expect(policy.ok && rulesOf(policy.value, direction).length).toBe(count);
  });
});

describe('absent, null and empty are the same', () => {
  const whole = (spec: string): unknown => {
    const policy = read(spec);
    return policy.ok ? policy.value : policy.issues;
  };
  test.each([
    ['{}', '{podSelector: null, ingress: null, egress: [], policyTypes: []}'],
    ['{ingress: [{}]}', '{ingress: [{from: [], ports: []}]}'],
    ['{ingress: [{}]}', '{ingress: [null]}'],
    [
      '{ingress: [{from: [{podSelector: {}}]}]}',
      '{ingress: [{from: [{podSelector: {matchLabels: {}}, ipBlock: null}]}]}',
    ],
    ['{ingress: [{ports: [{}]}]}', '{ingress: [{ports: [{protocol: TCP}]}]}'],
    ['{ingress: [{ports: [{protocol: null, port: 1}]}]}', '{ingress: [{ports: [{port: 1, endPort: null}]}]}'],
  ])('%s is %s', (a, b) => {
    expect(whole(a)).toEqual(whole(b));
  });
});

describe('accepted', () => {
  test.each([
    ['{ingress: [{ports: [{port: 1, endPort: 65535}]}]}'],
    ['{ingress: [{ports: [{port: 80, endPort: 80}]}]}'],
    ['{ingress: [{ports: [{port: http, protocol: SCTP}]}]}'],
    ['{ingress: [{ports: [{port: 8080-tcp}]}]}'],
    ['{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9]}}]}]}'],
    ['{egress: [{to: [{ipBlock: {cidr: "::/0", except: ["fd00::/8"]}}]}]}'],
    ['{egress: [{to: [{podSelector: {}, namespaceSelector: {}}]}]}'],
    ['{podSelector: {matchLabels: {a: ""}}}'],
  ])('%s', (spec) => {
    expect(codesOf(spec)).toEqual([]);
  });
});

const port = (text: string): string => `{ingress: [{ports: [${text}]}]}`;
const peer = (text: string): string => `{egress: [{to: [${text}]}]}`;
const portAt = '/spec/ingress/0/ports/0';
const peerAt = '/spec/egress/0/to/0';

describe('refused', () => {
  test.each([
    [port('{port: 0}'), `port.number ${portAt}/port`],
    [port('{port: -1}'), `port.number ${portAt}/port`],
    [port('{port: 65536}'), `port.number ${portAt}/port`],
    [port('{port: 80.5}'), `field.type ${portAt}/port`],
    [port('{port: true}'), `field.type ${portAt}/port`],
    [port('{port: "80"}'), `port.name ${portAt}/port`],
    [port('{port: ""}'), `port.name ${portAt}/port`],
    [port('{port: UPPER}'), `port.name ${portAt}/port`],
    [port('{port: a-name-that-is-long}'), `port.name ${portAt}/port`],
    [port('{port: 80, endPort: 79}'), `port.endPort ${portAt}/endPort`],
    [port('{port: 80, endPort: 0}'), `port.endPort ${portAt}/endPort`],
    [port('{port: 80, endPort: 65536}'), `port.endPort ${portAt}/endPort`],
    [port('{port: http, endPort: 90}'), `port.endPort ${portAt}/endPort`],
    [port('{endPort: 90}'), `port.endPort ${portAt}/endPort`],
    [port('{protocol: ICMP}'), `port.protocol ${portAt}/protocol`],
    [port('{protocol: tcp}'), `port.protocol ${portAt}/protocol`],
    [port('{protocol: ""}'), `port.protocol ${portAt}/protocol`],
    [port('{ports: 80}'), `field.unknown ${portAt}/ports`],
    [port('80'), `field.type ${portAt}`],
    [peer('{}'), `peer.empty ${peerAt}`],
    [peer('null'), `peer.empty ${peerAt}`],
    [peer('{podSelector: null}'), `peer.empty ${peerAt}`],
    [peer('{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}'), `peer.mixed ${peerAt}`],
    [peer('{ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}}'), `peer.mixed ${peerAt}`],
    [peer('{ipBlock: {}}'), `ipBlock.cidr ${peerAt}/ipBlock/cidr`],
    [peer('{ipBlock: {cidr: 10.0.0.0}}'), `ipBlock.cidr ${peerAt}/ipBlock/cidr`],
    [peer('{ipBlock: {cidr: 10.0.0.0/8, except: [x]}}'), `ipBlock.cidr ${peerAt}/ipBlock/except/0`],
    [peer('{ipBlock: {cidr: 10.0.0.0/8, except: [""]}}'), `ipBlock.cidr ${peerAt}/ipBlock/except/0`],
    [
      peer('{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}'),
      `ipBlock.except ${peerAt}/ipBlock/except/0`,
    ],
    [peer('{ipBlock: {cidr: 10.0.0.0/8, except: [0.0.0.0/0]}}'), `ipBlock.except ${peerAt}/ipBlock/except/0`],
    [
      peer('{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}'),
      `ipBlock.except ${peerAt}/ipBlock/except/0`,
    ],
    [
      peer('{ipBlock: {cidr: 10.0.0.0/8, except: ["fd00::/16"]}}'),
      `ipBlock.except ${peerAt}/ipBlock/except/0`,
    ],
    [peer('{ipBlock: {cidr: "::/0", except: [10.0.0.0/8]}}'), `ipBlock.except ${peerAt}/ipBlock/except/0`],
    [
      peer('{namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}'),
      `selector.values ${peerAt}/namespaceSelector/matchExpressions/0/values`,
    ],
    [peer('{namespaceSelectors: {}}'), `field.unknown ${peerAt}/namespaceSelectors`],
    ['{policyTypes: [Egres]}', 'policyTypes.unknown /spec/policyTypes/0'],
    ['{policyTypes: [egress]}', 'policyTypes.unknown /spec/policyTypes/0'],
    ['{policyTypes: [Ingress, Egress, Ingress]}', 'policyTypes.tooMany /spec/policyTypes'],
    ['{policyTypes: Ingress}', 'field.type /spec/policyTypes'],
    ['{ingress: [{to: []}]}', 'field.unknown /spec/ingress/0/to'],
    ['{egress: [{from: []}]}', 'field.unknown /spec/egress/0/from'],
    ['{ingress: {}}', 'field.type /spec/ingress'],
    ['{ingres: []}', 'field.unknown /spec/ingres'],
    ['{podSelector: {matchLabels: {a: "-"}}}', 'selector.value /spec/podSelector/matchLabels'],
    ['[]', 'field.type /spec'],
  ])('%s: %s', (spec, told) => {
    expect(codesOf(spec)).toContain(told);
  });

  test.each([[null], [[]], ['text'], [7]])('%j is no policy', (value) => {
    expect(decodeNetworkPolicy(value, { strict: true }).ok).toBe(false);
  });
});

describe('spellings that older servers took and that may be stored', () => {
  test.each([
    [peer('{ipBlock: {cidr: 010.0.0.0/8}}')],
    [peer('{ipBlock: {cidr: 10.0.0.5/8}}')],
    [peer('{ipBlock: {cidr: "::ffff:0:0/96"}}')],
    [peer('{ipBlock: {cidr: 0.0.0.0/0, except: ["::ffff:169.254.169.254/128"]}}')],
    [peer('{ipBlock: {cidr: "::ffff:0:0/96", except: ["::ffff:10.0.0.0/104"]}}')],
    [peer('{ipBlock: {cidr: 10.0.0.0/8, except: [010.0.0.0/9]}}')],
  ])('%s is read leniently and refused strictly', (spec) => {
    expect(codesOf(spec, false)).toEqual([]);
    expect(codesOf(spec, true).every((told) => told.startsWith('ipBlock.notCanonical'))).toBe(true);
    expect(codesOf(spec, true)).not.toEqual([]);
  });

  test.each([
    // Go's Contains looks at the IPv4 form of a mapped address, and then at nothing but IPv4 networks.
    [peer('{ipBlock: {cidr: "::/0", except: ["::ffff:10.0.0.0/104"]}}')],
    [peer('{ipBlock: {cidr: "::ffff:0:0/96", except: [10.0.0.0/8]}}')],
    [peer('{ipBlock: {cidr: 10.0.0.0/8, except: ["::ffff:11.0.0.0/104"]}}')],
  ])('%s is refused even leniently', (spec) => {
    expect(codesOf(spec, false)).toEqual([`ipBlock.except ${peerAt}/ipBlock/except/0`]);
  });
});

test('every mistake is told at once, with its place', () => {
  expect(
    codesOf(
      '{policyTypes: [x], ingress: [{ports: [{port: 0}, {protocol: x}], from: [{}]}], egress: [{to: [{ipBlock: {cidr: y}}]}]}',
    ),
  ).toEqual([
    'peer.empty /spec/ingress/0/from/0',
    'port.number /spec/ingress/0/ports/0/port',
    'port.protocol /spec/ingress/0/ports/1/protocol',
    'ipBlock.cidr /spec/egress/0/to/0/ipBlock/cidr',
    'policyTypes.unknown /spec/policyTypes/0',
  ]);
});
