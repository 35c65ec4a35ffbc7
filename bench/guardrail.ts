// What sixteen typical Pod rules cost through the guardrail room (match, evaluate, budget), beside the bare expressions, and whether rules
// that cannot match cost anything: node bench/guardrail.ts
import { Budget } from '../src/cel/budget.ts';
import { compile } from '../src/cel/compile.ts';
import { admissionEnvironment } from '../src/cel/environment.ts';
import { stringify } from 'yaml';
import type { Document } from '../src/config/document.ts';
import { readDocuments } from '../src/config/documents.ts';
import { compileGuardrails } from '../src/guardrail/compile.ts';
import type { Guardrails } from '../src/guardrail/guardrails.ts';
import { judgeGuardrails } from '../src/guardrail/judge.ts';
import type { Surroundings } from '../src/guardrail/surroundings.ts';
import type { Attributes } from '../src/k8s/attributes.ts';
import { isObject } from '../src/k8s/json.ts';
import { pod, rules } from './cel/rules.ts';

const rounds = Number(process.argv[2] ?? 60);
const turns = 400;

/** What the rules that do not match are about. */
const others = ['services', 'configmaps', 'deployments', 'ingresses', 'secrets', 'jobs', 'networkpolicies'];

const policy = (name: string, expression: string, resource: string, tenant?: string): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'GuardrailPolicy',
  metadata: { name },
  spec: {
    matchConstraints: {
      ...(tenant === undefined ? {} : { namespaceSelector: { matchLabels: { tenant } } }),
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource] },
      ],
    },
    validations: [{ expression, message: 'refused' }],
    validationActions: ['Deny'],
  },
});

function documentsOf(objects: readonly object[]): readonly Document[] {
  const read = readDocuments(objects.map((object) => stringify(object)).join('---\n'), 'bench.yaml');
  if (!read.ok) throw new Error(read.issues[0]?.message);
  return read.value;
}

function load(objects: readonly object[]): Guardrails {
  const read = compileGuardrails(documentsOf(objects), []);
  if (!read.ok) throw new Error(read.issues[0]?.message);
  return read.value;
}

const sixteen = rules.map((expression, index) => policy(`rule-${index}`, expression, 'pods'));
const strangers = Array.from({ length: 984 }, (_, index) =>
  policy(`other-${index}`, rules[index % rules.length] ?? 'true', others[index % others.length] ?? ''),
);
/** The sixteen stand among the others, as they would in a directory. */
const thousand = [...sixteen.slice(0, 8), ...strangers, ...sixteen.slice(8)];
/** The same number, all about pods, each of the others for a tenant of its own. */
const tenants = [
  ...sixteen.slice(0, 8),
  ...Array.from({ length: 984 }, (_, index) =>
    policy(`other-${index}`, rules[index % rules.length] ?? 'true', 'pods', `t${index}`),
  ),
  ...sixteen.slice(8),
];
const [few, many, crowd] = [load(sixteen), load(thousand), load(tenants)];

const review = JSON.stringify({
  uid: 'a',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  requestKind: { group: '', version: 'v1', kind: 'Pod' },
  requestResource: { group: '', version: 'v1', resource: 'pods' },
  name: 'web-7d9c',
  namespace: 'payments',
  operation: 'CREATE',
  userInfo: { username: 'dev', groups: ['developers'] },
  object: pod,
  oldObject: null,
  dryRun: false,
  options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
});

/** A request as the webhook has it: freshly parsed, so that nothing is known of its objects from the request before. */
function received(): Attributes {
  const request: unknown = JSON.parse(review);
  if (!isObject(request) || !isObject(request['object'])) throw new Error('no review');
  return {
    uid: 'a',
    operation: 'CREATE',
    dryRun: false,
    group: '',
    version: 'v1',
    kind: 'Pod',
    resource: 'pods',
    subresource: '',
    namespace: 'payments',
    name: 'web-7d9c',
    user: { username: 'dev', groups: ['developers'] },
    object: request['object'],
    oldObject: null,
    request,
  };
}
const surroundings: Surroundings = {
  lookup: () => ({ name: 'payments', labels: new Map([['tenant', 'payments']]), terminating: false }),
  namespaceObjects: () => undefined,
  functions: new Map(),
};
const environment = admissionEnvironment();
const programs = rules.map((rule) => {
  const compiled = compile(rule, environment, 'bool');
  if (!compiled.ok) throw new Error(compiled.issues[0]?.message);
  return compiled.value;
});

const judge =
  (guardrails: Guardrails): ((attributes: Attributes) => void) =>
  (attributes) => {
    const { applied, violations } = judgeGuardrails(attributes, guardrails, surroundings);
    if (!applied || violations.length > 0) throw new Error(violations[0]?.message ?? 'no rule matched');
  };

const contenders: readonly {
  readonly name: string;
  readonly run: (attributes: Attributes) => void;
  readonly micros: number[];
}[] = [
  {
    name: '16 expressions alone',
    run: ({ object, request }) => {
      const variables = { object, oldObject: null, params: null, request };
      for (const program of programs)
        if (!program.run({ variables }, new Budget()).ok) throw new Error(program.source);
    },
    micros: [],
  },
  { name: '16 policies loaded', run: judge(few), micros: [] },
  { name: '1,000 loaded, 984 about other kinds', run: judge(many), micros: [] },
  { name: '1,000 loaded, 984 of other tenants', run: judge(crowd), micros: [] },
];

/** Microseconds of processor time a call, so that what else the machine does counts little. */
function timed(run: (attributes: Attributes) => void): number {
  const requests = Array.from({ length: turns }, received);
  const start = process.cpuUsage();
  for (const request of requests) run(request);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / turns;
}

for (const { run } of contenders) for (let warm = 0; warm < 10; warm += 1) timed(run);
for (let round = 0; round < rounds; round += 1)
  for (const { run, micros } of contenders) micros.push(timed(run));

const sorted = (micros: readonly number[]): readonly number[] => micros.toSorted((a, b) => a - b);
const at = (micros: readonly number[], share: number): number =>
  sorted(micros)[Math.min(micros.length - 1, Math.floor(micros.length * share))] ?? 0;
const ratio = (micros: readonly number[]): string =>
  (at(micros, 0.5) / at(contenders[1]?.micros ?? [], 0.5)).toFixed(3);
const width = Math.max(...contenders.map(({ name }) => name.length));
process.stdout.write(
  [
    `pod of ${JSON.stringify(pod).length} bytes; µs of processor time a request, ${rounds} rounds of ${turns}, taking turns`,
    `${''.padEnd(width)}      min   median      max`,
    ...contenders.map(
      ({ name, micros }) =>
        `${name.padEnd(width)} ${[0, 0.5, 1].map((share) => at(micros, share).toFixed(1).padStart(8)).join(' ')}`,
    ),
    ...contenders.slice(2).map(({ name, micros }) => `${name}: ${ratio(micros)} × 16 loaded (medians)`),
    '',
  ].join('\n'),
);
