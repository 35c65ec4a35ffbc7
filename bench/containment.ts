/** Containment: a typical policy in a boundary of 100 boxes, and policies made to cost much. `node bench/containment.ts [--json FILE]`. */
import { writeFileSync } from 'node:fs';
import { admit } from '../src/admission/admit.ts';
import { compileRules } from '../src/admission/rules.ts';
import { completeLookup } from '../src/admission/world.ts';
import type { World } from '../src/admission/world.ts';
import { excessOf } from '../src/boundary/excess.ts';
import { settingOf } from '../src/boundary/judge.ts';
import { describe } from '../src/config/issue.ts';
import type { Read } from '../src/config/issue.ts';
import { readDocuments } from '../src/config/documents.ts';
import { readSchema } from '../src/config/readSchema.ts';
import { configuration } from '../src/config/schema.ts';
import type { Attributes } from '../src/k8s/attributes.ts';
import type { JsonObject } from '../src/k8s/json.ts';
import type { NamespaceFacts } from '../src/k8s/namespaceFacts.ts';
import { decodeNetworkPolicy } from '../src/k8s/networkPolicyDecode.ts';
import { fullBudget } from '../src/netpol/cover.ts';
import { clauses, hostile, hundredBoxes } from '../test/boundary/hostile.ts';

function soundly<T>(read: Read<T>): T {
  if (!read.ok) throw new Error(read.issues.map(describe).join('\n'));
  return read.value;
}

const own: NamespaceFacts = {
  name: 'payments',
  labels: new Map([['bulkhead.dev/tenant', 'payments']]),
  terminating: false,
};

function worldOf(rules: string): World {
  const config = soundly(
    readSchema(configuration, {
      apiVersion: 'config.bulkhead.dev/v1alpha1',
      kind: 'Configuration',
      cluster: { podCIDRs: ['10.244.0.0/16'], serviceCIDRs: ['10.96.0.0/12'], nodeCIDRs: ['192.168.0.0/24'] },
    }),
  );
  return {
    rules: soundly(compileRules(soundly(readDocuments(rules, 'rules.yaml')), config)),
    lookup: completeLookup([own]),
    known: () => [own],
    contentsOf: () => undefined,
    orderedDeletion: true,
    budget: fullBudget,
  };
}

const typical: JsonObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'api', namespace: 'payments' },
  spec: {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ protocol: 'TCP', port: 8080 }] },
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'bulkhead.dev/tenant': 'payments' } },
            podSelector: { matchLabels: { app: 'batch' } },
          },
        ],
        ports: [{ protocol: 'TCP', port: 'metrics' }],
      },
    ],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
      { to: [{ ipBlock: { cidr: '120.64.3.0/24' } }], ports: [{ protocol: 'TCP', port: 1020 }] },
      { to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ protocol: 'TCP', port: 5432 }] },
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shared-30' } },
            podSelector: { matchLabels: { app: 'a30' } },
          },
        ],
        ports: [{ protocol: 'TCP', port: 2030 }],
      },
    ],
  },
};
const beside: JsonObject = JSON.parse(
  JSON.stringify(typical).replace('120.64.3.0/24', '120.64.0.0/15'),
) as JsonObject;

const request = (object: JsonObject): Attributes => ({
  uid: 'a-uid',
  operation: 'CREATE',
  dryRun: false,
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  subresource: '',
  namespace: 'payments',
  name: 'p',
  user: { username: 'dev', groups: [] },
  object,
  oldObject: null,
});

interface Measured {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Mean processor time, which says more than a clock on a machine that has other work. */
  readonly cpu: number;
  readonly answer: string;
}

/** Times in microseconds. */
function measure(what: string, runs: number, run: () => string): Measured {
  const times: number[] = [];
  let answer = '';
  const before = process.cpuUsage();
  for (let at = 0; at < runs; at += 1) {
    const start = process.hrtime.bigint();
    answer = run();
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  const sorted = times.slice(Math.floor(runs / 5)).sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { what, p50: at(0.5), p99: at(0.99), max: at(1), cpu: (user + system) / runs, answer };
}

const hundred = worldOf(hundredBoxes);
const measured: Measured[] = [];

for (const [name, object] of [
  ['typical, inside', typical],
  ['typical, one block outside', beside],
] as const) {
  const policy = soundly(decodeNetworkPolicy(object, { strict: false }));
  const { ruleSet } = hundred.rules;
  const setting = settingOf(own, { ruleSet, lookup: hundred.lookup, known: hundred.known });
  const { limits } = ruleSet.guardOf(own);
  const boxes = limits.reduce((sum, { allowed }) => sum + (allowed?.length ?? 0), 0);
  measured.push(
    measure(`containment in ${boxes} boxes: ${name}`, 20_000, () => {
      const found = excessOf(policy, undefined, limits, setting, { left: fullBudget });
      return found === 'tooComplex' ? found : `${found.length} outside`;
    }),
    measure(`whole decision: ${name}`, 5_000, () => {
      const { decision } = admit(request(object), hundred, 'validate');
      return decision.allowed ? 'admitted' : `denied, ${decision.violations.length} violations`;
    }),
  );
}

const worlds = { '100 boxes': hundred, '128 clauses': worldOf(clauses) };
for (const [name, make] of Object.entries(hostile)) {
  const object = make();
  for (const [boundary, world] of Object.entries(worlds)) {
    measured.push(
      measure(`hostile in ${boundary}: ${name}`, 6, () => {
        const { decision } = admit(request(object), world, 'validate');
        return decision.allowed ? 'admitted' : (decision.failure?.code ?? decision.violations[0]?.code ?? '');
      }),
    );
  }
}

const pad = (value: number): string => value.toFixed(1).padStart(10);
process.stdout.write(`${''.padEnd(80)}       p50       p99       max       cpu\n`);
for (const { what, p50, p99, max, cpu, answer } of measured) {
  process.stdout.write(`${what.padEnd(80)}${pad(p50)}${pad(p99)}${pad(max)}${pad(cpu)} us  ${answer}\n`);
}
const file = process.argv[process.argv.indexOf('--json') + 1];
if (process.argv.includes('--json') && file !== undefined)
  writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
