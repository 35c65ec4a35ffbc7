/** What a suite says of decisions: each expectation can hold and can fail, and a failure is told in words. */
import { describe, expect, test } from '@jest/globals';
import { describeWitness } from '../../../src/authoring/suite/differences.ts';
import { actualExpectation } from '../../../src/authoring/suite/actual.ts';
import { coverageOf } from '../../../src/authoring/suite/coverage.ts';
import { matched } from '../../../src/authoring/suite/pairing.ts';
import { survivorsOf } from '../../../src/authoring/suite/removals.ts';
import { runSuite } from '../../../src/authoring/suite/runSuite.ts';
import { readSuite } from '../../../src/authoring/suite/readSuite.ts';
import { specHashOf } from '../../../src/boundary/exceptions/exception.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { boundary, guardrail, suiteOf, valueOf } from '../reading.ts';

const rules = [
  boundary(
    'namespaceSelector: { matchExpressions: [{ key: tenant, operator: Exists }] }\nfloor: { mode: Create }\nonExcess: Deny\ningress: [{ from: [{ sameLabels: [tenant] }] }]\negress: [{ to: [{ sameLabels: [tenant] }] }, { to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]\nstampPods: [tenant]',
    'tenants',
  ),
  guardrail(
    'matchConstraints: { resourceRules: [{ apiGroups: [\'\'], apiVersions: [v1], operations: [CREATE, UPDATE, DELETE], resources: [configmaps] }] }\nmatchConditions: [{ name: named, expression: "request.name != \'free\'" }]\nvalidations: [{ expression: "object == null || has(object.data)", message: data is needed }]',
    'data',
  ),
].join('---\n');

const inventory = `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Namespace, metadata: { name: a, labels: { tenant: a } } }
  - { apiVersion: v1, kind: Namespace, metadata: { name: b, labels: { tenant: b } } }
  - { apiVersion: v1, kind: Pod, metadata: { name: x, namespace: a, labels: { app: x } }, spec: { containers: [{ name: c, image: i }] } }
  - { apiVersion: v1, kind: Pod, metadata: { name: z, namespace: a, labels: { app: z } }, spec: { containers: [{ name: c, image: i, ports: [{ name: web, containerPort: 8080 }] }] } }
  - { apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: closed, namespace: a }, spec: { podSelector: {}, policyTypes: [Ingress] } }
`;

const policy = (rest: string): string =>
  `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: np, namespace: a }, spec: { podSelector: {}, ${rest} } }`;
const inside = policy('ingress: [{ from: [{ podSelector: {} }] }]');
const outside = policy('ingress: [{ from: [{ namespaceSelector: { matchLabels: { tenant: b } } }] }]');
const config = (rest: string): string =>
  `{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: a }${rest} }`;

/** The inputs of a suite with one case. */
const inputsOf = (one: string, more = '') =>
  suiteOf(
    `apiVersion: test.bulkhead.dev/v1alpha1\nkind: Suite\n${more}rules: [rules.yaml]\ntests:\n  - { name: one, ${one} }\n`,
    valueOf(readDocuments(rules, 'rules.yaml')),
    valueOf(readDocuments(inventory, 'inventory.yaml')),
  );

/** What a case of a suite with these rules differs in; empty where it passes. */
function told(one: string): readonly string[] {
  const { cases, issues } = runSuite(inputsOf(one));
  expect(issues).toEqual([]);
  return cases.flatMap(({ differences, issues: wrong }) => [
    ...differences.map(({ pointer, message }) => `${pointer} ${message}`),
    ...wrong.map(({ code, message, line }) => `${code} ${line ?? 0} ${message}`),
  ]);
}

describe('a case passes', () => {
  test.each<[string, string]>([
    [
      'that is allowed',
      `object: ${inside}, expect: { decision: allowed, violations: [], warnings: [], patched: false }`,
    ],
    [
      'that is denied, with its violation by pointer',
      `object: ${outside}, expect: { decision: denied, violations: [{ rule: tenants, field: /spec/ingress/0/from/0 }] }`,
    ],
    [
      'that is denied, with its violation by path and message',
      `object: ${outside}, expect: { violations: [{ field: 'spec.ingress[0].from[0]', message: could reach }] }`,
    ],
    [
      'whose object is patched',
      'object: { apiVersion: v1, kind: Pod, metadata: { name: p, namespace: a }, spec: { containers: [{ name: c, image: i }] } }, expect: { decision: patched, patched: { metadata: { labels: { tenant: a } } } }',
    ],
    [
      'that expects any change',
      'object: { apiVersion: v1, kind: Pod, metadata: { name: p, namespace: a }, spec: { containers: [{ name: c, image: i }] } }, expect: { patched: true }',
    ],
    [
      'that cannot be judged',
      'object: { apiVersion: v1, kind: Pod, metadata: { name: p, namespace: nowhere }, spec: {} }, expect: { decision: errored }',
    ],
    [
      'about an update: only what it opens counts',
      `object: ${outside}, oldObject: ${outside}, expect: { decision: allowed }`,
    ],
    [
      'about an update of what the inventory holds',
      'object: { apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: closed, namespace: a }, spec: { podSelector: {}, policyTypes: [Ingress] } }, expect: { decision: allowed, violations: [] }',
    ],
    ['about a deletion', `oldObject: ${config('')}, expect: { decision: allowed }`],
    [
      'by another user',
      `object: ${config(', data: {}')}, user: { username: jane, groups: [team] }, expect: { decision: allowed }`,
    ],
    [
      'about a whole AdmissionReview',
      `admissionReview: { apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: { uid: u, operation: CREATE, kind: { group: '', version: v1, kind: ConfigMap }, resource: { group: '', version: v1, resource: configmaps }, name: c, namespace: a, object: ${config('')} } }, expect: { decision: denied }`,
    ],
    [
      'with the connections that it opens',
      `object: ${inside}, expect: { connectivity: [{ from: a/x, to: a/z, port: web, allowed: true }, { from: a/x, to: 8.8.8.8, port: 443, allowed: true }] }`,
    ],
    [
      'with the connections that a denied one does not open',
      `object: ${outside}, expect: { decision: denied, connectivity: [{ from: a/x, to: a/z, port: 8080, allowed: false }] }`,
    ],
  ])('%s', (_, one) => {
    expect(told(one)).toEqual([]);
  });
});

describe('a case fails', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'whose decision is another',
      `object: ${inside}, expect: { decision: denied }`,
      ['/decision expected denied, is allowed'],
    ],
    [
      'that is denied against expectation, with the reason',
      `object: ${config('')}, expect: { decision: allowed }`,
      ['/decision expected allowed, is denied: data is needed'],
    ],
    [
      'with a violation that is missing',
      `object: ${inside}, expect: { violations: [{ rule: tenants }] }`,
      ['/violations/0 expected a violation with rule "tenants"; there is none'],
    ],
    [
      'with a violation too many',
      `object: ${config('')}, expect: { violations: [] }`,
      ['/violations not expected: policy of "data" at the object: data is needed'],
    ],
    [
      'with a warning that is missing',
      `object: ${inside}, expect: { warnings: [careful] }`,
      ['/warnings/0 expected a warning with "careful"; there is none such'],
    ],
    [
      'that is not patched so',
      'object: { apiVersion: v1, kind: Pod, metadata: { name: p, namespace: a }, spec: { containers: [{ name: c, image: i }] } }, expect: { patched: { metadata: { labels: { tenant: b, x: z } }, spec: { containers: [] } } }',
      [
        '/patched expected metadata.labels.tenant to be "b", is "a"',
        '/patched expected metadata.labels.x, there is none',
        '/patched expected spec.containers to have 0 items, has 1',
      ],
    ],
    [
      'that is patched at all',
      `object: ${inside}, expect: { patched: true }`,
      ['/patched expected a change, nothing is changed'],
    ],
    [
      'with a connection that is closed',
      `object: ${inside}, expect: { connectivity: [{ from: b/none, to: a/z, port: 1, allowed: true }] }`,
      ['/connectivity/0 "b/none" is no pod of the inventory; write NAMESPACE/POD or an IP address'],
    ],
    [
      'with another answer about a connection',
      `object: ${outside}, expect: { connectivity: [{ from: a/x, to: a/z, port: 8080, allowed: true }] }`,
      [
        '/connectivity/0 a/x -> a/z on TCP 8080: expected allowed, is denied: ingress denied: no rule of a/closed allows it',
      ],
    ],
    [
      'that expects nothing',
      `object: ${inside}`,
      [' nothing is expected; write expect, or let bulkhead test --update write what is'],
    ],
    [
      'whose expectation is empty',
      `object: ${inside}, expect: {}`,
      [' nothing is expected; write expect, or let bulkhead test --update write what is'],
    ],
    [
      'that updates what is not stored',
      `object: ${config('')}, operation: UPDATE`,
      [
        'suite.case 5 an UPDATE needs the object as it is stored: give oldObject, or put it into the inventory',
      ],
    ],
    [
      'that is denied because it cannot be read',
      'object: { apiVersion: v1, kind: Pod, metadata: { name: p, namespace: a, labels: { tenant: a } }, spec: { containers: { name: c } } }, expect: { decision: denied }',
      [
        '/decision expected denied, is denied only because nothing could be proven: cannot be judged: must be a list, not an object; correct this field; if that is meant, expect a violation with code object.unreadable',
      ],
    ],
    ['whose object is none', 'object: { kind: Pod }', ['manifest.apiVersion 5 apiVersion is missing']],
  ])('%s', (_, one, found) => {
    expect(told(one)).toEqual(found);
  });

  describe('that expects a denial of a rule that cannot be evaluated', () => {
    const broken = guardrail(
      "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps] }] }\nvalidations: [{ expression: object.nothing == 1 }]",
      'broken',
    );
    const by = (expected: string, more = ''): readonly string[] => {
      const inputs = inputsOf(`object: ${config('')}, expect: ${expected}`);
      const documents = valueOf(readDocuments([broken, more].join('---\n'), 'rules.yaml'));
      return runSuite({ ...inputs, rules: documents }).cases.flatMap(({ differences }) =>
        differences.map(({ pointer, message }) => `${pointer} ${message}`),
      );
    };

    test('and does not say so', () => {
      const [told, ...others] = by('{ decision: denied }');
      expect(others).toEqual([]);
      expect(told).toMatch(
        /^\/decision expected denied, is denied only because nothing could be proven: .*; if that is meant, expect a violation with code policy.error$/,
      );
      expect(by('{ decision: denied, violations: [{ rule: broken }] }')).toEqual([told]);
      const [one] = runSuite({
        ...inputsOf(`object: ${config('')}, expect: { decision: denied }`),
        rules: valueOf(readDocuments(broken, 'rules.yaml')),
      }).cases;
      // What --update writes.
      expect(one?.outcome && actualExpectation({ decision: 'denied' }, one.outcome)).toEqual({
        decision: 'denied',
        violations: [{ rule: 'broken', code: 'policy.error', field: '' }],
      });
    });

    test('unless it says so, or another rule denies too', () => {
      expect(by('{ decision: denied, violations: [{ code: policy.error }] }')).toEqual([]);
      const working = guardrail(
        "matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps] }] }\nvalidations: [{ expression: has(object.data) }]",
        'working',
      );
      expect(by('{ decision: denied }', working)).toEqual([]);
    });
  });

  test('a wrong decision comes with the flow that shows it', () => {
    const [one] = runSuite(inputsOf(`object: ${outside}, expect: { decision: allowed }`)).cases;
    const witness = one?.differences[0]?.witness;
    expect(witness === undefined ? '' : describeWitness(witness)).toMatch(
      /^b\/any-pod -> a\/any-pod on TCP 80, opened by spec\.ingress\[0\]\.from\[0\]$/,
    );
  });
});

describe('the time of a suite decides which exceptions among its rules count', () => {
  const exception = (notBefore: string, expiresAt: string): string => {
    const spec = {
      target: { boundaries: ['tenants'] },
      allow: { ingress: [{ from: [{ namespaceSelector: { matchLabels: { tenant: 'b' } } }] }] },
      category: 'Waiver',
      reason: 'b is being merged into a, and calls it meanwhile',
      notBefore,
      expiresAt,
    };
    return JSON.stringify({
      apiVersion: 'bulkhead.dev/v1alpha1',
      kind: 'GuardrailException',
      metadata: { name: 'merger', namespace: 'a', annotations: { 'bulkhead.dev/created-by': 'dev' } },
      spec,
      status: { approval: { state: 'Approved', by: 'root', at: notBefore, specHash: specHashOf(spec) } },
    });
  };
  const allows = (excepted: string, more: string): boolean | undefined => {
    const inputs = inputsOf(`object: ${outside}`, more);
    const { cases, issues } = runSuite({
      ...inputs,
      rules: [...inputs.rules, ...valueOf(readDocuments(excepted, 'exception.json'))],
    });
    expect(issues).toEqual([]);
    return cases[0]?.outcome?.decision.allowed;
  };
  test.each<[string, string, boolean]>([
    ['before it begins', '2026-01-31T23:59:59Z', false],
    ['from its first moment', '2026-02-01T00:00:00Z', true],
    ['in its last second, written in another zone', '2026-03-01T01:59:59+02:00', true],
    ['once it has ended', '2026-03-01T00:00:00Z', false],
  ])('%s', (_, now, allowed) => {
    const february = exception('2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z');
    expect(allows(february, `now: ${now}\n`)).toBe(allowed);
  });

  test('without a time none counts, not even one that is in force while the suite is run', () => {
    const [yesterday = '', tomorrow = ''] = [-1, 1].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString(),
    );
    expect(allows(exception(yesterday, tomorrow), '')).toBe(false);
    expect(allows(exception(yesterday, tomorrow), `now: ${new Date().toISOString()}\n`)).toBe(true);
  });
});

describe('a suite that cannot be run says why', () => {
  test.each<[string, string, string]>([
    [
      'a path that is absolute',
      'rules: [/etc/rules]\ntests: [{ name: a, object: {} }]',
      'suite.path /rules/0',
    ],
    [
      'a path of another machine',
      'rules: [https://example.com/rules]\ntests: [{ name: a, object: {} }]',
      'suite.path /rules/0',
    ],
    ['a home', 'rules: [a]\ninventory: [~/x]\ntests: [{ name: a, object: {} }]', 'suite.path /inventory/0'],
    ['a drive', "rules: ['C:\\rules']\ntests: [{ name: a, object: {} }]", 'suite.path /rules/0'],
    [
      'two cases of one name',
      'rules: [a]\ntests: [{ name: a, object: {} }, { name: a, object: {} }]',
      'suite.duplicate /tests/1/name',
    ],
    ['a case about nothing', 'rules: [a]\ntests: [{ name: a }]', 'suite.case /tests/0'],
    [
      'a review beside an object',
      'rules: [a]\ntests: [{ name: a, object: {}, admissionReview: {} }]',
      'suite.case /tests/0/admissionReview',
    ],
    [
      'a time without a zone',
      'rules: [a]\nnow: 2026-01-01\ntests: [{ name: a, object: {} }]',
      'suite.now /now',
    ],
    ['a field that there is not', 'rules: [a]\ntest: []', 'schema.required '],
    [
      'a decision that there is not',
      'rules: [a]\ntests: [{ name: a, object: {}, expect: { decision: deny } }]',
      'schema.choice /tests/0/expect/decision',
    ],
    [
      'fields of which none is expected',
      'rules: [a]\ntests: [{ name: a, object: {}, expect: { patched: {} } }]',
      'schema.size /tests/0/expect/patched',
    ],
    [
      'connections of which there is none, beside what can fail',
      'rules: [a]\ntests: [{ name: a, object: {}, expect: { decision: allowed, connectivity: [] } }]',
      'schema.size /tests/0/expect/connectivity',
    ],
  ])('%s', (_, text, found) => {
    const [document] = valueOf(
      readDocuments(`apiVersion: test.bulkhead.dev/v1alpha1\nkind: Suite\n${text}\n`, 's.yaml'),
    );
    const read = document === undefined ? undefined : readSuite(document);
    expect(read?.ok).toBe(false);
    expect(
      read?.ok === false ? read.issues.map(({ code, pointer }) => `${code} ${pointer ?? ''}`) : [],
    ).toContain(found);
  });

  test('rules that do not compile', () => {
    const inputs = inputsOf(`object: ${inside}`);
    const result = runSuite({ ...inputs, rules: valueOf(readDocuments('kind: Boundry\n', 'r.yaml')) });
    expect(result.issues.map(({ code, file }) => `${code} ${file ?? ''}`)).toEqual(['rules.kind r.yaml']);
    expect(result.cases).toEqual([]);
  });
});

describe('coverage', () => {
  const covered = (one: string): readonly string[] =>
    coverageOf([runSuite(inputsOf(one))])
      .points.filter(({ touched }) => touched)
      .map(({ sort, name, field, way }) => `${sort} ${name} ${field} ${way}`);

  test('a policy inside touches the rule that allows it, and the branch', () => {
    expect(covered(`object: ${inside}`)).toEqual([
      'rule tenants  asked',
      'limit tenants /spec/ingress/0 allows',
      'branch tenants /spec/ingress kept',
    ]);
  });
  test('a policy outside touches the other branch', () => {
    expect(covered(`object: ${outside}`)).toEqual([
      'rule tenants  asked',
      'branch tenants /spec/ingress exceeded',
    ]);
  });
  describe('a policy that isolates and allows nothing', () => {
    const nobody =
      '{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: nobody, namespace: a }, spec: { podSelector: {}, policyTypes: [Ingress] } }';
    test('keeps to a limit of [], as nothing else could', () => {
      const inputs = inputsOf(`object: ${nobody}`);
      const closed =
        'metadata: { name: closed }\nspec: { namespaceSelector: {}, floor: { mode: Audit }, ingress: [] }';
      const rules = readDocuments(`apiVersion: bulkhead.dev/v1alpha1\nkind: Boundary\n${closed}`, 'r.yaml');
      const { points } = coverageOf([runSuite({ ...inputs, rules: valueOf(rules) })]);
      expect(points.filter(({ way }) => way === 'kept')).toMatchObject([{ name: 'closed', touched: true }]);
    });
    test('shows nothing of a limit that allows something', () => {
      expect(covered(`object: ${nobody}`)).toEqual(['rule tenants  asked']);
    });
  });
  test('both answers of a validation, and what a condition excludes', () => {
    expect(covered(`object: ${config('')}`)).toContain('branch data /spec/validations/0 fails');
    expect(covered(`object: ${config(', data: {}')}`)).toContain('branch data /spec/validations/0 holds');
    const free = covered(
      'object: { apiVersion: v1, kind: ConfigMap, metadata: { name: free, namespace: a } }',
    );
    expect(free).toContain('branch data /spec/matchConditions/0 excludes');
    expect(free.join()).not.toContain('validations');
  });
  test('an expression that fails with an error gives no answer at all', () => {
    const checked = (expression: string): readonly string[] => {
      const rules = readDocuments(
        `apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: { name: data }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps] }]
  validations: [{ expression: ${expression} }]`,
        'r.yaml',
      );
      const inputs = inputsOf(`object: ${config('')}, expect: { decision: denied }`);
      const { points } = coverageOf([runSuite({ ...inputs, rules: valueOf(rules) })]);
      return points.filter(({ touched }) => touched).map(({ way }) => way);
    };
    expect(checked('object.nothing == 1')).toEqual(['asked']);
    expect(checked('object.kind == "Pod"')).toEqual(['asked', 'fails']);
  });
  test('what no case touched is counted', () => {
    const { points, touched, percent } = coverageOf([runSuite(inputsOf(`object: ${inside}`))]);
    expect([points.length, touched, percent]).toEqual([14, 3, 21]);
  });
});

describe('removals', () => {
  test('what no case misses is told, what one misses is not', () => {
    const survivors = survivorsOf(inputsOf(`object: ${outside}, expect: { decision: denied }`)).map(
      ({ document, pointer }) => `${document.file} ${pointer}`,
    );
    expect(survivors).toContain('rules.yaml /spec/egress');
    expect(survivors).toContain('rules.yaml /spec/egress/1');
    expect(survivors).toContain('rules.yaml /spec/matchConditions/0');
    // Without its only validation the policy does not load, which every case notices.
    expect(survivors).not.toContain('rules.yaml /spec/validations/0');
    expect(survivors).not.toContain('rules.yaml /spec/ingress');
  });
  test('a suite that fails notices nothing', () => {
    expect(survivorsOf(inputsOf(`object: ${inside}, expect: { decision: denied }`))).toEqual([]);
  });
});

test('pairing: a vague expectation does not take what an exact one needs', () => {
  const fits = (expected: string, found: string): boolean => found.startsWith(expected);
  expect(matched(['a', 'ab'], ['ab', 'ac'], fits)).toEqual({ missing: [], surplus: [] });
  expect(matched(['a', 'ab', 'x'], ['ab', 'ac', 'ad'], fits)).toEqual({
    missing: [{ item: 'x', index: 2 }],
    surplus: ['ad'],
  });
});
