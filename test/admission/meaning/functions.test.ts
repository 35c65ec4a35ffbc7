/** What the functions of meaning answer, what they refuse to answer, and that neither ever lets something pass by mistake. */
import { describe, expect, test } from '@jest/globals';
import { Budget } from '../../../src/cel/budget.ts';
import { compile } from '../../../src/cel/compile.ts';
import { plainEnvironment } from '../../../src/cel/environment.ts';
import { dyn } from '../../../src/cel/typing/type.ts';
import { meaningExtensions } from '../../../src/admission/meaning/declarations.ts';
import { meaningFunctions } from '../../../src/admission/meaning/functions.ts';
import { compileGuardrails } from '../../../src/guardrail/compile.ts';
import { boundary, facts, scenario, unknownCluster } from '../../boundary/scenario.ts';
import { documents, object, send, worldOf } from '../scenario.ts';
import { asking, submitted } from './asking.ts';

const scene = scenario(
  [
    boundary('b', {
      egress: [{ to: [{ sameLabels: ['tenant'] }], ports: [{ port: 443 }] }],
      never: { egress: [{ to: [{ ipBlock: { cidr: '169.254.0.0/16' } }] }] },
    }),
  ],
  facts('own', { tenant: 'a' }),
  [facts('other', { tenant: 'b' })],
);
const blank = scenario([], facts('own'), [], unknownCluster);

/** A policy of egress from these lines of YAML. */
const egress = (rules: string, rest = 'podSelector: {}'): ReturnType<typeof submitted> =>
  submitted(object(`{${rest}, policyTypes: [Egress], egress: [${rules}]}`));
const allowAll = egress('{}');
const toDatabase = egress('{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: web}]}');
const block = (cidr: string, ports = ''): ReturnType<typeof submitted> =>
  egress(`{to: [{ipBlock: {cidr: "${cidr}"}}], ports: [${ports}]}`);

describe('an answer', () => {
  test.each<[string, unknown, string, ...unknown[]]>([
    ['isolates: a policy of both directions', true, 'network.isolates', allowAll, 'Egress'],
    ['isolates: not in the other direction', false, 'network.isolates', allowAll, 'Ingress'],
    [
      'isolates: not with a selector that leaves a pod out',
      false,
      'network.isolates',
      egress('{}', 'podSelector: {matchExpressions: [{key: app, operator: Exists}]}'),
      'Egress',
    ],
    [
      'egressWithin: halves of everything are everything',
      false,
      'network.egressWithin',
      egress('{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}'),
      ['10.0.0.0/8'],
    ],
    ['egressWithin: everything holds all', true, 'network.egressWithin', allowAll, ['0.0.0.0/0', '::/0']],
    [
      'egressWithin: halves hold all',
      true,
      'network.egressWithin',
      allowAll,
      ['0.0.0.0/1', '128.0.0.0/1', '::/0'],
    ],
    [
      'egressWithin: a rule without ports is not within TCP',
      false,
      'network.egressWithin',
      block('10.1.0.0/16'),
      ['10.0.0.0/8'],
      ['TCP'],
    ],
    [
      'egressWithin: an IPv6 block may mean IPv4 addresses',
      false,
      'network.egressWithin',
      block('64:ff9b::/96'),
      ['64:ff9b::/96'],
    ],
    [
      'egressWithin: pods are in the pod and node ranges',
      true,
      'network.egressWithin',
      toDatabase,
      ['10.244.0.0/16', 'fd00:244::/64', '192.168.0.0/23'],
      ['TCP/web'],
    ],
    [
      'egressWithin: or else they may be anywhere',
      false,
      'network.egressWithin',
      toDatabase,
      ['10.244.0.0/16'],
      ['TCP'],
    ],
    [
      'egressWithin: an empty list holds nothing',
      false,
      'network.egressWithin',
      block('10.0.0.0/8'),
      ['10.0.0.0/8'],
      [],
    ],
    ['egressWithin: nothing is within nothing', true, 'network.egressWithin', egress(''), []],
    ['ingressWithin: a policy of egress lets nobody in', true, 'network.ingressWithin', allowAll, []],
    [
      'reaches: on that port',
      true,
      'network.reaches',
      block('169.254.0.0/16', '{port: 80}'),
      '169.254.169.254',
      'TCP',
      80,
    ],
    [
      'reaches: not on another',
      false,
      'network.reaches',
      block('169.254.0.0/16', '{port: 80}'),
      '169.254.169.254',
      'TCP',
      81,
    ],
    ['reaches: by its NAT64 address', true, 'network.reaches', block('64:ff9b::/96'), '169.254.169.254'],
    [
      'reaches: a pod at an address of the pod range',
      true,
      'network.reaches',
      toDatabase,
      '10.244.3.4',
      'TCP',
      5432,
    ],
    ['reaches: no pod elsewhere', false, 'network.reaches', toDatabase, '10.9.3.4', 'TCP', 5432],
    [
      'reaches: anything behind the address of a Service',
      true,
      'network.reaches',
      toDatabase,
      '10.96.0.1',
      'TCP',
      443,
    ],
    ['reaches: some address of a block', true, 'network.reaches', block('10.1.0.0/16'), '10.0.0.0/8'],
    ['opens: nothing new', [], 'network.opens', block('10.1.0.0/16'), block('10.0.0.0/8')],
    [
      'opens: what a wider port range opens',
      [
        {
          direction: 'Egress',
          protocol: 'TCP',
          ports: '81-90',
          peer: '10.1.0.0/16',
          pods: '{}',
          field: 'spec.egress[0].to[0]',
        },
      ],
      'network.opens',
      block('10.1.0.0/16', '{port: 80, endPort: 90}'),
      block('10.1.0.0/16', '{port: 80}'),
    ],
    [
      'opens: pods that a block may mean',
      ['10.244.3.0/24', 'pods {} in namespaces {} at 10.244.3.0/24'],
      'network.opens',
      block('10.244.3.0/24'),
      egress(''),
    ],
    [
      'excess: what a prohibition forbids and what the limit does not allow',
      ['b TCP 80 169.254.0.0/24', 'b TCP 80 169.254.0.0/24'],
      'boundary.excess',
      block('169.254.0.0/24', '{port: 80}'),
    ],
    [
      'excess: other tenants',
      ['b TCP 443 pods {} in namespaces {tenant notin (a)}'],
      'boundary.excess',
      egress('{to: [{namespaceSelector: {}}], ports: [{port: 443}]}'),
    ],
  ])('%s', (title, expected, name, ...values) => {
    const answer = asking(scene)(name, ...values);
    const shown = name === 'boundary.excess' ? short(answer) : answer;
    expect(title.startsWith('opens: pods') ? peers(answer) : shown).toEqual(expected);
  });

  test('where nothing is known of the cluster, pods may be anywhere and no address is a pod', () => {
    const ask = asking(blank);
    expect(ask('network.egressWithin', toDatabase, ['10.0.0.0/8'])).toBe(false);
    expect(ask('network.reaches', toDatabase, '10.244.3.4')).toBe(false);
    expect(ask('boundary.excess', allowAll)).toEqual([]);
  });
});

const peers = (answer: unknown): unknown =>
  Array.isArray(answer)
    ? [...new Set(answer.map(({ peer }: Readonly<Record<string, string>>) => peer))]
    : answer;
const short = (answer: unknown): unknown =>
  Array.isArray(answer)
    ? answer.map(({ boundary: name, protocol, ports, peer }: Readonly<Record<string, string>>) =>
        [name, protocol, ports, peer].join(' '),
      )
    : answer;

describe('no answer is given', () => {
  const many = Array.from(
    { length: 2_000 },
    (_, at) => `{to: [{ipBlock: {cidr: 10.${at >> 8}.${at & 255}.0/24}}]}`,
  );
  test.each<[string, string, string, ...unknown[]]>([
    ['about a deletion', 'object is null in a deletion', 'network.isolates', null, 'Egress'],
    ['about a Pod', 'this is of kind Pod', 'network.reaches', { apiVersion: 'v1', kind: 'Pod' }, '10.0.0.1'],
    [
      'about a policy of another API',
      'match networkpolicies only',
      'network.opens',
      { ...allowAll, apiVersion: 'cilium.io/v2' },
      null,
    ],
    [
      'about a policy that cannot be read',
      '/spec/egress/0/to/0',
      'network.reaches',
      egress('{to: [{}]}'),
      '10.0.0.1',
    ],
    [
      'about a policy that is too large',
      'too complex',
      'network.reaches',
      egress(many.join(', ')),
      '10.0.0.1',
    ],
    ['about a direction that is none', 'no direction', 'network.isolates', allowAll, 'egress'],
    ['about an address that is none', 'no address', 'network.reaches', allowAll, 'localhost'],
    ['about an address that reads two ways', 'more than one way', 'network.reaches', allowAll, '010.0.0.1'],
    [
      'about a block with bits after its prefix',
      'more than one way',
      'network.egressWithin',
      allowAll,
      ['10.0.0.1/8'],
    ],
    ['about a port that is none', 'no port', 'network.egressWithin', allowAll, ['10.0.0.0/8'], ['443']],
    ['about a port beyond all', 'from 1 to 65535', 'network.reaches', allowAll, '10.0.0.1', 'TCP', 65_536],
    ['about a protocol that is none', 'no protocol', 'network.reaches', allowAll, '10.0.0.1', 'tcp', 80],
    ['about a list that is none', 'a list', 'network.egressWithin', allowAll, '10.0.0.0/8'],
    [
      'about boundaries of a namespace that does not exist',
      'does not exist',
      'boundary.excess',
      { ...allowAll, metadata: { name: 'p', namespace: 'nowhere' } },
    ],
  ])('%s', (_, expected, name, ...values) => {
    expect(asking(scene)(name, ...values)).toEqual(expect.stringMatching(/^no answer: /));
    expect(asking(scene)(name, ...values)).toEqual(expect.stringContaining(expected));
  });
});

describe('an expression', () => {
  const environment = plainEnvironment({ object: dyn, oldObject: dyn }, { extensions: meaningExtensions });
  const run = (source: string, variables: Readonly<Record<string, unknown>>, budget = 2_000): unknown => {
    const compiled = compile(source, environment, 'any');
    if (!compiled.ok)
      return compiled.issues.map(({ line, column, message }) => `${line}:${column} ${message}`);
    const functions = meaningFunctions({ ...scene.world, namespace: 'own', bounded: true, budget });
    const limit = new Budget();
    const outcome = compiled.value.run({ variables, functions }, limit);
    return outcome.ok ? outcome.value : outcome.error.code;
  };

  test.each<[string, string, string]>([
    ['a direction', "network.isolates(object, 'out')", '1:26 "out" is no direction'],
    ['a block', "network.egressWithin(object, ['10.0.0.0'])", 'true'],
    [
      'a block with host bits',
      "network.ingressWithin(object, ['10.0.0.1/8'])",
      '1:31 "10.0.0.1/8" can be read',
    ],
    ['a port', "network.ingressWithin(object, ['10.0.0.0/8'], ['80/TCP'])", '1:47 "80/TCP" is no port'],
    ['an address', "network.reaches(object, 'metadata')", '1:25 "metadata" is no address'],
    ['a port number', "network.reaches(object, '10.0.0.1', 'TCP', 0)", '1:44 a port is an int from 1'],
    ['the number of arguments', 'network.opens(object)', 'network.opens'],
    ['the type of arguments', "network.reaches(object, '10.0.0.1', 'TCP', '80')", 'network.reaches'],
  ])('is checked at load: %s', (_, source, expected) => {
    const answer = run(source, { object: egress('') });
    expect(Array.isArray(answer) ? String(answer[0]) : String(answer)).toContain(expected);
  });

  test('knows the types of what is listed', () => {
    expect(run('network.opens(object, oldObject)[0].ports == 80', {})).toEqual([
      expect.stringContaining('there is no string == int'),
    ]);
  });

  test('cannot absorb a spent budget of split nodes', () => {
    const source = "network.egressWithin(object, ['10.0.0.0/9', '10.128.0.0/9']) || true";
    expect(run(source, { object: block('10.0.0.0/8') })).toBe(true);
    expect(run(source, { object: block('10.0.0.0/8') }, 0)).toBe('cel.costExceeded');
  });

  test('pays for what it asks: a loop of questions ends within the budget', () => {
    const blocks = Array.from({ length: 200 }, (_, at) => `{to: [{ipBlock: {cidr: 10.0.${at}.0/24}}]}`);
    const started = process.cpuUsage();
    const answer = run(
      "lists.range(1000).all(a, lists.range(1000).all(b, !network.reaches(object, '9.9.' + string(a % 200) + '.' + string(b % 200), 'TCP', 1 + a)))",
      { object: egress(blocks.join(', ')) },
    );
    expect(answer).toBe('cel.costExceeded');
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(400);
  });

  test('pays for an answer that is known already as for the first', () => {
    const spent = (source: string): number => {
      const compiled = compile(source, environment, 'bool');
      if (!compiled.ok) throw new Error(compiled.issues[0]?.message);
      const functions = meaningFunctions({ ...scene.world, namespace: 'own', bounded: true, budget: 2_000 });
      const budget = new Budget();
      compiled.value.run({ variables: { object: allowAll }, functions }, budget);
      return new Budget().remaining - budget.remaining;
    };
    const once = spent("network.reaches(object, '10.0.0.1')");
    expect(spent("network.reaches(object, '10.0.0.1') && network.reaches(object, '10.0.0.1')")).toBe(
      2 * once,
    );
    expect(once).toBeGreaterThan(50);
  });
});

describe('in policies', () => {
  const rule = (kind: string, expression: string, more = ''): string => `
apiVersion: ${kind === 'GuardrailPolicy' ? 'bulkhead.dev/v1alpha1' : 'admissionregistration.k8s.io/v1'}
kind: ${kind}
metadata: {name: meaning}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [networkpolicies]}]}
  validations: [{expression: "${expression}", message: "no"}]
${more}`;
  const reach = "!network.reaches(object, '169.254.169.254')";
  const inPayments = (spec: string): ReturnType<typeof object> =>
    object(
      `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: free}, spec: {podSelector: {}, policyTypes: [Egress], egress: [${spec}]}}`,
    );
  const told = (rules: string, spec: string, budget?: number): readonly string[] => {
    const world = worldOf(rules);
    const { decision } = send(inPayments(spec), budget === undefined ? world : { ...world, budget });
    return decision.violations.map(({ action, code, message }) => `${action} ${code} ${message}`);
  };

  test('a GuardrailPolicy judges by meaning', () => {
    expect(told(rule('GuardrailPolicy', reach), '{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}')).toEqual([]);
    expect(told(rule('GuardrailPolicy', reach), '{to: [{ipBlock: {cidr: 168.0.0.0/7}}]}')).toEqual([
      'Deny policy no',
    ]);
  });

  test('a spent budget is an error that follows failurePolicy', () => {
    const expression = "network.egressWithin(object, ['10.0.0.0/9', '10.128.0.0/9']) || true";
    const spec = '{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}';
    expect(told(rule('GuardrailPolicy', expression), spec)).toEqual([]);
    expect(told(rule('GuardrailPolicy', expression), spec, 0)).toEqual([
      expect.stringMatching(/^Deny policy\.error .*cost budget exceeded: network\.egressWithin\(\): /),
    ]);
    expect(told(rule('GuardrailPolicy', expression, '  failurePolicy: Ignore\n'), spec, 0)).toEqual([
      expect.stringMatching(/^Audit policy\.error /),
    ]);
  });

  test('an unreadable policy is an error, not an answer', () => {
    expect(told(rule('GuardrailPolicy', reach), '{to: [{}]}')).toEqual([
      expect.stringMatching(/^Deny policy\.error .*cannot be read/),
    ]);
  });

  test.each(['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy'])(
    'a %s is refused as it would be by kube-apiserver',
    (kind) => {
      const text =
        kind === 'ValidatingAdmissionPolicy'
          ? rule(kind, reach)
          : rule(kind, reach)
              .replace(/ {2}validations.*/, '  reinvocationPolicy: Never')
              .concat(
                '  mutations: [{patchType: JSONPatch, jsonPatch: {expression: "network.isolates(object, \'Egress\') ? [] : []"}}]\n',
              );
      const [policy] = documents(text);
      if (policy === undefined) throw new Error('no policy');
      const withExtensions = compileGuardrails([policy], [], meaningExtensions);
      const without = compileGuardrails([policy], []);
      expect(withExtensions.ok).toBe(false);
      expect(withExtensions).toEqual(without);
    },
  );
});
