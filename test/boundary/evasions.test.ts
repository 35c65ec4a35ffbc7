/** The 24 tricks that a rule on the shape of a policy misses, each denied with a flow to show for it, beside something like it that is fine. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/k8s/json.ts';
import { expectAdmits, expectDenies, object, send, worldOf } from '../admission/scenario.ts';

const tenants = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  ingress:
  - from: [{sameLabels: [bulkhead.dev/tenant]}]
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]
    ports: [{port: 8080, endPort: 8090}]
    appliesTo: {matchLabels: {exposure: public}}
  egress:
  - to: [{sameLabels: [bulkhead.dev/tenant]}]
  - to: [{ipBlock: {cidr: 10.20.0.0/16, except: [10.20.9.0/24]}}, {ipBlock: {cidr: "2001:db8::/32"}}]
    ports: [{port: 443}]
`;

const outside = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: outside}
spec:
  namespaceSelector: {}
  floor: {mode: Create}
  egress:
  - to:
    - ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 192.168.0.0/16]}
    - ipBlock: {cidr: "::/0"}
  never:
    egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}, {ipBlock: {cidr: "fd00:ec2::254/128"}}]}]
`;

const namespaces = [
  'payments=payments',
  'payments-dev=payments',
  'orders=orders',
  'shared=',
  'ingress-nginx=',
]
  .map((text) => text.split('='))
  .map(
    ([name, tenant]) =>
      `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}${tenant === '' ? '' : `, labels: {bulkhead.dev/tenant: ${tenant}}`}}}`,
  )
  .join('\n---\n');

const cluster = {
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: ['192.168.0.0/24'],
  sixToFour: true,
};
const inTenants = worldOf(tenants, namespaces, { cluster });
const inOutside = worldOf(outside, namespaces, { cluster });
const pinned = worldOf(tenants.replace('floor:', 'portNames: {web: [TCP/8080]}\n  floor:'), namespaces, {
  cluster,
});

type World = typeof inTenants;

const policy = (spec: string, name = 'p'): JsonObject =>
  object(
    `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}, namespace: payments}, spec: ${spec}}`,
  );
const to = (...blocks: readonly string[]): string =>
  `{policyTypes: [Egress], egress: [{to: [${blocks.map((text) => `{ipBlock: ${text.startsWith('{') ? text : `{cidr: "${text}"}`}}`).join(', ')}]}]}`;
const from = (namespaceSelector: string): string =>
  `{ingress: [{from: [{namespaceSelector: ${namespaceSelector}}]}]}`;
const tenant = (operator: string, ...values: readonly string[]): string =>
  `{matchExpressions: [{key: bulkhead.dev/tenant, operator: ${operator}, values: [${values.join(', ')}]}]}`;
const on = (ports: string): string =>
  `{policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.20.0.0/24}}], ports: [${ports}]}]}`;
const nginx = '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}';
const fromNginx = (ports: string): string =>
  `{podSelector: {matchLabels: {exposure: public}}, ingress: [{from: [${nginx}], ports: [${ports}]}]}`;
const named = (name: string): string => from(`{matchLabels: {kubernetes.io/metadata.name: ${name}}}`);
const eighths = Array.from({ length: 256 }, (_, at) => `${at}.0.0.0/8`);
const harmlessEighths = eighths.filter((text) => !/^(10|192|169)\./.test(text));

interface Row {
  readonly trick: string;
  readonly world?: World;
  readonly denied: readonly string[];
  readonly admitted: readonly string[];
}

const rows: readonly Row[] = [
  {
    trick: '1: everything in pieces',
    world: inOutside,
    denied: [to('0.0.0.0/1', '128.0.0.0/1'), to(...eighths), to('::/1', '8000::/1')],
    admitted: [
      to(
        '{cidr: 0.0.0.0/1, except: [10.0.0.0/8]}',
        '{cidr: 128.0.0.0/1, except: [192.168.0.0/16, 169.254.169.254/32]}',
      ),
      to(...harmlessEighths),
      to('2003::/16', '3000::/4'),
    ],
  },
  {
    trick: '2: all of IPv4 inside IPv6',
    world: inOutside,
    denied: [to('::ffff:0:0/96'), to('::ffff:169.254.169.254/128')],
    admitted: [to('2001:db8::/32'), to('::fffe:0:0/96')],
  },
  {
    trick: '3: an exception in a spelling that only some understand',
    world: inOutside,
    denied: [to('{cidr: 169.254.0.0/16, except: ["::ffff:169.254.169.254/128"]}')],
    admitted: [to('{cidr: 169.254.0.0/16, except: [169.254.169.254/32]}')],
  },
  {
    trick: '4: leading zeros and host bits',
    denied: [
      on('{port: 443}').replace('10.20.0.0/24', '10.020.0.0/24'),
      on('{port: 443}').replace('10.20.0.0/24', '10.20.3.4/0'),
    ],
    admitted: [on('{port: 443}'), on('{port: 443}').replace('10.20.0.0/24', '10.20.3.4/24')],
  },
  {
    trick: '5: an exception taken back by another peer or rule',
    world: inOutside,
    denied: [
      to('{cidr: 169.254.0.0/16, except: [169.254.169.254/32]}', '169.254.169.0/24'),
      '{policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16, except: [169.254.169.254/32]}}]}, {to: [{ipBlock: {cidr: 169.254.169.254/32}}]}]}',
    ],
    admitted: [
      to('{cidr: 169.254.0.0/16, except: [169.254.169.0/24]}', '169.254.169.0/25', '169.254.169.255/32'),
    ],
  },
  {
    trick: '6: every port, written as a range or by protocol',
    denied: [
      on('{port: 1, endPort: 65535}'),
      on('{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}'),
      on('{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}'),
    ],
    admitted: [
      fromNginx('{port: 8080, endPort: 8084}, {port: 8085, endPort: 8090}'),
      '{ingress: [{from: [{podSelector: {}}], ports: [{port: 1, endPort: 65535}]}]}',
    ],
  },
  {
    trick: '7: ports left out, or another protocol beside',
    denied: [to('10.20.0.0/24'), on('{port: 443}, {protocol: SCTP}'), on('{port: 443, protocol: UDP}')],
    admitted: [on('{port: 443}'), on('{port: 443, protocol: TCP}, {port: 443, endPort: 443}')],
  },
  {
    trick: '8: a port by a name that pods choose',
    denied: [fromNginx('{port: web}')],
    admitted: [fromNginx('{port: 8080}'), '{ingress: [{from: [{podSelector: {}}], ports: [{port: web}]}]}'],
  },
  {
    trick: '8: a pinned name is its numbers',
    world: pinned,
    denied: [fromNginx('{port: other}')],
    admitted: [fromNginx('{port: web}')],
  },
  {
    trick: '9: selectors that select everything without saying so',
    denied: [
      from('{matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}'),
      from('{matchExpressions: [{key: x, operator: NotIn, values: [nope]}]}'),
      from('{matchExpressions: [{key: x, operator: DoesNotExist}]}'),
    ],
    admitted: [
      from(
        '{matchLabels: {bulkhead.dev/tenant: payments}, matchExpressions: [{key: x, operator: DoesNotExist}]}',
      ),
    ],
  },
  {
    trick: '10: every tenant by name, or all but oneself',
    denied: [
      from(tenant('In', 'payments', 'orders')),
      from(tenant('NotIn', 'payments')),
      from(tenant('NotIn', 'nobody')),
    ],
    admitted: [from(tenant('In', 'payments'))],
  },
  {
    trick: '11: a dash too many',
    denied: ['{ingress: [{from: [{namespaceSelector: {}}, {podSelector: {matchLabels: {app: x}}}]}]}'],
    admitted: [
      '{ingress: [{from: [{namespaceSelector: {matchLabels: {bulkhead.dev/tenant: payments}}}, {podSelector: {matchLabels: {app: x}}}]}]}',
    ],
  },
  {
    trick: '12: a rule that names nobody',
    denied: ['{ingress: [{}]}', '{ingress: [{from: []}]}', '{ingress: [{ports: [{port: 8080}]}]}'],
    admitted: [
      '{ingress: []}',
      '{policyTypes: [Ingress, Egress]}',
      '{ingress: [{from: [{podSelector: {}}], ports: []}]}',
    ],
  },
  {
    trick: '13: a second policy beside the floor',
    denied: ['{podSelector: {matchLabels: {app: debug}}, ingress: [{from: [{namespaceSelector: {}}]}]}'],
    admitted: ['{podSelector: {matchLabels: {app: debug}}, ingress: [{from: [{podSelector: {}}]}]}'],
  },
  {
    trick: '16: selectors that equal {} or look as if they selected nobody',
    denied: [
      '{podSelector: {matchExpressions: [{key: x, operator: NotIn, values: [nope]}]}, ingress: [{}]}',
      '{podSelector: {matchExpressions: [{key: x, operator: In, values: [a, b]}, {key: x, operator: In, values: [b, c]}]}, ingress: [{}]}',
    ],
    admitted: [
      '{podSelector: {matchExpressions: [{key: x, operator: In, values: [a]}, {key: x, operator: In, values: [b]}]}, ingress: [{}]}',
    ],
  },
  {
    trick: '18: a pod label that anybody can wear, in all namespaces',
    denied: [
      '{podSelector: {matchLabels: {exposure: public}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: ingress-nginx}}}], ports: [{port: 8080}]}]}',
    ],
    admitted: [
      fromNginx('{port: 8080}').replace(
        'ingress-nginx}}',
        'ingress-nginx}}, podSelector: {matchLabels: {app: ingress-nginx}}',
      ),
    ],
  },
  {
    trick: '20: pods, nodes and services by their addresses',
    denied: [to('10.244.0.0/16'), to('192.168.0.0/24'), to('10.96.0.0/12'), to('10.244.3.7/32')],
    admitted: [on('{port: 443}')],
  },
  {
    trick: '20: pods by an address inside an allowed block',
    world: worldOf(outside.replace('except: [10.0.0.0/8, 192.168.0.0/16]', 'except: []'), namespaces, {
      cluster,
    }),
    denied: [to('{cidr: 0.0.0.0/0, except: [169.254.169.254/32, 192.168.0.0/24, 10.96.0.0/12]}')],
    admitted: [
      to('{cidr: 0.0.0.0/0, except: [169.254.169.254/32, 192.168.0.0/24, 10.96.0.0/12, 10.244.0.0/16]}'),
    ],
  },
  {
    trick: '21: forbidden IPv4 through a translator, and the IPv6 twin of a forbidden address',
    world: inOutside,
    denied: [
      to('64:ff9b::/96'),
      to('64:ff9b::a9fe:a9fe/128'),
      to('2002:a9fe:a9fe::/48'),
      to('2002::/16'),
      to('fd00:ec2::/64'),
    ],
    admitted: [
      to('64:ff9b::808:808/128'),
      to('2002:808:808::/48'),
      to('{cidr: "fd00:ec2::/64", except: ["fd00:ec2::254/128"]}'),
    ],
  },
  {
    trick: '22: NotIn also selects what lacks the label',
    denied: [
      from(tenant('NotIn', 'orders')),
      from('{matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}'),
    ],
    admitted: [
      from(
        '{matchLabels: {bulkhead.dev/tenant: payments}, matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}',
      ),
    ],
  },
  {
    trick: '24: a namespace by name',
    denied: [named('orders'), named('not-there-yet'), named('shared')],
    admitted: [named('payments-dev'), named('payments')],
  },
];

describe.each(rows)('$trick', ({ world = inTenants, denied, admitted }) => {
  test.each(denied.map((spec) => [spec]))('denied with a witness: %s', (spec) => {
    const { decision } = send(policy(spec), world);
    expect(decision.allowed).toBe(false);
    expect(decision.failure).toBeUndefined();
    expect(decision.violations.length).toBeGreaterThan(0);
    for (const violation of decision.violations) {
      expect(violation.code).toMatch(/^boundary\.(ingress|egress|never)$/);
      expect(violation.witness).toBeDefined();
    }
  });

  test.each(admitted.map((spec) => [spec]))('admitted: %s', (spec) => {
    expectAdmits(policy(spec), world);
  });
});

describe('14 and 15: a default-deny that denies less than it seems', () => {
  const floor = (spec: string): JsonObject => policy(spec, 'bulkhead-floor');
  test.each([
    ['{podSelector: {}, policyTypes: [Ingress]}'],
    ['{podSelector: {}, egress: []}'],
    [
      '{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [x]}]}, policyTypes: [Ingress, Egress]}',
    ],
    [
      '{podSelector: {matchExpressions: [{key: x, operator: In, values: [a]}, {key: x, operator: In, values: [b]}]}, policyTypes: [Ingress, Egress]}',
    ],
  ])('cannot take the place of the floor: %s', (spec) => {
    const old = floor('{podSelector: {}, policyTypes: [Ingress, Egress]}');
    expectDenies(floor(spec), inTenants, ['floor.protected'], { old });
  });

  test.each([
    ['{podSelector: {}, policyTypes: [Ingress], egress: [{}]}', 'spec.egress has no effect'],
    ['{podSelector: {}, policyTypes: [Egress], ingress: [{}]}', 'spec.ingress has no effect'],
    [
      '{podSelector: {matchExpressions: [{key: x, operator: In, values: [a]}, {key: x, operator: In, values: [b]}]}}',
      'selects no pod',
    ],
  ])('is admitted beside the floor, with a word on what it does not do: %s', (spec, warning) => {
    const { warnings } = expectAdmits(policy(spec), inTenants);
    expect(warnings.join('\n')).toContain(warning);
  });
});

describe('17: another kind', () => {
  test.each([
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['crd.projectcalico.org/v1', 'NetworkPolicy'],
    ['k8s.cni.cncf.io/v1beta1', 'MultiNetworkPolicy'],
  ])('%s %s is denied', (apiVersion, kind) => {
    const { decision } = send(
      object(
        `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: p, namespace: payments}, spec: {}}`,
      ),
      inTenants,
    );
    expect(decision.allowed).toBe(false);
  });

  test('a kind that is no policy is no rule of ours', () => {
    expect(
      expectAdmits(
        object('{apiVersion: v1, kind: ConfigMap, metadata: {name: p, namespace: payments}}'),
        inTenants,
      ).applied,
    ).toBe(false);
  });
});

describe('19: a label that boundaries trust', () => {
  const namespace = (labels: string): JsonObject =>
    object(`{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {${labels}}}}`);
  const old = namespace('bulkhead.dev/tenant: payments');
  test('is not for users to set', () => {
    expectDenies(namespace('bulkhead.dev/tenant: orders'), inTenants, ['labels.protected'], { old });
  });
  test('any other label is', () => {
    expectAdmits(
      namespace('bulkhead.dev/tenant: payments, kubernetes.io/metadata.name: x, team: a'),
      inTenants,
      { old },
    );
  });
});

describe('23: padding', () => {
  const rules = (count: number, rule: (at: number) => string): string =>
    `{policyTypes: [Egress], egress: [${Array.from({ length: count }, (_, at) => rule(at)).join(', ')}]}`;
  const ownPods = (at: number): string => `{to: [{podSelector: {matchLabels: {app: a${at}}}}]}`;

  test('does not hide the one bad rule', () => {
    const padded = rules(500, (at) => (at === 400 ? '{to: [{namespaceSelector: {}}]}' : ownPods(at)));
    const decision = expectDenies(policy(padded), inTenants, ['boundary.egress']);
    expect(decision.violations[0]?.field).toBe('/spec/egress/400/to/0');
  });
  test('beyond measure is denied as it stands', () => {
    expectDenies(policy(rules(5000, ownPods)), inTenants, ['boundary.unproven']);
  });
  test('a long policy is admitted', () => {
    expectAdmits(policy(rules(500, ownPods)), inTenants);
  });
});
