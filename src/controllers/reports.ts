/** Keeps one report in each namespace of what is stored there and would be refused: OpenReports or PolicyReports, whichever the cluster serves. */
import { createHash } from 'node:crypto';
import type { Finding } from '../admission/scanning/finding.ts';
import { reportForms, toResult } from '../admission/scanning/reportResult.ts';
import type { ReportForm } from '../admission/scanning/reportResult.ts';
import { isObject, listAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Api, Asked } from './api.ts';
import { apply } from './api.ts';
import type { Controller, Reconciled } from './controller.ts';
import type { Pace } from './pace.ts';

/** What a scan found, or why there is none. `namespaces` are those that exist and take what is new: reports of others cannot be written. */
export type ScannedStock =
  | { readonly ok: true; readonly findings: readonly Finding[]; readonly namespaces: ReadonlySet<string> }
  | { readonly ok: false; readonly message: string };

export interface ReportsOptions {
  readonly api: Api;
  readonly pace: Pace;
  readonly scan: (signal: AbortSignal) => Promise<ScannedStock>;
  readonly everyMillis: number;
}

const reportName = 'bulkhead';
const managed = 'app.kubernetes.io/managed-by';
const hashKey = 'bulkhead.dev/content-hash';
const leftOutKey = 'bulkhead.dev/left-out';
/** A report holds at most so many results, and so many bytes of them: an object may have about a mebibyte. */
const mostResults = 500;
const mostBytes = 700_000;
const readMillis = 10_000;
const everyone = 'cluster';
/** Each look scans the cluster: what a namespace refuses for days, as by a quota, is tried ever more rarely, up to the usual time. */
const firstRefusedMillis = 30_000;

type Failed = Extract<Reconciled, { readonly outcome: 'failed' }>;

/** One key: all of the cluster. What is not there any more is an empty report, so that a reader sees that it was looked at. */
export function reports({ api, pace, scan, everyMillis }: ReportsOptions): Controller {
  /** How long it was waited last because some namespace refused its report; 0 since none did. */
  let refusedMillis = 0;
  return {
    name: 'reports',
    keys: () => [everyone],
    reconcile: async (_, signal): Promise<Reconciled> => {
      const again = { outcome: 'again', afterMillis: everyMillis } as const;
      const stored = new Map<ReportForm, ReadonlyMap<string, string>>();
      const forms = await served(api);
      if (typeof forms === 'string') return { outcome: 'failed', message: forms };
      for (const form of forms) {
        const hashes = await storedHashes(api, form);
        if (typeof hashes === 'string') return { outcome: 'failed', message: hashes };
        stored.set(form, hashes);
      }
      const [preferred] = stored.keys();
      if (preferred === undefined) return again;
      const scanned = await scan(signal);
      if (!scanned.ok) return { outcome: 'failed', message: scanned.message };
      let refused: Failed | undefined;
      const byNamespace = Map.groupBy(scanned.findings, ({ resource }) => resource.namespace);
      for (const [form, hashes] of stored) {
        // What was written before the other form was served says nothing any more.
        const findings = form === preferred ? byNamespace : new Map<string, Finding[]>();
        for (const namespace of new Set([...findings.keys(), ...hashes.keys()])) {
          if (namespace !== '' && !scanned.namespaces.has(namespace)) continue;
          const report = reportOf(form, namespace, findings.get(namespace) ?? []);
          if (hashes.get(namespace) === stringAt(report, 'metadata', 'annotations', hashKey)) continue;
          await pace.take(signal);
          if (signal.aborted) return again;
          const asked = await apply(api, `${pathOf(form, namespace)}/${reportName}`, report);
          if (asked.ok) continue;
          const failed: Failed = { outcome: 'failed', ...asked.failure };
          if (!isOfOne(asked)) return failed;
          refused ??= failed;
        }
      }
      if (refused === undefined) {
        refusedMillis = 0;
        return again;
      }
      refusedMillis = Math.min(everyMillis, Math.max(firstRefusedMillis, 2 * refusedMillis));
      return { ...refused, retryAfterMillis: Math.max(refusedMillis, refused.retryAfterMillis ?? 0) };
    },
  };
}

/** Claims that what was written is what is refused (a namespace that goes, a quota), which says nothing of the next. */
const isOfOne = ({ status = 0 }: Extract<Asked, { readonly ok: false }>): boolean =>
  [400, 403, 404, 409, 413, 422].includes(status);

const plurals = {
  policyreport: { namespaced: 'policyreports', cluster: 'clusterpolicyreports' },
  openreports: { namespaced: 'reports', cluster: 'clusterreports' },
} as const;

const groupPath = (form: ReportForm): string => `/apis/${reportForms[form].apiVersion}`;

const pathOf = (form: ReportForm, namespace: string): string =>
  namespace === ''
    ? `${groupPath(form)}/${plurals[form].cluster}`
    : `${groupPath(form)}/namespaces/${namespace}/${plurals[form].namespaced}`;

/** Reports are written as the first of them: as OpenReports where both are served, for the other is what they came from. Why it cannot be told, otherwise. */
async function served(api: Api): Promise<readonly ReportForm[] | string> {
  const forms: ReportForm[] = [];
  for (const form of ['openreports', 'policyreport'] as const) {
    const asked = await api.ask({ path: groupPath(form), deadlineMillis: readMillis });
    if (!asked.ok && asked.status !== 404) return asked.failure.message;
    if (asked.ok && listAt(asked.body, 'resources').length > 0) forms.push(form);
  }
  return forms;
}

/** The hash that each of our reports carries, by namespace; why they could not be listed. */
async function storedHashes(api: Api, form: ReportForm): Promise<ReadonlyMap<string, string> | string> {
  const hashes = new Map<string, string>();
  for (const plural of [plurals[form].namespaced, plurals[form].cluster]) {
    let next = '';
    do {
      const more = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const path = `${groupPath(form)}/${plural}?labelSelector=${managed}%3Dbulkhead&limit=20${more}`;
      const asked = await api.ask({ path, deadlineMillis: readMillis });
      if (!asked.ok) return asked.failure.message;
      for (const item of listAt(asked.body, 'items'))
        if (stringAt(item, 'metadata', 'name') === reportName)
          hashes.set(
            stringAt(item, 'metadata', 'namespace') ?? '',
            stringAt(item, 'metadata', 'annotations', hashKey) ?? '',
          );
      next = stringAt(asked.body, 'metadata', 'continue') ?? '';
    } while (next !== '');
  }
  return hashes;
}

/** The report of one namespace, always the same for the same findings. */
export function reportOf(form: ReportForm, namespace: string, findings: readonly Finding[]): JsonObject {
  const { apiVersion, namespaced, cluster, source } = reportForms[form];
  const sorted = findings.toSorted((a, b) => rank(a) - rank(b) || (a.fingerprint < b.fingerprint ? -1 : 1));
  const results: unknown[] = [];
  let bytes = 0;
  for (const finding of sorted.slice(0, mostResults)) {
    const result = toResult(form, finding, false);
    bytes += Buffer.byteLength(JSON.stringify(result));
    if (bytes > mostBytes) break;
    results.push(result);
  }
  const fail = findings.filter(({ violation }) => violation.action === 'Deny').length;
  const summary = { fail, warn: findings.length - fail };
  const leftOut = findings.length - results.length;
  const hash = createHash('sha256')
    .update(JSON.stringify([summary, leftOut, results]))
    .digest('hex');
  return {
    apiVersion,
    kind: namespace === '' ? cluster : namespaced,
    metadata: {
      name: reportName,
      ...(namespace === '' ? {} : { namespace }),
      labels: { [managed]: 'bulkhead' },
      annotations: {
        [hashKey]: hash.slice(0, 32),
        ...(leftOut === 0 ? {} : { [leftOutKey]: String(leftOut) }),
      },
    },
    ...(isObject(source) ? source : {}),
    summary,
    results,
  };
}

/** What is denied comes first, so that it is not what is left out. */
const rank = ({ violation }: Finding): number => ['Deny', 'Warn', 'Audit'].indexOf(violation.action);
