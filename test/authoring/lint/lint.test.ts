/** What lint says of rules that load: each oddity is found where it is, and what only looks odd is not. */
import { describe, expect, test } from '@jest/globals';
import { boundary, configOf, guardrail, lintText } from '../reading.ts';

const tenants =
  'namespaceSelector: { matchExpressions: [{ key: tenant, operator: Exists }] }\nfloor: { mode: Create }';
const pods =
  "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }] }";

const codes = (text: string, config?: string): readonly string[] =>
  lintText(text, configOf(config)).map(({ code, pointer }) => `${code} ${pointer ?? ''}`);

const clustered =
  'apiVersion: config.bulkhead.dev/v1alpha1\nkind: Configuration\ncluster: { podCIDRs: [10.244.0.0/16], apiServer: { cidrs: [192.0.2.1/32] } }\ntenancy: { protectedPodLabels: [exposure] }\n';

describe('a Boundary', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'with a limit on its own tenant is fine',
      `${tenants}\negress: [{ to: [{ sameLabels: [tenant] }] }]`,
      [],
    ],
    ['that limits nothing', tenants, ['boundary.guardsNothing /spec']],
    [
      'with only a never is fine',
      `${tenants}\nnever: { egress: [{ to: [{ ipBlock: { cidr: 169.254.0.0/16 } }] }] }`,
      [],
    ],
    ['that closes a direction', `${tenants}\ningress: []`, ['boundary.closed /spec/ingress']],
    ['that allows everything', `${tenants}\ningress: [{}]`, ['boundary.limitsNothing /spec/ingress']],
    [
      'that allows everything by two halves',
      `${tenants}\nringress: []`.replace(
        '\nringress: []',
        '\negress: [{ to: [{ namespaceSelector: {} }, { ipBlock: { cidr: 0.0.0.0/0 } }] }, { to: [{ ipBlock: { cidr: "::/0" } }] }]',
      ),
      ['boundary.limitsNothing /spec/egress', 'boundary.anyNamespace /spec/egress/0/to/0/namespaceSelector'],
    ],
    [
      'that selects every namespace',
      'namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: Exists }] }\nfloor: { mode: Create }\negress: [{ to: [{ podSelector: {} }] }]',
      ['boundary.selectsEverything /spec/namespaceSelector'],
    ],
    ['that allows anybody on a port is fine', `${tenants}\negress: [{ ports: [{ port: 443 }] }]`, []],
    [
      'whose rule is inside another',
      `${tenants}\negress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }, { to: [{ ipBlock: { cidr: 10.1.0.0/16 } }], ports: [{ port: 443 }] }]`,
      ['boundary.shadowed /spec/egress/1'],
    ],
    [
      'whose rules overlap is fine',
      `${tenants}\negress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 443 }] }, { to: [{ ipBlock: { cidr: 10.1.0.0/16 } }] }]`,
      [],
    ],
    [
      'whose peer is the union of two others',
      `${tenants}\negress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }, { ipBlock: { cidr: 10.0.0.0/9 } }, { ipBlock: { cidr: 10.128.0.0/9 } }] }]`,
      ['boundary.shadowed /spec/egress/0/to/1', 'boundary.shadowed /spec/egress/0/to/2'],
    ],
    [
      'two equal rules: the later is told',
      `${tenants}\negress: [{ to: [{ sameLabels: [tenant] }] }, { to: [{ sameLabels: [tenant] }] }]`,
      ['boundary.shadowed /spec/egress/1'],
    ],
    [
      'that names other tenants outright beside its own is fine: they are the same only for one of them',
      `${tenants}\negress: [{ to: [{ sameLabels: [tenant] }, { namespaceSelector: { matchLabels: { tenant: shared } } }] }]`,
      [],
    ],
    [
      'of one tenant that names its tenant twice',
      'namespaceSelector: { matchLabels: { tenant: a } }\nfloor: { mode: Create }\negress: [{ to: [{ sameLabels: [tenant] }, { namespaceSelector: { matchLabels: { tenant: a } } }] }]',
      ['boundary.shadowed /spec/egress/0/to/1'],
    ],
    [
      'whose sameLabels contradict its selector',
      'namespaceSelector: { matchLabels: { tenant: a } }\nfloor: { mode: Create }\negress: [{ to: [{ sameLabels: [tenant], namespaceSelector: { matchLabels: { tenant: b } } }, { podSelector: {} }] }]',
      ['boundary.matchesNothing /spec/egress/0/to/0'],
    ],
    [
      'whose never forbids all that it allows',
      `${tenants}\negress: [{ to: [{ ipBlock: { cidr: 10.1.0.0/16 } }] }]\nnever: { egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }`,
      ['boundary.allowsNothing /spec/egress', 'boundary.contradictsNever /spec/egress/0'],
    ],
    [
      'whose never forbids a part of what it allows is fine',
      `${tenants}\negress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }]\nnever: { egress: [{ to: [{ ipBlock: { cidr: 169.254.0.0/16 } }] }] }`,
      [],
    ],
    [
      'whose never says the same twice',
      `${tenants}\nnever: { egress: [{ to: [{ ipBlock: { cidr: 169.254.0.0/16 } }] }, { to: [{ ipBlock: { cidr: 169.254.169.254/32 } }] }] }`,
      ['boundary.shadowed /spec/never/egress/1'],
    ],
    [
      'that trusts a pod label of kube-system, which is exempt, is fine',
      `${tenants}\negress: [{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }, podSelector: { matchLabels: { k8s-app: kube-dns } } }] }]`,
      [],
    ],
    [
      'that trusts a pod label by an expression, where it is written',
      `${tenants}\ningress: [{ from: [{ sameLabels: [tenant] }], appliesTo: { matchExpressions: [{ key: tier, operator: NotIn, values: [x] }] } }]`,
      ['boundary.unprotectedPodLabel /spec/ingress/0/appliesTo/matchExpressions/0/key'],
    ],
    [
      'that stamps the label which it trusts is fine',
      `${tenants}\nstampPods: [tenant]\ningress: [{ from: [{ sameLabels: [tenant], podSelector: { matchLabels: { tenant: a } } }] }]`,
      [],
    ],
  ])('%s', (_, spec, found) => {
    expect(codes(boundary(spec))).toEqual(found);
  });

  test.each<[string, string, readonly string[]]>([
    ['kubeAPI is known', `${tenants}\negress: [{ to: [{ kubeAPI: true }] }]`, []],
    [
      'a protected pod label may be trusted',
      `${tenants}\ningress: [{ from: [{ sameLabels: [tenant] }], appliesTo: { matchLabels: { exposure: public } } }]`,
      [],
    ],
    [
      'a block of pod addresses allows nothing',
      `${tenants}\negress: [{ to: [{ ipBlock: { cidr: 10.244.3.0/24 } }, { sameLabels: [tenant] }] }]`,
      ['boundary.ipBlockIdle /spec/egress/0/to/0'],
    ],
  ])('under a configuration: %s', (_, spec, found) => {
    expect(codes(boundary(spec), clustered)).toEqual(found);
  });
});

describe('a guardrail', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'that checks something is fine',
      `${pods}\nvalidations: [{ expression: object.spec.hostNetwork != true, message: wrong }]`,
      [],
    ],
    [
      'without a message',
      `${pods}\nvalidations: [{ expression: object.spec.hostNetwork != true }]`,
      ['guardrail.noMessage /spec/validations/0'],
    ],
    [
      'that fails open',
      `failurePolicy: Ignore\n${pods}\nvalidations: [{ expression: object.spec.hostNetwork != true, message: wrong }]`,
      ['guardrail.failsOpen /spec/failurePolicy'],
    ],
    [
      'that only warns and fails open is fine',
      `failurePolicy: Ignore\nvalidationActions: [Warn]\n${pods}\nvalidations: [{ expression: object.spec.hostNetwork != true, message: wrong }]`,
      [],
    ],
    [
      'that always refuses',
      `${pods}\nvalidations: [{ expression: 'false', message: wrong }]`,
      ['guardrail.alwaysRefuses /spec/validations/0/expression'],
    ],
    [
      'whose condition is never true',
      `${pods}\nmatchConditions: [{ name: a, expression: "1 > 2" }]\nvalidations: [{ expression: object.spec.hostNetwork != true, message: wrong }]`,
      ['guardrail.neverMatches /spec/matchConditions/0/expression'],
    ],
    [
      'that says the same twice',
      `${pods}\nvalidations:\n  - { expression: object.spec.hostNetwork != true, message: wrong }\n  - { expression: "object.spec.hostNetwork  !=  true", message: never }`,
      ['guardrail.repeated /spec/validations/1/expression'],
    ],
    [
      'with a variable that nobody reads',
      `${pods}\nvariables: [{ name: a, expression: '1' }, { name: b, expression: variables.a }, { name: c, expression: '2' }]\nvalidations: [{ expression: variables.b == 1, message: wrong }]`,
      ['guardrail.unusedVariable /spec/variables/2/name'],
    ],
    [
      'that matches everything',
      "matchConstraints: { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] }\nvalidations: [{ expression: request.name != 'x', message: wrong }]",
      ['guardrail.matchesEverything /spec/matchConstraints/resourceRules/0'],
    ],
    [
      'whose resource rule is inside another',
      "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }, { apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods, services] }] }\nvalidations: [{ expression: request.name != 'x', message: wrong }]",
      ['guardrail.shadowed /spec/matchConstraints/resourceRules/0'],
    ],
    [
      'that excludes what it matches',
      `${pods.slice(0, -2)}, excludeResourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] }\nvalidations: [{ expression: request.name != 'x', message: wrong }]`,
      ['guardrail.neverMatches /spec/matchConstraints/resourceRules/0'],
    ],
    [
      'of a scope that its resource does not have',
      "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: Cluster }] }\nvalidations: [{ expression: request.name != 'x', message: wrong }]",
      ['guardrail.neverMatches /spec/matchConstraints/resourceRules/0'],
    ],
    [
      'that namespaces step out of by a label',
      `${pods.slice(0, -2)}, namespaceSelector: { matchLabels: { checked: 'yes' } }, objectSelector: { matchExpressions: [{ key: skip, operator: DoesNotExist }] } }\nvalidations: [{ expression: request.name != 'x', message: wrong }]`,
      [
        'guardrail.unprotectedLabel /spec/matchConstraints/namespaceSelector/matchLabels/checked',
        'guardrail.unprotectedLabel /spec/matchConstraints/objectSelector/matchExpressions/0/key',
      ],
    ],
    [
      'that selects namespaces by their names and by a protected label is fine',
      `${pods.slice(0, -2)}, namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: a, bulkhead.dev/tenant: b } } }\nvalidations: [{ expression: request.name != 'x', message: wrong }]`,
      [],
    ],
    [
      'whose selector contradicts itself',
      `${pods.slice(0, -2)}, namespaceSelector: { matchLabels: { bulkhead.dev/tenant: b }, matchExpressions: [{ key: bulkhead.dev/tenant, operator: DoesNotExist }] } }\nvalidations: [{ expression: request.name != 'x', message: wrong }]`,
      ['selector.contradiction /spec/matchConstraints/namespaceSelector'],
    ],
    [
      'with a field that the kind does not have',
      `${pods}\nvalidations: [{ expression: object.spec.hostNetwrk != true, message: wrong }]`,
      ['cel.unknownField /spec/validations/0/expression'],
    ],
  ])('%s', (_, spec, found) => {
    expect(codes(guardrail(spec))).toEqual(found);
  });
});

describe('an exception', () => {
  const exception = (spec: string): string =>
    `apiVersion: bulkhead.dev/v1alpha1\nkind: GuardrailException\nmetadata: { name: e, namespace: a }\nspec: { category: Waiver, reason: because it is needed today, ${spec} }\n`;
  test.each<[string, string, readonly string[]]>([
    [
      'of ninety days is fine',
      'target: { boundaries: [b] }, notBefore: "2026-01-01T00:00:00Z", expiresAt: "2026-04-01T00:00:00Z"',
      [],
    ],
    ['from nothing', 'target: {}, expiresAt: "2026-04-01T00:00:00Z"', ['exception.target /spec/target']],
    [
      'of a year',
      'target: { boundaries: [b] }, notBefore: "2026-01-01T00:00:00Z", expiresAt: "2027-01-01T00:00:00Z"',
      ['exception.time /spec/expiresAt'],
    ],
    [
      'that ends before it begins',
      'target: { boundaries: [b] }, notBefore: "2026-01-02T00:00:00Z", expiresAt: "2026-01-01T00:00:00Z"',
      ['exception.time /spec/expiresAt'],
    ],
    [
      'with an unknown field',
      'targets: { boundaries: [b] }, expiresAt: "2026-01-01T00:00:00Z"',
      ['schema.required /spec', 'schema.unknownField /spec/targets'],
    ],
  ])('%s', (_, spec, found) => {
    expect([...codes(exception(spec))].sort()).toEqual([...found].sort());
  });
});

describe('several documents', () => {
  test('a mistake in one hides nothing in another, and the order is that of the places', () => {
    const found = lintText(
      [
        boundary(`${tenants}\ningres: []`),
        boundary(`${tenants}\ningress: [{}]`, 'c'),
        boundary(tenants, 'd'),
        boundary(`${tenants}\negress: [{}]`, 'd'),
      ].join('---\n'),
    );
    expect(found.map(({ code, line }) => [code, line])).toEqual([
      ['schema.unknownField', 7],
      ['boundary.limitsNothing', 15],
      ['boundary.guardsNothing', 20],
      ['rules.duplicate', 26],
      ['boundary.limitsNothing', 30],
    ]);
  });

  test('a label that one Boundary uses is protected for a guardrail', () => {
    const selecting = guardrail(
      `${pods.slice(0, -2)}, namespaceSelector: { matchLabels: { tenant: a } } }\nvalidations: [{ expression: request.name != 'x', message: wrong }]`,
    );
    expect(codes(selecting)).toEqual([
      'guardrail.unprotectedLabel /spec/matchConstraints/namespaceSelector/matchLabels/tenant',
    ]);
    expect(
      codes(`${boundary(`${tenants}\negress: [{ to: [{ sameLabels: [tenant] }] }]`)}---\n${selecting}`),
    ).toEqual([]);
  });
});
