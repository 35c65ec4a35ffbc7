// Plausible entries in any number, the same for the same seed: what tests and benches fill a store with.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src/decisions/canonicalJson.ts';
import { sealed } from '../../../src/decisions/event/seal.ts';
import { linked, nothing } from '../../../src/decisions/integrity/chain.ts';
import type { DecisionEvent, Verdict } from '../../../src/decisions/record.ts';
import { recordVersion } from '../../../src/decisions/record.ts';
import type { StoredEntry } from '../../../src/decisions/repository.ts';

/** Numbers below 1, the same sequence for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const tenantLabel = 'bulkhead.dev/tenant';

const kinds = [
  { group: '', version: 'v1', kind: 'Pod' },
  { group: '', version: 'v1', kind: 'Pod' },
  { group: '', version: 'v1', kind: 'Pod' },
  { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
  { group: '', version: 'v1', kind: 'Namespace' },
] as const;
const verdicts: readonly Verdict[] = [
  ...Array.from({ length: 12 }, (): Verdict => 'allowed'),
  'patched',
  'patched',
  'patched',
  'warned',
  'denied',
  'denied',
  'denied',
  'errored',
];

export interface Plenty {
  readonly count: number;
  /** Milliseconds since the epoch, and from one entry to the next on average. */
  readonly start: number;
  readonly stepMillis: number;
  readonly tenants: number;
  readonly users: number;
  readonly rules: number;
  readonly seed: number;
}

/** Decisions of a busy cluster: a few tenants ask much, most little. */
export function* plentiful(of: Plenty): Generator<DecisionEvent> {
  const random = chance(of.seed);
  const below = (most: number): number => Math.floor(random() * most);
  const skewed = (most: number): number => Math.floor(random() ** 3 * most);
  let time = of.start;
  for (let at = 0; at < of.count; at += 1) {
    time += below(of.stepMillis * 2);
    const tenant = `tenant-${skewed(of.tenants)}`;
    const namespace = `${tenant}-${['dev', 'test', 'prod'][below(3)] ?? 'dev'}`;
    const resource = kinds[below(kinds.length)] ?? kinds[0];
    const decision = verdicts[below(verdicts.length)] ?? 'allowed';
    const name =
      resource.kind === 'Pod'
        ? `web-${below(40)}-${below(2 ** 31).toString(36)}`
        : resource.kind === 'Namespace'
          ? namespace
          : `allow-${below(60)}`;
    const rule = `boundary-${skewed(of.rules)}`;
    const peer = `tenant-${below(of.tenants)}`;
    const violates = decision === 'denied' || decision === 'warned';
    const digest = createHash('sha256').update(`${of.seed}/${at}`).digest('hex');
    yield {
      apiVersion: recordVersion,
      kind: 'Decision',
      time: new Date(time).toISOString(),
      decisionId: idOf(time, digest),
      uid: idOf(time, digest.slice(24)),
      door: at % 7 === 0 ? 'mutate' : 'validate',
      operation: (['CREATE', 'CREATE', 'UPDATE', 'DELETE'] as const)[below(4)] ?? 'CREATE',
      dryRun: below(50) === 0,
      resource: {
        group: resource.group,
        version: resource.version,
        kind: resource.kind,
        subresource: '',
        namespace: resource.kind === 'Namespace' ? '' : namespace,
        name,
      },
      tenant,
      user: { username: `user-${skewed(of.users)}`, groups: [`team-${tenant}`] },
      decision,
      violations: violates
        ? [
            {
              code: 'boundary.egress',
              rule,
              kind: 'Boundary',
              action: decision === 'denied' ? 'Deny' : 'Warn',
              field: '/spec/egress/0/to/0',
              message: `ipBlock 10.${below(256)}.0.0/16: pods in ${namespace} could reach a pod in any namespace of ${peer} on TCP ${below(1024)}`,
              policy: {
                kind: 'GuardrailPolicy',
                severity: ['critical', 'high', 'medium', 'low'][below(4)] ?? 'low',
              },
              witness: {
                direction: 'Egress',
                source: { namespace, namespaceLabels: { [tenantLabel]: tenant }, pod: 'any', podLabels: {} },
                destination: {
                  namespace: `${peer}-prod`,
                  namespaceLabels: { [tenantLabel]: peer },
                  pod: 'any',
                  podLabels: { app: 'db' },
                },
                protocol: 'TCP',
                port: 5432,
                because: { policy: `${namespace}/${name}`, field: '/spec/egress/0/to/0' },
                outside: { boundary: rule, limit: 'egress' },
                exists: false,
              },
            },
          ]
        : [],
      warnings: decision === 'warned' ? [`boundary ${rule} would refuse this from next week on`] : [],
      patch: decision === 'patched' ? [{ op: 'add', path: '/metadata/labels/tenant', value: tenant }] : [],
      exceptions: below(100) === 0 ? [`${namespace}/until-friday`] : [],
      ...(decision === 'errored'
        ? { failure: { code: 'budget', message: `the budget of ${rule} is spent` } }
        : {}),
      rulesHash: createHash('sha256')
        .update(`rules ${Math.floor(at / 100_000)}`)
        .digest('hex'),
      snapshot: { namespaceResourceVersion: String(at) },
      subset: {
        object: {
          metadata: { name, namespace, labels: { app: 'web', tier: 'front' } },
          spec: {
            podSelector: {},
            policyTypes: ['Egress'],
            egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/16' } }] }],
          },
        },
      },
      objectSha256: digest,
      masked: [],
    };
  }
}

/** An id of version 7 for that millisecond. */
export function idOf(millis: number, digest: string): string {
  const time = millis.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/** Entries of one writer's chain as a store takes them. */
export function* chained(
  events: Iterable<object>,
  writer: string,
  start: Pick<StoredEntry, 'seq' | 'hash'> = { seq: 0, hash: nothing },
): Generator<StoredEntry> {
  let before = { ...start, writer };
  for (const event of events) {
    const entry = linked(before, sealed(canonicalJson(event)), 250);
    yield entry;
    before = entry;
  }
}
