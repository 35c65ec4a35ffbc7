/** Small random worlds: few labels, ports and addresses, so that rules and flows meet often. */
import fc from 'fast-check';
import { parse } from 'yaml';
import type { NetworkPolicy, Protocol } from '../../../src/k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../../src/k8s/networkPolicyDecode.ts';
import type {
  ConcreteEndpoint,
  ConcreteNamespace,
  ConcretePod,
  Connection,
  Flow,
} from '../../../src/netpol/concrete/world.ts';
import { external, ip, labels } from './cast.ts';

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

export const arbitraryNamespaces: readonly ConcreteNamespace[] = [
  { name: 'red', labels: labels('tenant=red env=prod') },
  { name: 'blue', labels: labels('tenant=blue env=prod') },
  { name: 'blue-dev', labels: labels('tenant=blue env=dev') },
  { name: 'plain', labels: labels('') },
];

export const arbitraryPods: readonly ConcretePod[] = arbitraryNamespaces.flatMap((namespace, at) =>
  ['app=web', 'app=db tier=x', ''].map((text, index): ConcretePod => ({
    kind: 'pod',
    namespace,
    name: `p${index}`,
    labels: labels(text),
    ips: [ip(`10.0.${at}.${index}`), ...(index === 1 ? [ip(`fd00::${at}:${index}`)] : [])],
    hostNetwork: at === 3 && index === 2,
    ports: index === 2 ? [] : [{ name: 'http', protocol: 'TCP', number: 80 + index }],
  })),
);

const addresses = [
  '10.0.0.0',
  '10.0.1.2',
  '10.1.0.1',
  '169.254.169.254',
  '8.8.8.8',
  'fd00::1',
  '64:ff9b::808:808',
];

/** A selector out of labels that must be there and expressions. */
const selectorOf = (labelSets: readonly string[], expressions: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(pick('', '', ...labelSets), fc.array(pick(...expressions), { maxLength: 2 }))
    .map(([wanted, all]) => `{matchLabels: {${wanted}}, matchExpressions: [${all.join(', ')}]}`);

const selector = selectorOf(
  ['app: web', 'app: db', 'app: db, tier: x'],
  [
    '{key: app, operator: In, values: [web]}',
    '{key: app, operator: NotIn, values: [web]}',
    '{key: tier, operator: Exists}',
    '{key: tier, operator: DoesNotExist}',
    '{key: app, operator: In, values: [db, web]}',
  ],
);

const namespaceSelector = selectorOf(
  ['tenant: blue', 'tenant: blue, env: dev'],
  [
    '{key: tenant, operator: In, values: [blue]}',
    '{key: env, operator: NotIn, values: [dev]}',
    '{key: tenant, operator: Exists}',
    '{key: tenant, operator: DoesNotExist}',
    '{key: kubernetes.io/metadata.name, operator: In, values: [red, plain]}',
  ],
);

const ipBlock = pick(
  '{cidr: 0.0.0.0/0}',
  '{cidr: 10.0.0.0/8, except: [10.0.1.0/24]}',
  '{cidr: 10.0.0.0/15, except: [10.0.0.0/16, 10.1.0.0/16]}',
  '{cidr: "::/0"}',
  '{cidr: "::ffff:0:0/96"}',
  '{cidr: 0.0.0.0/0, except: ["::ffff:169.254.169.254/128"]}',
  '{cidr: "64:ff9b::/96"}',
  '{cidr: 010.0.0.0/8}',
);

const peer = fc.oneof(
  selector.map((pods) => `{podSelector: ${pods}}`),
  namespaceSelector.map((namespaces) => `{namespaceSelector: ${namespaces}}`),
  fc.tuple(namespaceSelector, selector).map(([n, p]) => `{namespaceSelector: ${n}, podSelector: ${p}}`),
  ipBlock.map((block) => `{ipBlock: ${block}}`),
);

const port = pick(
  '{}',
  '{port: 80}',
  '{port: http}',
  '{port: 80, endPort: 82}',
  '{protocol: UDP}',
  '{protocol: UDP, port: 81}',
  '{protocol: SCTP, port: 1, endPort: 65535}',
);

const rules = (key: 'from' | 'to'): fc.Arbitrary<string> =>
  fc
    .array(
      fc
        .tuple(fc.array(peer, { maxLength: 2 }), fc.array(port, { maxLength: 2 }))
        .map(([peers, ports]) => `{${key}: [${peers.join(', ')}], ports: [${ports.join(', ')}]}`),
      { maxLength: 2 },
    )
    .map((all) => `[${all.join(', ')}]`);

export const arbitraryPolicy: fc.Arbitrary<NetworkPolicy> = fc
  .record({
    name: pick('a', 'b', 'c', 'd'),
    namespace: pick(...arbitraryNamespaces.map(({ name }) => name)),
    podSelector: selector,
    policyTypes: pick('[]', '[Ingress]', '[Egress]', '[Ingress, Egress]'),
    ingress: rules('from'),
    egress: rules('to'),
  })
  .map(({ name, namespace, ...spec }) => {
    const fields = Object.entries(spec).map(([key, text]) => `${key}: ${text}`);
    const read = decodeNetworkPolicy(
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name, namespace },
        spec: parse(`{${fields.join(', ')}}`) as unknown,
      },
      { strict: false },
    );
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    return read.value;
  });

export const arbitrarySubject: fc.Arbitrary<ConcretePod> = pick(...arbitraryPods);

const endpoint: fc.Arbitrary<ConcreteEndpoint> = fc.oneof(
  { arbitrary: arbitrarySubject, weight: 3 },
  { arbitrary: pick(...addresses).map(external), weight: 1 },
);

export const arbitraryConnection: fc.Arbitrary<Connection> = fc.oneof(
  fc.record({ protocol: pick<Protocol>('TCP', 'UDP', 'SCTP'), port: pick(0, 79, 80, 81, 82, 83, 65535) }),
  fc.constant({ protocol: 'OTHER' } as const),
);

export const arbitraryFlow: fc.Arbitrary<Flow> = fc.record({
  source: endpoint,
  destination: endpoint,
  connection: arbitraryConnection,
});
