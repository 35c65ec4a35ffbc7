/** Every row of the table of liftings: how a policy is read, how a limit is read, and how a prohibition is. */
import { describe, expect, test } from '@jest/globals';
import { excessOf } from '../../src/boundary/excess.ts';
import { witnessOf } from '../../src/boundary/witness.ts';
import { parse } from 'yaml';
import { boundary, facts, policy, scenario, testCluster, unknownCluster } from './scenario.ts';
import type { Json, Scenario } from './scenario.ts';

type Spec = Readonly<Record<string, Json>>;
const yaml = (text: string): Spec => parse(text) as Spec;

const own = facts('own', { tenant: 'a', env: 'prod' });
const others = [
  facts('other-a', { tenant: 'a', env: 'dev' }),
  facts('other-b', { tenant: 'b' }),
  facts('nameless'),
];

/** What is outside: the boundary's name, and `never` for a prohibition. Every finding must have a witness that the replay confirms. */
function outside(scene: Scenario, spec: string): string[] {
  const some = policy(yaml(spec));
  const found = excessOf(some, undefined, scene.limits, scene.setting, { left: 2_000 });
  if (found === 'tooComplex') return [found];
  for (const excess of found) {
    expect(witnessOf(excess, some, scene.own, scene.live, scene.surroundings).confirmed).toBe(true);
  }
  return [
    ...new Set(
      found.map(({ limit, never }) => `${limit.boundary.name}${never === undefined ? '' : ' never'}`),
    ),
  ];
}

interface Row {
  readonly name: string;
  readonly boundary: string;
  readonly policy: string;
  readonly outside: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly unknownRanges?: boolean;
}

const to = (peer: string, ports = ''): string =>
  `{policyTypes: [Egress], egress: [{to: [${peer}]${ports === '' ? '' : `, ports: [${ports}]`}}]}`;
const from = (peer: string, ports = ''): string =>
  `{ingress: [{from: [${peer}]${ports === '' ? '' : `, ports: [${ports}]`}}]}`;
const limit = (peer: string, ports = ''): string =>
  `{egress: [{to: [${peer}]${ports === '' ? '' : `, ports: [${ports}]`}}]}`;
const block = (cidr: string, ...except: readonly string[]): string =>
  `{ipBlock: {cidr: "${cidr}", except: [${except.map((text) => `"${text}"`).join(', ')}]}}`;
const allButNever = (peer: string, ports = ''): string =>
  `{egress: [{}], never: {egress: [{to: [${peer}]${ports === '' ? '' : `, ports: [${ports}]`}}]}}`;

const rows: readonly Row[] = [
  {
    name: 'an ipBlock without pods is within the same',
    boundary: limit(block('8.0.0.0/8')),
    policy: to(block('8.8.0.0/16')),
    outside: [],
  },
  {
    name: 'an ipBlock that meets pods is not within the same',
    boundary: limit(block('10.0.0.0/8')),
    policy: to(block('10.0.0.0/8')),
    outside: ['b'],
  },
  {
    name: 'unless the pod range is excepted, and services too',
    boundary: limit(block('10.0.0.0/8')),
    policy: to(block('10.0.0.0/8', '10.244.0.0/16', '10.96.0.0/12')),
    outside: [],
  },
  {
    name: 'or the ranges are not known',
    boundary: limit(block('10.0.0.0/8')),
    policy: to(block('10.0.0.0/8')),
    outside: [],
    unknownRanges: true,
  },
  {
    name: 'node addresses are not meant by a larger block',
    boundary: limit(block('192.168.0.0/16')),
    policy: to(block('192.168.0.7/32')),
    outside: ['b'],
  },
  {
    name: 'node addresses are meant by a block inside their range',
    boundary: limit(block('192.168.0.0/28')),
    policy: to(block('192.168.0.7/32')),
    outside: [],
  },
  {
    name: 'a block over two adjacent node ranges is inside them',
    boundary: limit(block('192.168.0.0/23')),
    policy: to(block('192.168.1.7/32')),
    outside: [],
  },
  {
    name: 'kubeAPI is the API server on its ports',
    boundary: limit('{kubeAPI: true}'),
    policy: to(block('192.168.0.2/32'), '{port: 6443}'),
    outside: [],
  },
  {
    name: 'kubeAPI is no other port',
    boundary: limit('{kubeAPI: true}'),
    policy: to(block('192.168.0.2/32'), '{port: 443}'),
    outside: ['b'],
  },
  {
    name: 'kubeAPI is no neighbour',
    boundary: limit('{kubeAPI: true}'),
    policy: to(block('192.168.0.3/32'), '{port: 6443}'),
    outside: ['b'],
  },
  {
    name: 'a name is within the same name',
    boundary: limit('{podSelector: {}}', '{port: web}'),
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: [],
  },
  {
    name: 'a name is within all ports of its protocol',
    boundary: limit('{podSelector: {}}', '{protocol: TCP}'),
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: [],
  },
  {
    name: 'a name is within all ports, written as two ranges',
    boundary: limit('{podSelector: {}}', '{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}'),
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: [],
  },
  {
    name: 'a name is not within a number',
    boundary: limit('{podSelector: {}}', '{port: 80}'),
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: ['b'],
  },
  {
    name: 'a number is not within a name',
    boundary: limit('{podSelector: {}}', '{port: web}'),
    policy: to('{podSelector: {}}', '{port: 80}'),
    outside: ['b'],
  },
  {
    name: 'a name is not within the same name of another protocol',
    boundary: limit('{podSelector: {}}', '{port: web, protocol: UDP}'),
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: ['b'],
  },
  {
    name: 'a pinned name is within its number',
    boundary: `{portNames: {web: [TCP/80]}, ${limit('{podSelector: {}}', '{port: 80}').slice(1)}`,
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: [],
  },
  {
    name: 'a name that is pinned here is not pinned in namespaces without the boundary',
    boundary: `{namespaceSelector: {matchLabels: {tenant: a}}, portNames: {web: [TCP/80]}, ${limit('{namespaceSelector: {}}', '{port: 80}').slice(1)}`,
    policy: to('{namespaceSelector: {}}', '{port: web}'),
    outside: ['b'],
  },
  {
    name: 'a name means nothing at an address',
    boundary: limit(block('8.0.0.0/8'), '{port: 1}'),
    policy: to(block('8.8.8.0/24'), '{port: web}'),
    outside: [],
  },
  {
    name: 'an IPv4-mapped block is also IPv4',
    boundary: limit(block('::/0')),
    policy: to(block('::ffff:8.0.0.0/104')),
    outside: ['b'],
  },
  {
    name: 'no ports are all ports of all protocols',
    boundary: limit('{podSelector: {}}', '{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}'),
    policy: to('{podSelector: {}}'),
    outside: ['b'],
  },
  {
    name: 'sameLabels is the own tenant',
    boundary: limit('{sameLabels: [tenant]}'),
    policy: to('{namespaceSelector: {matchLabels: {tenant: a}}}'),
    outside: [],
  },
  {
    name: 'sameLabels holds the own namespace',
    boundary: limit('{sameLabels: [tenant, env]}'),
    policy: to('{podSelector: {}}'),
    outside: [],
  },
  {
    name: 'sameLabels holds a namespace whose labels are known',
    boundary: limit('{sameLabels: [tenant]}'),
    policy: to('{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other-a}}}'),
    outside: [],
  },
  {
    name: 'that it has no label is not known of a namespace',
    boundary: allButNever('{sameLabels: [tenant]}'),
    policy: to('{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: nameless}}}'),
    outside: ['b never'],
  },
  {
    name: 'sameLabels with a missing label holds nothing in a limit',
    boundary: limit('{sameLabels: [tenant]}'),
    policy: to('{podSelector: {}}'),
    outside: ['b'],
    labels: {},
  },
  {
    name: 'sameLabels with an empty label holds nothing in a limit',
    boundary: limit('{sameLabels: [tenant]}'),
    policy: to('{podSelector: {}}'),
    outside: ['b'],
    labels: { tenant: '' },
  },
  {
    name: 'sameLabels with a missing label is every pod in a never',
    boundary: allButNever('{sameLabels: [tenant]}'),
    policy: to('{podSelector: {}}'),
    outside: ['b never'],
    labels: {},
  },
  {
    name: 'sameLabels with a missing label is every address in a never',
    boundary: allButNever('{sameLabels: [tenant]}'),
    policy: to(block('8.8.8.0/24')),
    outside: ['b never'],
    labels: {},
  },
  {
    name: 'a never with addresses of pods is hit by selectors',
    boundary: allButNever(block('10.0.0.0/8')),
    policy: to('{podSelector: {}}'),
    outside: ['b never'],
  },
  {
    name: 'a never with addresses of pods is hit by the same addresses',
    boundary: allButNever(block('10.244.1.0/24')),
    policy: to(block('10.244.0.0/16')),
    outside: ['b never'],
  },
  {
    name: 'a never with addresses of pods is not hit by other addresses',
    boundary: allButNever(block('10.244.1.0/24')),
    policy: to(block('10.244.2.0/24')),
    outside: [],
  },
  {
    name: 'a name in a never is every port of its protocol',
    boundary: allButNever('{podSelector: {}}', '{port: web}'),
    policy: to('{podSelector: {}}', '{port: 81}'),
    outside: ['b never'],
  },
  {
    name: 'a number in a never is every name that is not pinned',
    boundary: allButNever('{podSelector: {}}', '{port: 22}'),
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: ['b never'],
  },
  {
    name: 'a number in a never is not a name pinned elsewhere',
    boundary: `{portNames: {web: [TCP/80]}, ${allButNever('{podSelector: {}}', '{port: 22}').slice(1)}`,
    policy: to('{podSelector: {}}', '{port: web}'),
    outside: [],
  },
  {
    name: 'DNS joins the limit',
    boundary: '{egress: []}',
    policy: to(
      '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}',
      '{port: 53, protocol: UDP}',
    ),
    outside: [],
  },
  {
    name: 'DNS does not join where the boundary says so',
    boundary: '{floor: {mode: Create, allowDNS: false}, egress: []}',
    policy: to(
      '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}',
      '{port: 53, protocol: UDP}',
    ),
    outside: ['b'],
  },
  {
    name: 'node-local DNS is taken out of a never',
    boundary: `{never: {egress: [{to: [${block('169.254.0.0/16')}]}]}}`,
    policy: to(block('169.254.20.10/32'), '{port: 53, protocol: UDP}'),
    outside: [],
  },
  {
    name: 'on its ports only',
    boundary: `{never: {egress: [{to: [${block('169.254.0.0/16')}]}]}}`,
    policy: to(block('169.254.20.10/32'), '{port: 80}'),
    outside: ['b never'],
  },
  {
    name: 'appliesTo lets its pods only',
    boundary: '{ingress: [{appliesTo: {matchLabels: {app: web}}}]}',
    policy: from('{podSelector: {}}'),
    outside: ['b'],
  },
  {
    name: 'appliesTo lets them',
    boundary: '{ingress: [{appliesTo: {matchLabels: {app: web}}}]}',
    policy: `{podSelector: {matchLabels: {app: web, x: y}}, ${from('{podSelector: {}}').slice(1)}`,
    outside: [],
  },
  {
    name: 'appliesTo that contradicts itself lets nobody',
    boundary:
      '{ingress: [{appliesTo: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: DoesNotExist}]}}]}',
    policy: from('{podSelector: {}}'),
    outside: ['b'],
  },
  {
    name: 'no limit and no never: everything',
    boundary: '{}',
    policy: '{policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}',
    outside: [],
  },
  {
    name: 'an empty limit: nothing',
    boundary: '{floor: {mode: Create, allowDNS: false}, ingress: [], egress: []}',
    policy: '{policyTypes: [Ingress, Egress]}',
    outside: [],
  },
  {
    name: 'a peer that contradicts itself is nobody',
    boundary: '{ingress: []}',
    policy: from(
      '{podSelector: {matchLabels: {a: x}, matchExpressions: [{key: a, operator: DoesNotExist}]}}',
    ),
    outside: [],
  },
  {
    name: 'excepts that cover their block leave nobody',
    boundary: '{egress: []}',
    policy: to(block('8.0.0.0/8', '8.0.0.0/9', '8.128.0.0/9')),
    outside: [],
  },
];

test.each(rows)('$name', (row) => {
  const { boundary: spec, policy: written, labels, unknownRanges } = row;
  const scene = scenario(
    [boundary('b', yaml(spec))],
    labels === undefined ? own : facts('own', labels),
    others,
    unknownRanges === true ? unknownCluster : testCluster,
  );
  expect(outside(scene, written)).toEqual(row.outside);
});

describe('several boundaries', () => {
  const narrow = boundary('narrow', yaml(limit(block('8.8.0.0/16'))));
  const wide = boundary('wide', yaml(limit(block('8.0.0.0/8'))));
  const elsewhere = boundary(
    'elsewhere',
    yaml('{namespaceSelector: {matchLabels: {tenant: b}}, egress: []}'),
  );

  test.each([
    ['inside both', '8.8.8.0/24', []],
    ['inside one', '8.9.0.0/16', ['narrow']],
    ['inside none', '9.0.0.0/16', ['narrow', 'wide']],
  ])('%s, in whatever order', (_name, cidr, expected) => {
    for (const order of [
      [narrow, wide, elsewhere],
      [elsewhere, wide, narrow],
    ]) {
      expect(outside(scenario(order, own, others), to(block(cidr))).sort()).toEqual(expected);
    }
  });

  test('DNS joins only where every boundary with an egress limit allows it', () => {
    const dns = to(
      '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}',
      '{port: 53, protocol: UDP}',
    );
    const without = boundary('without', yaml('{floor: {mode: Create, allowDNS: false}, egress: []}'));
    const onlyIngress = boundary(
      'only-ingress',
      yaml('{floor: {mode: Create, allowDNS: false}, ingress: []}'),
    );
    expect(outside(scenario([narrow, without], own, others), dns).sort()).toEqual(['narrow', 'without']);
    expect(outside(scenario([narrow, onlyIngress], own, others), dns)).toEqual([]);
  });

  test('a name that two boundaries pin is what both say', () => {
    const first = boundary(
      'first',
      yaml(`{portNames: {web: [TCP/80, TCP/81]}, ${limit('{podSelector: {}}', '{port: 80}').slice(1)}`),
    );
    const second = boundary('second', yaml('{portNames: {web: [TCP/80, TCP/82]}}'));
    expect(outside(scenario([first], own, others), to('{podSelector: {}}', '{port: web}'))).toEqual([
      'first',
    ]);
    expect(outside(scenario([first, second], own, others), to('{podSelector: {}}', '{port: web}'))).toEqual(
      [],
    );
  });
});
