/** Policies that were made to cost much, each with the room it has in the API server's 1.5 MiB. */
import type { JsonObject } from '../../src/k8s/json.ts';

const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

const policy = (spec: JsonObject): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'hostile', namespace: 'payments' },
  spec,
});
const egress = (rules: readonly JsonObject[], podSelector: JsonObject = {}): JsonObject =>
  policy({ podSelector, policyTypes: ['Egress'], egress: rules });
const to = (...peers: readonly JsonObject[]): JsonObject => ({ to: peers });
const pods = (matchExpressions: readonly JsonObject[]): JsonObject => ({ podSelector: { matchExpressions } });
const namespaces = (matchExpressions: readonly JsonObject[]): JsonObject => ({
  namespaceSelector: { matchExpressions },
});
const block = (cidr: string, except: readonly string[] = []): JsonObject => ({ ipBlock: { cidr, except } });
const octets = (at: number): string => `${at >> 16}.${(at >> 8) & 255}.${at & 255}`;

/** By name: what is hostile about it. */
export const hostile: Readonly<Record<string, () => JsonObject>> = {
  '5,000 rules': () =>
    egress(many(5_000, (at) => to(pods([{ key: 'a', operator: 'In', values: [`v${at}`] }])))),
  '1,300 peers, all outside': () =>
    egress([to(...many(1_300, (at) => namespaces([{ key: `k${at}`, operator: 'Exists' }])))]),
  '1,300 blocks, all outside': () => egress([to(...many(1_300, (at) => block(`9.${octets(at)}/32`)))]),
  '1,300 blocks with one block each in two rules': () =>
    egress(
      many(650, (at) =>
        to(block(`9.0.${at >> 8}.${at & 255}/32`), block('0.0.0.0/0', [`10.${octets(at)}/32`])),
      ),
    ),
  '20,000 blocks': () => egress([to(...many(20_000, (at) => block(`9.${octets(at)}/32`)))]),
  'one block with 25,000 exceptions': () =>
    egress([
      to(
        block(
          '0.0.0.0/0',
          many(25_000, (at) => `${9 + (at >> 14)}.${(at >> 8) & 63}.${at & 255}.0/24`),
        ),
      ),
    ]),
  '1,000 blocks with 25 exceptions each': () =>
    egress([
      to(
        ...many(1_000, (at) =>
          block(
            `${at >> 4}.0.0.0/4`.replace(/^\d+/, String((at % 15) * 16)),
            many(25, (one) => `${(at % 15) * 16}.${one}.${at & 255}.0/24`),
          ),
        ),
      ),
    ]),
  'a selector of 30,000 keys': () =>
    egress([to(namespaces(many(30_000, (at) => ({ key: `k${at}`, operator: 'Exists' }))))]),
  '30,000 requirements on one key': () =>
    egress([to(namespaces(many(30_000, (at) => ({ key: 'k', operator: 'NotIn', values: [`v${at}`] }))))]),
  '30,000 requirements on one key of the pods that it is for': () =>
    egress([to({ podSelector: {} })], {
      matchExpressions: many(30_000, (at) => ({ key: 'k', operator: 'NotIn', values: [`v${at}`] })),
    }),
  '50,000 values and 15,000 times that the key exists': () => {
    const matchExpressions = [
      { key: 'k', operator: 'In', values: many(50_000, (at) => `v${at}`) },
      ...many(15_000, () => ({ key: 'k', operator: 'Exists' })),
    ];
    return egress([to(namespaces(matchExpressions))], { matchExpressions });
  },
  '200,000 values in one requirement': () =>
    egress([to(namespaces([{ key: 'k', operator: 'In', values: many(200_000, (at) => `v${at}`) }]))]),
  '1,000 peers of 20 keys': () =>
    egress([
      to(
        ...many(1_000, (at) =>
          namespaces(many(20, (key) => ({ key: `k${key}-${at}`, operator: 'DoesNotExist' }))),
        ),
      ),
    ]),
  '600 peers of 64 values on a key that the boundary knows': () =>
    egress([
      to(
        ...many(600, (at) =>
          namespaces([
            { key: 'bulkhead.dev/tenant', operator: 'NotIn', values: many(64, (one) => `v${at}-${one}`) },
          ]),
        ),
      ),
    ]),
  '30,000 ports': () =>
    egress([{ to: [{ podSelector: {} }], ports: many(30_000, (at) => ({ port: 1 + at * 2 })) }]),
  '10,000 port names': () =>
    egress([{ to: [{ podSelector: {} }], ports: many(10_000, (at) => ({ port: `n${at}` })) }]),
  '36 peers and 36 port names': () =>
    egress([
      {
        to: many(36, (at) => namespaces([{ key: `k${at}`, operator: 'Exists' }])),
        ports: many(36, (at) => ({ port: `n${at}` })),
      },
    ]),
  'a selector that meets every box of the boundary': () => egress([to({ namespaceSelector: {} })], {}),
  "literals over the boundary's keys": () =>
    egress(
      many(300, (at) =>
        to(
          pods(
            many(3, (one) => ({
              key: `x${(at * 7 + one * 13) % 30}`,
              operator: one % 2 === 0 ? 'Exists' : 'DoesNotExist',
            })),
          ),
        ),
      ),
    ),
  '__proto__ everywhere': () =>
    JSON.parse(
      '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"p","namespace":"payments","labels":{"__proto__":"x"}},"spec":{"podSelector":{"matchLabels":{"__proto__":"x"}},"__proto__":{"egress":[{}]}}}',
    ) as JsonObject,
};

/** A boundary of 100 boxes, and one whose boxes are random clauses of three literals over 30 keys: covering is then a 3-SAT question. */
export const hundredBoxes = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: hundred}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  egress:
  - to: [{sameLabels: [bulkhead.dev/tenant]}]
${many(50, (at) => `  - to: [{ipBlock: {cidr: ${100 + at}.64.0.0/16, except: [${100 + at}.64.9.0/24]}}]\n    ports: [{port: ${1000 + at}}]`).join('\n')}
${many(49, (at) => `  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shared-${at}}}, podSelector: {matchLabels: {app: a${at}}}}]\n    ports: [{port: ${2000 + at}}]`).join('\n')}
  never:
    egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]
`;

const literal = (clause: number, at: number): string => {
  const mix = Math.imul(clause * 3 + at + 1, 0x9e3779b1) >>> 0;
  return `{key: x${mix % 30}, operator: ${(mix >>> 8) % 2 === 0 ? 'Exists' : 'DoesNotExist'}}`;
};

export const clauses = `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: clauses}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  egress:
${many(128, (clause) => `  - to: [{namespaceSelector: {}, podSelector: {matchExpressions: [${many(3, (at) => literal(clause, at)).join(', ')}]}}]`).join('\n')}
`;
