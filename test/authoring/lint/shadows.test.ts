/** Property: a rule that lint calls shadowed could go, by the word of the evaluator that judges one flow at a time. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBoundary } from '../../../src/boundary/boundary.ts';
import type { Boundary } from '../../../src/boundary/boundary.ts';
import { boundarySchema } from '../../../src/boundary/schema.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { readSchema } from '../../../src/config/readSchema.ts';
import { ruleListAllows } from '../../../src/netpol/concrete/limit.ts';
import { restrictive } from '../../../src/netpol/concrete/switches.ts';
import { hostAddress } from '../../../src/netpol/concrete/world.ts';
import type { ConcreteEndpoint, ConcretePod } from '../../../src/netpol/concrete/world.ts';
import { boundary, configOf, lintText, valueOf } from '../reading.ts';

const peer = fc.constantFrom(
  '{ sameLabels: [tenant] }',
  '{ sameLabels: [tenant, env] }',
  '{ sameLabels: [tenant], podSelector: { matchLabels: { app: web } } }',
  '{ podSelector: {} }',
  '{ namespaceSelector: { matchLabels: { tenant: a } } }',
  '{ namespaceSelector: { matchExpressions: [{ key: tenant, operator: NotIn, values: [a] }] } }',
  '{ namespaceSelector: { matchExpressions: [{ key: tenant, operator: Exists }] } }',
  '{ namespaceSelector: {}, podSelector: { matchExpressions: [{ key: app, operator: In, values: [web, db] }] } }',
  '{ ipBlock: { cidr: 10.0.0.0/8 } }',
  '{ ipBlock: { cidr: 10.0.0.0/9 } }',
  '{ ipBlock: { cidr: 10.128.0.0/9 } }',
  '{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] } }',
);
const ports = fc.constantFrom(
  '',
  ', ports: [{ port: 80 }]',
  ', ports: [{ port: 1, endPort: 443 }]',
  ', ports: [{ protocol: UDP }]',
);
const rule = fc
  .tuple(fc.array(peer, { minLength: 1, maxLength: 2 }), ports)
  .map(([peers, more]) => `{ to: [${peers.join(', ')}]${more} }`);
const selectors = fc.constantFrom(
  '{ matchExpressions: [{ key: tenant, operator: Exists }] }',
  '{ matchLabels: { tenant: a } }',
  '{ matchExpressions: [{ key: tenant, operator: In, values: [a, b] }] }',
);

const labels = fc.record(
  { tenant: fc.constantFrom('a', 'b', 'z'), env: fc.constantFrom('p', 'q') },
  { requiredKeys: ['tenant'] },
);
const podLabels = fc.record({ app: fc.constantFrom('web', 'db', 'x') }, { requiredKeys: [] });
const pod = (name: string, namespace: string, of: object, own: object): ConcretePod => ({
  kind: 'pod',
  namespace: { name: namespace, labels: new Map(Object.entries(of)) },
  name,
  labels: new Map(Object.entries(own)),
  ips: [],
  hostNetwork: false,
  ports: [],
});
const addresses = ['10.1.2.3', '10.200.0.1', '8.8.8.8', '9.255.255.255'].flatMap(
  (text) => hostAddress(text) ?? [],
);
const peers: fc.Arbitrary<ConcreteEndpoint> = fc.oneof(
  fc.constantFrom(...addresses).map((address) => ({ kind: 'address' as const, address })),
  fc
    .tuple(fc.constantFrom('home', 'other'), labels, podLabels)
    .map(([namespace, of, own]) => pod('peer', namespace, of, own)),
);
const connections = fc.constantFrom(
  { protocol: 'TCP' as const, port: 80 },
  { protocol: 'TCP' as const, port: 443 },
  { protocol: 'TCP' as const, port: 8080 },
  { protocol: 'UDP' as const, port: 80 },
);

function decoded(text: string): Boundary {
  const [document] = valueOf(readDocuments(text, 'b.yaml'));
  return valueOf(decodeBoundary(valueOf(readSchema(boundarySchema, document?.value))));
}

const config = configOf();
const ranges = { ...config.cluster, apiServer: { cidrs: [], ports: [] } };
let claims = 0;

test('what is called shadowed allows nothing that the rest does not allow', () => {
  fc.assert(
    fc.property(
      selectors,
      fc.array(rule, { minLength: 2, maxLength: 4 }),
      fc.array(fc.tuple(labels, podLabels, peers, connections), { minLength: 20, maxLength: 40 }),
      (selector, rules, flows) => {
        const text = boundary(
          `namespaceSelector: ${selector}\nfloor: { mode: Create, allowDNS: false }\negress:\n${rules.map((one) => `  - ${one}`).join('\n')}`,
        );
        const fields = lintText(text)
          .filter(({ code }) => code === 'boundary.shadowed')
          .map(({ pointer }) => pointer ?? '');
        const whole = fields.filter((field) => /^\/spec\/egress\/\d+$/.test(field));
        if (whole.length === 0) return;
        const { limit, selector: selecting } = decoded(text);
        const all = limit.Egress ?? [];
        const rest = all.filter(({ field }) => !whole.includes(field));
        for (const [own, subjectLabels, other, connection] of flows) {
          if (selecting.matchLabels.size > 0 && own.tenant !== 'a') continue;
          if (selecting.matchExpressions.some(({ operator }) => operator === 'In') && own.tenant === 'z')
            continue;
          const subject = pod('subject', 'home', own, subjectLabels);
          const at =
            other.kind === 'pod' && other.namespace.name === 'home'
              ? pod('peer', 'home', own, Object.fromEntries(other.labels))
              : other;
          const allows = (list: typeof all): boolean =>
            restrictive.every(
              (switches) =>
                ruleListAllows(list, {
                  direction: 'Egress',
                  subject,
                  peer: at,
                  connection,
                  ranges,
                  reading: 'limit',
                  switches,
                }).allowed,
            );
          claims += 1;
          expect(allows(all)).toBe(allows(rest));
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(claims).toBeGreaterThan(500);
});
