// Specs of NetworkPolicies at the edges of Kubernetes' defaulting and validation, each with what a 1.36 API server makes of it.

/** `accepted` or `refused` by Kubernetes 1.36 on create, with strict field validation as kubectl asks for it. */
export type Verdict = 'accepted' | 'refused';

/** The sentence that is true of the spec, and the spec as JSON. */
export type SpecCase = readonly [sentence: string, verdict: Verdict, spec: unknown];

type Row = readonly [sentence: string, verdict: Verdict, value: unknown];
const within = (wrap: (value: unknown) => unknown, rows: readonly Row[]): readonly SpecCase[] =>
  rows.map(([sentence, verdict, value]) => [sentence, verdict, wrap(value)]);

const all = { podSelector: {} };
const port = (value: unknown): unknown => ({ ...all, ingress: [{ ports: [value] }] });
const peer = (value: unknown): unknown => ({ ...all, egress: [{ to: [value] }] });
const selector = (value: unknown): unknown => ({ podSelector: value });
const block = (value: unknown): unknown => peer({ ipBlock: value });
const cidr = (value: unknown): unknown => block({ cidr: value });
const label = (key: string, value: unknown): unknown => ({ matchLabels: { [key]: value } });
const expression = (value: unknown): unknown => ({ matchExpressions: [value] });

const shapes: readonly SpecCase[] = [
  ['no spec at all', 'accepted', undefined],
  ['a spec that is null', 'accepted', null],
  ['an empty spec', 'accepted', {}],
  ['a spec that is a list', 'refused', []],
  ['no rules', 'accepted', all],
  ['rules that are null', 'accepted', { ...all, ingress: null, egress: null }],
  ['rules that are an object', 'refused', { ...all, ingress: {} }],
  ['an empty rule', 'accepted', { ...all, ingress: [{}] }],
  ['a rule that is null is an empty rule', 'accepted', { ...all, ingress: [null] }],
  ['a rule that is a text', 'refused', { ...all, ingress: ['all'] }],
  ['peers and ports that are null', 'accepted', { ...all, ingress: [{ from: null, ports: null }] }],
  ['peers and ports that are empty', 'accepted', { ...all, egress: [{ to: [], ports: [] }] }],
  ['an unknown field of the spec', 'refused', { ...all, ingres: [] }],
  ['a field in another case', 'refused', { ...all, Ingress: [{}] }],
  ['`to` in an ingress rule', 'refused', { ...all, ingress: [{ to: [] }] }],
  ['`from` in an egress rule', 'refused', { ...all, egress: [{ from: [] }] }],
];

const policyTypes: readonly SpecCase[] = [
  ['no policyTypes and no egress: Ingress', 'accepted', { ...all, ingress: [{}] }],
  ['no policyTypes and egress rules: both', 'accepted', { ...all, egress: [{}] }],
  ['no policyTypes and an empty egress list: Ingress', 'accepted', { ...all, egress: [] }],
  ['policyTypes null: defaulted', 'accepted', { ...all, policyTypes: null, egress: [{}] }],
  ['policyTypes empty: defaulted', 'accepted', { ...all, policyTypes: [], egress: [{}] }],
  ['Egress alone with no rules', 'accepted', { ...all, policyTypes: ['Egress'] }],
  ['Ingress alone with egress rules', 'accepted', { ...all, policyTypes: ['Ingress'], egress: [{}] }],
  ['both, the other way round', 'accepted', { ...all, policyTypes: ['Egress', 'Ingress'] }],
  ['the same one twice', 'accepted', { ...all, policyTypes: ['Ingress', 'Ingress'] }],
  ['three of them', 'refused', { ...all, policyTypes: ['Ingress', 'Egress', 'Ingress'] }],
  ['in lower case', 'refused', { ...all, policyTypes: ['ingress'] }],
  ['an empty one', 'refused', { ...all, policyTypes: [''] }],
  ['one that is null is an empty one', 'refused', { ...all, policyTypes: [null] }],
  ['a text instead of a list', 'refused', { ...all, policyTypes: 'Ingress' }],
];

const ports = within(port, [
  ['a port entry that is empty', 'accepted', {}],
  ['a port entry that is null', 'accepted', null],
  ['protocol UDP and no port', 'accepted', { protocol: 'UDP' }],
  ['protocol SCTP', 'accepted', { protocol: 'SCTP', port: 80 }],
  ['protocol null is TCP', 'accepted', { protocol: null, port: 80 }],
  ['protocol empty', 'refused', { protocol: '', port: 80 }],
  ['protocol in lower case', 'refused', { protocol: 'tcp', port: 80 }],
  ['protocol ICMP', 'refused', { protocol: 'ICMP' }],
  ['port null is every port', 'accepted', { port: null }],
  ['port 0', 'refused', { port: 0 }],
  ['port 1', 'accepted', { port: 1 }],
  ['port 65535', 'accepted', { port: 65535 }],
  ['port 65536', 'refused', { port: 65536 }],
  ['port -1', 'refused', { port: -1 }],
  ['port 80.5', 'refused', { port: 80.5 }],
  ['a port beyond 32 bits', 'refused', { port: 4294967376 }],
  ['port true', 'refused', { port: true }],
  ['a number in quotes', 'refused', { port: '80' }],
  ['an empty name', 'refused', { port: '' }],
  ['a name', 'accepted', { port: 'http' }],
  ['a name that begins with a digit', 'accepted', { port: '8080x' }],
  ['a name in upper case', 'refused', { port: 'HTTP' }],
  ['a name of 15 characters', 'accepted', { port: 'abcdefghijklmno' }],
  ['a name of 16 characters', 'refused', { port: 'abcdefghijklmnop' }],
  ['a name with a hyphen at its end', 'refused', { port: 'http-' }],
  ['a name with a hyphen in front', 'refused', { port: '-http' }],
  ['a name with two hyphens in a row', 'refused', { port: 'a--b' }],
  ['a name with an underscore', 'refused', { port: 'a_b' }],
  ['a range', 'accepted', { port: 80, endPort: 90 }],
  ['a range of one', 'accepted', { port: 80, endPort: 80 }],
  ['a range that ends before it begins', 'refused', { port: 80, endPort: 79 }],
  ['a range to 65535', 'accepted', { port: 1, endPort: 65535 }],
  ['a range to 65536', 'refused', { port: 1, endPort: 65536 }],
  ['endPort 0', 'refused', { port: 80, endPort: 0 }],
  ['endPort null', 'accepted', { port: 80, endPort: null }],
  ['endPort without a port', 'refused', { endPort: 90 }],
  ['endPort beside a name', 'refused', { port: 'http', endPort: 90 }],
  ['endPort in quotes', 'refused', { port: 80, endPort: '90' }],
  ['an unknown field of a port', 'refused', { port: 80, name: 'http' }],
]);

const peers = within(peer, [
  ['a peer that is empty', 'refused', {}],
  ['a peer that is null', 'refused', null],
  ['a peer whose selectors are null', 'refused', { podSelector: null, namespaceSelector: null }],
  ['all pods of the own namespace', 'accepted', { podSelector: {} }],
  ['all pods of all namespaces', 'accepted', { namespaceSelector: {} }],
  ['both selectors', 'accepted', { podSelector: {}, namespaceSelector: {} }],
  ['a block beside a podSelector', 'refused', { ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }],
  [
    'a block beside a namespaceSelector',
    'refused',
    { ipBlock: { cidr: '10.0.0.0/8' }, namespaceSelector: {} },
  ],
  ['a block beside null selectors', 'accepted', { ipBlock: { cidr: '10.0.0.0/8' }, podSelector: null }],
  ['an unknown field of a peer', 'refused', { podSelector: {}, serviceSelector: {} }],
]);

const long = 'a'.repeat(63);
const selectors = within(selector, [
  ['a selector that is null', 'accepted', null],
  ['a label', 'accepted', label('app', 'web')],
  ['a label with a prefix', 'accepted', label('example.com/app', 'web')],
  ['an empty value', 'accepted', label('app', '')],
  ['a value that is null', 'accepted', label('app', null)],
  ['a value that is a number', 'refused', label('app', 1)],
  ['a value of 63 characters', 'accepted', label('app', long)],
  ['a value of 64 characters', 'refused', label('app', `${long}a`)],
  ['a value that begins with a hyphen', 'refused', label('app', '-web')],
  ['a value with a blank', 'refused', label('app', 'we b')],
  ['an empty key', 'refused', label('', 'web')],
  ['a key with an empty prefix', 'refused', label('/app', 'web')],
  ['a key with two slashes', 'refused', label('a/b/c', 'web')],
  ['a key with a prefix in upper case', 'refused', label('Example.com/app', 'web')],
  ['a key of 64 characters', 'refused', label(`${long}a`, 'web')],
  ['the key constructor', 'accepted', label('constructor', 'web')],
  ['the key __proto__', 'refused', label('__proto__', 'web')],
  ['In with a value', 'accepted', expression({ key: 'app', operator: 'In', values: ['a', 'a', ''] })],
  ['In without values', 'refused', expression({ key: 'app', operator: 'In' })],
  ['In with an empty list', 'refused', expression({ key: 'app', operator: 'In', values: [] })],
  ['In with a malformed value', 'refused', expression({ key: 'app', operator: 'In', values: ['-'] })],
  ['NotIn without values', 'refused', expression({ key: 'app', operator: 'NotIn', values: [] })],
  ['Exists', 'accepted', expression({ key: 'app', operator: 'Exists' })],
  ['Exists with an empty list', 'accepted', expression({ key: 'app', operator: 'Exists', values: [] })],
  ['Exists with a value', 'refused', expression({ key: 'app', operator: 'Exists', values: ['a'] })],
  ['DoesNotExist with a value', 'refused', expression({ key: 'a', operator: 'DoesNotExist', values: ['a'] })],
  ['an operator in lower case', 'refused', expression({ key: 'app', operator: 'exists' })],
  ['an operator of node selectors', 'refused', expression({ key: 'app', operator: 'Gt', values: ['1'] })],
  ['no operator', 'refused', expression({ key: 'app' })],
  ['no key', 'refused', expression({ operator: 'Exists' })],
  ['an expression that is null', 'refused', expression(null)],
  ['a label at the top of a selector', 'refused', { app: 'web' }],
]);

const addresses = within(cidr, [
  ['every IPv4 address', 'accepted', '0.0.0.0/0'],
  ['every IPv6 address', 'accepted', '::/0'],
  ['one address', 'accepted', '10.0.0.1/32'],
  ['an empty cidr', 'refused', ''],
  ['a cidr that is null', 'refused', null],
  ['a cidr that is a number', 'refused', 10],
  ['an address without a prefix', 'refused', '10.0.0.0'],
  ['a prefix without an address', 'refused', '/8'],
  ['two prefixes', 'refused', '10.0.0.0/8/8'],
  ['prefix 33', 'refused', '10.0.0.0/33'],
  ['prefix -1', 'refused', '10.0.0.0/-1'],
  ['prefix +8', 'refused', '10.0.0.0/+8'],
  ['a prefix with a leading zero', 'refused', '10.0.0.0/08'],
  ['an octet with a leading zero', 'refused', '010.0.0.0/8'],
  ['an octet of 256', 'refused', '256.0.0.0/8'],
  ['an octet in hexadecimal', 'refused', '0x0a.0.0.0/8'],
  ['three octets', 'refused', '10.0.0/8'],
  ['host bits', 'refused', '10.0.0.1/8'],
  ['host bits of IPv6', 'refused', 'fd00::1/8'],
  ['a blank in front', 'refused', ' 10.0.0.0/8'],
  ['a line break behind', 'refused', '10.0.0.0/8\n'],
  ['IPv6 in upper case', 'accepted', 'FD00::/8'],
  ['IPv6 written out', 'accepted', 'fd00:0:0:0:0:0:0:0/8'],
  ['IPv6 with zeros in front of a group', 'accepted', 'fd00:0001::/32'],
  ['IPv6 with five digits in a group', 'refused', 'fd00::00001/128'],
  ['IPv6 with a group of five digits beyond 16 bits', 'refused', '10000::/8'],
  ['IPv6 with :: for one group', 'accepted', '1:2:3:4:5:6:7::/128'],
  ['IPv6 with :: beside eight groups', 'refused', '1:2:3:4:5:6:7:8::/128'],
  ['IPv6 with :: twice', 'refused', '1::2::3/128'],
  ['IPv6 that begins with one colon', 'refused', ':1::/16'],
  ['IPv6 that ends with one colon', 'refused', '1:2:3:4:5:6:7:/112'],
  ['IPv6 prefix 129', 'refused', 'fd00::/129'],
  ['IPv6 with a zone', 'refused', 'fe80::1%eth0/128'],
  ['an IPv4-mapped block', 'refused', '::ffff:10.0.0.0/104'],
  ['an IPv4-mapped block in hexadecimal', 'refused', '::ffff:a00:0/104'],
  ['a block around all IPv4-mapped addresses', 'accepted', '::/64'],
  ['an IPv4-compatible address', 'accepted', '::10.0.0.0/128'],
  ['an embedded IPv4 address with a leading zero', 'refused', '::010.0.0.0/128'],
  ['an embedded IPv4 address in the middle', 'refused', '::10.0.0.0:1/128'],
]);

const exceptions = within(block, [
  ['a block without a cidr', 'refused', {}],
  ['a block that excepts from no cidr', 'refused', { except: ['10.0.0.0/8'] }],
  ['an exception inside', 'accepted', { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }],
  ['two halves as exceptions', 'accepted', { cidr: '0.0.0.0/0', except: ['0.0.0.0/1', '128.0.0.0/1'] }],
  ['an exception twice', 'accepted', { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.1.0.0/16'] }],
  ['no exceptions', 'accepted', { cidr: '10.0.0.0/8', except: [] }],
  ['exceptions that are null', 'accepted', { cidr: '10.0.0.0/8', except: null }],
  ['an exception equal to the block', 'refused', { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] }],
  ['an exception around the block', 'refused', { cidr: '10.0.0.0/8', except: ['0.0.0.0/0'] }],
  ['an exception elsewhere', 'refused', { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] }],
  ['an exception of the other family', 'refused', { cidr: '0.0.0.0/0', except: ['fd00::/8'] }],
  ['an empty exception', 'refused', { cidr: '10.0.0.0/8', except: [''] }],
  ['an exception that is no cidr', 'refused', { cidr: '10.0.0.0/8', except: ['10.1.0.0'] }],
  ['an exception with host bits', 'refused', { cidr: '10.0.0.0/8', except: ['10.1.0.1/16'] }],
  ['an exception that is IPv4-mapped', 'refused', { cidr: '10.0.0.0/8', except: ['::ffff:10.1.0.0/112'] }],
  ['an exception inside an IPv6 block', 'accepted', { cidr: 'fd00::/8', except: ['fd00:1::/32'] }],
  ['exceptions that are a text', 'refused', { cidr: '10.0.0.0/8', except: '10.1.0.0/16' }],
  ['an unknown field of a block', 'refused', { cidr: '10.0.0.0/8', Except: [] }],
]);

/** Every case; each sentence is there once. */
export const networkPolicyCases: readonly SpecCase[] = [
  ...shapes,
  ...policyTypes,
  ...ports,
  ...peers,
  ...selectors,
  ...addresses,
  ...exceptions,
];
