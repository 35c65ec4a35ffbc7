/** Random boundaries and policies full of near misses: few constants, and policies that are copies of the limits with one slip. */
import fc from 'fast-check';
import type { Json, WrittenException } from './scenario.ts';

interface Dictionary {
  readonly [key: string]: Json;
}
const pick = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

export const nameKey = 'kubernetes.io/metadata.name';

interface Requirement {
  readonly [key: string]: Json;
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const requirement = (keys: Record<string, readonly string[]>): fc.Arbitrary<Requirement> =>
  fc
    .record({
      key: pick(...Object.keys(keys)),
      operator: pick('In', 'NotIn', 'Exists', 'DoesNotExist'),
      subset: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    })
    .map(({ key, operator, subset }): Requirement => {
      if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator, values: [] };
      const listed = (keys[key] ?? []).filter((_, at) => subset[at] === true);
      return { key, operator, values: listed.length === 0 ? (keys[key] ?? []).slice(0, 1) : listed };
    });

const selector = (keys: Record<string, readonly string[]>): fc.Arbitrary<Dictionary> =>
  fc.oneof(
    { arbitrary: fc.constant<Dictionary>({}), weight: 2 },
    {
      arbitrary: requirement(keys).map((one): Dictionary => {
        const [only, ...others] = one.values;
        return one.operator === 'In' && only !== undefined && others.length === 0
          ? { matchLabels: { [one.key]: only } }
          : { matchExpressions: [one] };
      }),
      weight: 4,
    },
    {
      arbitrary: fc
        .array(requirement(keys), { minLength: 2, maxLength: 3 })
        .map((all): Dictionary => ({ matchExpressions: all })),
      weight: 1,
    },
  );

const podKeys = { app: ['web', 'db'], role: ['x'], 'k8s-app': ['kube-dns'] };
const namespaceKeys = {
  tenant: ['a', 'b'],
  env: ['prod', 'dev'],
  [nameKey]: ['own', 'other-a', 'shared'],
};
const anyNamespaceKeys = { ...namespaceKeys, team: ['x', 'y'], [nameKey]: ['own', 'other-b', 'kube-system'] };

const podSelector = selector(podKeys);
const limitNamespaces = selector(namespaceKeys);
const policyNamespaces = fc.oneof(selector(namespaceKeys), selector(anyNamespaceKeys));

const canonicalBlocks = [
  ...[
    '0.0.0.0/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '10.0.0.0/8',
    '10.0.0.0/9',
    '10.128.0.0/9',
    '8.0.0.0/8',
    '8.8.8.0/24',
  ],
  ...[
    '10.244.0.0/16',
    '10.244.1.0/24',
    '10.244.0.0/17',
    '10.96.0.0/12',
    '10.96.0.1/32',
    '192.168.0.0/24',
    '192.168.0.0/23',
  ],
  ...[
    '192.168.0.0/16',
    '192.168.0.2/32',
    '203.0.113.7/32',
    '169.254.0.0/16',
    '169.254.169.254/32',
    '169.254.20.10/32',
  ],
  ...['::/0', '::/1', '8000::/1', 'fd00::/8', 'fd00:244::/64', '64:ff9b::/96', '2002::/16', '2000::/3'],
];
/** Blocks that meet none of the cluster's own ranges. */
const farBlocks = [
  ...[
    '8.0.0.0/8',
    '8.8.8.0/24',
    '169.254.0.0/16',
    '203.0.113.0/24',
    '128.0.0.0/3',
    '64:ff9b::/96',
    '2000::/3',
  ],
];
const sloppyBlocks = [
  ...[
    '010.0.0.0/8',
    '010.0.0.0/9',
    '10.0.0.5/8',
    '10.1.2.3/0',
    '::ffff:0:0/96',
    '::ffff:169.254.169.254/128',
  ],
  ...[
    '::ffff:10.0.0.0/104',
    '64:ff9b::a9fe:a9fe/128',
    '64:ff9b::a00:0/104',
    '2002:a9fe::/32',
    '2002:a9fe:a9fe::/48',
  ],
  ...['2002:a00::/24', '::ffff:10.244.0.0/112', '64:ff9b::af4:0/112', '0169.0254.0.0/16'],
];
const canonicalExcepts: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': [
    '10.0.0.0/8',
    '169.254.0.0/16',
    '169.254.169.254/32',
    '0.0.0.0/1',
    '10.244.0.0/16',
    '10.96.0.0/12',
    '192.168.0.0/23',
  ],
  '0.0.0.0/1': ['10.0.0.0/8', '10.244.0.0/16', '10.96.0.0/12'],
  '128.0.0.0/1': ['169.254.0.0/16', '192.168.0.0/16', '169.254.169.254/32'],
  '10.0.0.0/8': ['10.244.0.0/16', '10.0.0.0/9', '10.128.0.0/9', '10.96.0.0/12'],
  '10.244.0.0/16': ['10.244.1.0/24', '10.244.0.0/17'],
  '169.254.0.0/16': ['169.254.169.254/32', '169.254.20.10/32'],
  '192.168.0.0/16': ['192.168.0.0/24', '192.168.0.0/23'],
  '::/0': ['fd00::/8', '64:ff9b::/96', '2002::/16', 'fd00:244::/64'],
  'fd00::/8': ['fd00:244::/64'],
  '64:ff9b::/96': ['64:ff9b::a00:0/104', '64:ff9b::a9fe:a9fe/128'],
  '2002::/16': ['2002:a9fe::/32'],
};
const sloppyExcepts: Readonly<Record<string, readonly string[]>> = {
  '0.0.0.0/0': ['::ffff:169.254.169.254/128', '010.0.0.0/8', '::ffff:10.0.0.0/104'],
  '10.0.0.0/8': ['010.0.0.0/9', '::ffff:10.244.0.0/112'],
  '010.0.0.0/8': ['10.0.0.0/9', '010.0.0.0/9', '10.244.0.0/16'],
  '::ffff:0:0/96': ['::ffff:10.0.0.0/104', '::ffff:169.254.169.254/128'],
  '10.1.2.3/0': ['10.0.0.0/8'],
};

const block = (
  cidrs: readonly string[],
  excepts: readonly Readonly<Record<string, readonly string[]>>[],
): fc.Arbitrary<Dictionary> =>
  fc
    .record({ cidr: pick(...cidrs), chosen: fc.array(fc.nat(20), { maxLength: 2 }) })
    .map(({ cidr, chosen }): Dictionary => {
      const possible = excepts.flatMap((table) => table[cidr] ?? []);
      const except = [...new Set(chosen.flatMap((at) => possible[at] ?? []))];
      return { ipBlock: except.length === 0 ? { cidr } : { cidr, except } };
    });

const limitBlock = fc.oneof(block(canonicalBlocks, [canonicalExcepts]), block(farBlocks, [canonicalExcepts]));
const policyBlock = fc.oneof(
  { arbitrary: limitBlock, weight: 3 },
  { arbitrary: block([...canonicalBlocks, ...sloppyBlocks], [canonicalExcepts, sloppyExcepts]), weight: 2 },
);

const selectorPeer = (namespaces: fc.Arbitrary<Dictionary>): fc.Arbitrary<Dictionary> =>
  fc.oneof(
    podSelector.map((pods): Dictionary => ({ podSelector: pods })),
    namespaces.map((some): Dictionary => ({ namespaceSelector: some })),
    fc
      .tuple(namespaces, podSelector)
      .map(([some, pods]): Dictionary => ({ namespaceSelector: some, podSelector: pods })),
  );

const sameLabels: fc.Arbitrary<Dictionary> = fc
  .record({
    sameLabels: pick(['tenant'], ['env'], ['tenant', 'env'], [nameKey]),
    rest: fc.oneof(
      { arbitrary: fc.constant<Dictionary>({}), weight: 3 },
      { arbitrary: podSelector.map((pods): Dictionary => ({ podSelector: pods })), weight: 1 },
      { arbitrary: limitNamespaces.map((some): Dictionary => ({ namespaceSelector: some })), weight: 1 },
    ),
  })
  .map(({ sameLabels: keys, rest }): Dictionary => ({ sameLabels: [...keys], ...rest }));

const limitPeer: fc.Arbitrary<Dictionary> = fc.oneof(
  { arbitrary: sameLabels, weight: 3 },
  { arbitrary: selectorPeer(limitNamespaces), weight: 3 },
  { arbitrary: limitBlock, weight: 3 },
  { arbitrary: fc.constant<Dictionary>({ kubeAPI: true }), weight: 1 },
);
const policyPeer: fc.Arbitrary<Dictionary> = fc.oneof(
  { arbitrary: selectorPeer(policyNamespaces), weight: 3 },
  { arbitrary: policyBlock, weight: 3 },
);

const port: fc.Arbitrary<Dictionary> = fc.oneof(
  pick<Dictionary>(
    { protocol: 'TCP' },
    { protocol: 'UDP' },
    { protocol: 'SCTP' },
    { port: 80 },
    { port: 81 },
    { port: 6443 },
    { port: 53, protocol: 'UDP' },
    { port: 80, endPort: 90 },
    { port: 79, endPort: 90 },
    { port: 1, endPort: 65535 },
    { port: 1, endPort: 32767 },
    { port: 32768, endPort: 65535 },
    { port: 80, protocol: 'UDP' },
  ),
  pick<Dictionary>({ port: 'web' }, { port: 'web', protocol: 'UDP' }, { port: 'alt' }),
);
const ports = fc.oneof(
  { arbitrary: fc.constant<readonly Dictionary[]>([]), weight: 3 },
  { arbitrary: fc.array(port, { minLength: 1, maxLength: 3 }), weight: 3 },
);

const listOf = (peer: fc.Arbitrary<Dictionary>): fc.Arbitrary<readonly Dictionary[]> =>
  fc.oneof(
    { arbitrary: fc.constant<readonly Dictionary[]>([]), weight: 1 },
    { arbitrary: fc.array(peer, { minLength: 1, maxLength: 3 }), weight: 6 },
  );

interface RuleShape {
  readonly peers: readonly Dictionary[];
  readonly ports: readonly Dictionary[];
  readonly appliesTo?: Dictionary | undefined;
}

const limitRule: fc.Arbitrary<RuleShape> = fc.record({
  peers: listOf(limitPeer),
  ports,
  appliesTo: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 3 },
    { arbitrary: podSelector, weight: 1 },
  ),
});
const policyRule: fc.Arbitrary<RuleShape> = fc.record({ peers: listOf(policyPeer), ports });

const writeRule = ({ peers, ports: some, appliesTo }: RuleShape, key: 'from' | 'to'): Dictionary => ({
  ...(peers.length === 0 ? {} : { [key]: peers }),
  ...(some.length === 0 ? {} : { ports: some }),
  ...(appliesTo === undefined ? {} : { appliesTo }),
});

/** One direction is enough: the two are decided apart, and a case that fails reads better. */
export type Direction = 'Ingress' | 'Egress';
const keyOf = (direction: Direction): 'from' | 'to' => (direction === 'Ingress' ? 'from' : 'to');
const fieldOf = (direction: Direction): 'ingress' | 'egress' =>
  direction === 'Ingress' ? 'ingress' : 'egress';

interface BoundaryShape {
  readonly limit: readonly RuleShape[] | undefined;
  readonly never: readonly RuleShape[];
  readonly allowDNS: boolean;
  readonly pins: Dictionary | undefined;
  readonly selector: Dictionary;
}

const boundaryShape: fc.Arbitrary<BoundaryShape> = fc.record({
  limit: fc.oneof(
    { arbitrary: fc.array(limitRule, { maxLength: 4 }), weight: 8 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  ),
  never: fc.oneof(
    { arbitrary: fc.constant<readonly RuleShape[]>([]), weight: 3 },
    { arbitrary: fc.array(limitRule, { minLength: 1, maxLength: 2 }), weight: 1 },
  ),
  allowDNS: fc.boolean(),
  pins: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 2 },
    {
      arbitrary: pick<Dictionary>({ web: ['TCP/80'] }, { web: ['TCP/80', 'UDP/80'], alt: ['TCP/81'] }),
      weight: 1,
    },
  ),
  selector: fc.oneof(
    { arbitrary: fc.constant<Dictionary>({}), weight: 3 },
    {
      arbitrary: pick<Dictionary>(
        { matchExpressions: [{ key: 'tenant', operator: 'Exists' }] },
        { matchLabels: { env: 'prod' } },
      ),
      weight: 2,
    },
  ),
});

const boundarySpec = (shape: BoundaryShape, direction: Direction): Dictionary => {
  const field = fieldOf(direction);
  const write = (rules: readonly RuleShape[]): Json => rules.map((rule) => writeRule(rule, keyOf(direction)));
  return {
    namespaceSelector: shape.selector,
    floor: { mode: 'Create', allowDNS: shape.allowDNS },
    ...(shape.limit === undefined ? {} : { [field]: write(shape.limit) }),
    ...(shape.never.length === 0 ? {} : { never: { [field]: write(shape.never) } }),
    ...(shape.pins === undefined ? {} : { portNames: shape.pins }),
  };
};

/** How a copy of a limit's rule slips. */
interface Slip {
  readonly rule: number;
  readonly kind:
    'none' | 'morePeers' | 'morePorts' | 'noPorts' | 'noPeers' | 'otherPeer' | 'onePort' | 'wider';
  readonly peer: Dictionary;
  readonly port: Dictionary;
}

const slip: fc.Arbitrary<Slip> = fc.record({
  rule: fc.nat(8),
  kind: fc.oneof(
    { arbitrary: fc.constant<Slip['kind']>('none'), weight: 10 },
    {
      arbitrary: pick<Slip['kind']>(
        'morePeers',
        'morePorts',
        'noPorts',
        'noPeers',
        'otherPeer',
        'onePort',
        'wider',
      ),
      weight: 3,
    },
  ),
  peer: policyPeer,
  port,
});

type PolicyPart = { readonly copy: Slip } | { readonly fresh: RuleShape };
const policyPart: fc.Arbitrary<PolicyPart> = fc.oneof(
  { arbitrary: slip.map((copy): PolicyPart => ({ copy })), weight: 5 },
  { arbitrary: policyRule.map((fresh): PolicyPart => ({ fresh })), weight: 1 },
);

/** A limit's rule in the words of a NetworkPolicy of the namespace with these labels. */
function inPolicyWords(rule: RuleShape, own: Readonly<Record<string, string>>): RuleShape {
  const apiServerOnly = rule.peers.some((peer) => peer['kubeAPI'] === true);
  return {
    peers: rule.peers.flatMap((peer): Dictionary[] => {
      if (peer['kubeAPI'] === true) return [{ ipBlock: { cidr: '192.168.0.2/32' } }];
      const { sameLabels: keys, ...rest } = peer;
      if (!Array.isArray(keys)) return [peer];
      const labels = Object.fromEntries(
        keys.map((key) => [String(key), key === nameKey ? 'own' : (own[String(key)] ?? 'a')]),
      );
      return [{ ...rest, namespaceSelector: { matchLabels: labels } }];
    }),
    ports: apiServerOnly && rule.ports.length === 0 ? [{ port: 6443 }] : rule.ports,
  };
}

function slipped(rule: RuleShape, { kind, peer, port: one }: Slip): RuleShape {
  switch (kind) {
    case 'none':
      return rule;
    case 'morePeers':
      return { ...rule, peers: [...rule.peers, peer] };
    case 'morePorts':
      return { ...rule, ports: [...rule.ports, one] };
    case 'noPorts':
      return { ...rule, ports: [] };
    case 'noPeers':
      return { ...rule, peers: [] };
    case 'otherPeer':
      return { ...rule, peers: [peer, ...rule.peers.slice(1)] };
    case 'onePort':
      return { ...rule, ports: [one] };
    case 'wider':
      return { ...rule, peers: rule.peers.map(withoutPodSelector) };
  }
}

function withoutPodSelector(peer: Dictionary): Dictionary {
  if (peer['namespaceSelector'] === undefined) return peer;
  return Object.fromEntries(Object.entries(peer).filter(([key]) => key !== 'podSelector'));
}

export interface Case {
  readonly direction: Direction;
  readonly boundaries: readonly Dictionary[];
  readonly exceptions: readonly Omit<WrittenException, 'name'>[];
  readonly labels: Readonly<Record<string, string>>;
  readonly knownCluster: boolean;
  readonly policy: Dictionary;
  readonly old: Dictionary;
}

interface PolicyShape {
  readonly podSelector: Dictionary;
  /** Selects the pods to which the copied rule applies. */
  readonly likeRule: boolean;
  readonly parts: readonly PolicyPart[];
}
const policyShape: fc.Arbitrary<PolicyShape> = fc.record({
  podSelector,
  likeRule: fc.boolean(),
  parts: fc.oneof(
    { arbitrary: fc.array(policyPart, { minLength: 1, maxLength: 1 }), weight: 3 },
    { arbitrary: fc.array(policyPart, { minLength: 2, maxLength: 4 }), weight: 2 },
  ),
});

interface ExceptionShape {
  readonly rules: readonly RuleShape[];
  readonly boundaries: readonly string[];
  readonly pods: Dictionary | undefined;
  readonly state: 'active' | 'lapsed';
}
const exceptionShape: fc.Arbitrary<ExceptionShape> = fc.record({
  rules: fc.array(limitRule, { minLength: 1, maxLength: 2 }),
  boundaries: pick<readonly string[]>(['b0'], ['b0'], ['b1'], ['b0', 'b1', 'b2']),
  pods: fc.oneof({ arbitrary: fc.constant(undefined), weight: 1 }, { arbitrary: podSelector, weight: 2 }),
  state: pick<'active' | 'lapsed'>('active', 'lapsed'),
});

const exceptionOf = (
  { rules, boundaries, pods, state }: ExceptionShape,
  direction: Direction,
): Omit<WrittenException, 'name'> => ({
  boundaries,
  ...(pods === undefined ? {} : { pods }),
  allow: { [fieldOf(direction)]: rules.map((rule) => writeRule(rule, keyOf(direction))) },
  state,
});

const casesWith = (exceptionShapes: fc.Arbitrary<readonly ExceptionShape[]>): fc.Arbitrary<Case> =>
  fc
    .record({
      exceptions: exceptionShapes,
      direction: pick<Direction>('Ingress', 'Egress'),
      boundaries: fc.oneof(
        { arbitrary: fc.array(boundaryShape, { minLength: 1, maxLength: 1 }), weight: 4 },
        { arbitrary: fc.array(boundaryShape, { minLength: 2, maxLength: 3 }), weight: 1 },
      ),
      labels: pick<Readonly<Record<string, string>>>(
        { tenant: 'a', env: 'prod' },
        { tenant: 'a', env: 'prod' },
        { tenant: 'a', env: 'prod', team: 'x' },
        { tenant: 'a' },
        { tenant: '', env: 'dev' },
        { env: 'prod', team: 'x' },
      ),
      knownCluster: fc.oneof(
        { arbitrary: fc.constant(true), weight: 4 },
        { arbitrary: fc.constant(false), weight: 1 },
      ),
      policy: policyShape,
      old: fc.record({ shape: policyShape, shared: fc.boolean() }),
    })
    .map(({ direction, boundaries, exceptions, labels, knownCluster, policy, old }): Case => {
      const limits = boundaries.flatMap(({ limit }) => limit ?? []);
      const excepted = exceptions.flatMap(({ rules }) => rules);
      const rules = [
        ...excepted,
        ...excepted,
        ...limits,
        ...limits,
        ...boundaries.flatMap(({ never }) => never),
      ];
      const ruleAt = (part: PolicyPart | undefined): RuleShape | undefined =>
        part === undefined || 'fresh' in part ? undefined : rules[part.copy.rule % Math.max(1, rules.length)];
      const write = ({ podSelector: pods, likeRule, parts }: PolicyShape): Dictionary => ({
        podSelector: likeRule ? (ruleAt(parts[0])?.appliesTo ?? pods) : pods,
        policyTypes: [direction],
        [fieldOf(direction)]: parts.map((part) => {
          if ('fresh' in part) return writeRule(part.fresh, keyOf(direction));
          const copied = ruleAt(part);
          const base =
            copied === undefined ? { peers: [part.copy.peer], ports: [] } : inPolicyWords(copied, labels);
          return writeRule(slipped(base, part.copy), keyOf(direction));
        }),
      });
      const parts = old.shared ? [...policy.parts.slice(1), ...old.shape.parts.slice(0, 1)] : old.shape.parts;
      return {
        direction,
        boundaries: boundaries.map((shape) => boundarySpec(shape, direction)),
        exceptions: exceptions.map((shape) => exceptionOf(shape, direction)),
        labels,
        knownCluster,
        policy: write(policy),
        old: write({ ...(old.shared ? policy : old.shape), parts }),
      };
    });

/** Boundaries, and a policy and its predecessor that stand near them. */
export const someCase: fc.Arbitrary<Case> = casesWith(fc.constant([]));

/** The same with exceptions, active or lapsed, and policies that stand near those too. */
export const someExceptedCase: fc.Arbitrary<Case> = casesWith(
  fc.array(exceptionShape, { minLength: 1, maxLength: 2 }),
);
