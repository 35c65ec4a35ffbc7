// The alerts in Prometheus' own hands: promtool reads them, and each fires when its trouble is there, and not when it is not.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { withPromtool } from './withPromtool.ts';

const file = join(import.meta.dirname, '../../charts/bulkhead/files/alerts.yaml');
const [group] = listAt(parse(await readFile(file, 'utf8')), 'groups');
const rules = new Map(listAt(group, 'rules').map((rule) => [stringAt(rule, 'alert') ?? '', rule]));

/** Series in promtool's notation, one value a minute (every five, where `interval` says so). */
interface Case {
  readonly alert: string;
  readonly what: string;
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  readonly interval?: string;
  /** The labels beside the alert's own; absent where it must not fire. */
  readonly fires?: Readonly<Record<string, string>>;
}

const up = 'up{job="bulkhead",instance="a"}';
const build = (version: string, instance: string): string =>
  `bulkhead_build_info{version="${version}",commit="c",instance="${instance}"}`;
const requests = (status: string): string => `bulkhead_requests_total{door="validate",status="${status}"}`;
const bucket = (le: string): string => `bulkhead_request_duration_seconds_bucket{door="validate",le="${le}"}`;
const rotation = (phase: string): string =>
  `bulkhead_certificate_rotation_phase{phase="${phase}",instance="a"}`;
const dropped = 'bulkhead_decision_log_dropped_total{reason="spool-full"}';
const checkpoint = 'bulkhead_decision_log_checkpoint_timestamp_seconds{instance="a"}';
const written = 'bulkhead_decision_log_written_total{instance="a"}';
const verified = 'bulkhead_decision_log_verified{instance="a"}';
const verifiedAt = 'bulkhead_decision_log_verified_timestamp_seconds{instance="a"}';

const day = 86_400;
const cases: readonly Case[] = [
  { alert: 'BulkheadDown', what: 'nothing is scraped at all', series: {}, at: '6m', fires: {} },
  {
    alert: 'BulkheadDown',
    what: 'no replica is reached',
    series: { [up]: '0x20', [build('1', 'a')]: '1x20' },
    at: '6m',
    fires: {},
  },
  {
    alert: 'BulkheadDown',
    what: 'a replica is reached',
    series: { [up]: '1x20', [build('1', 'a')]: '1x20' },
    at: '6m',
  },
  {
    alert: 'BulkheadNotAnswering',
    what: 'two in a hundred fail',
    series: { [requests('503')]: '0+2x20', [requests('200')]: '0+98x20' },
    at: '15m',
    fires: {},
  },
  {
    alert: 'BulkheadNotAnswering',
    what: 'one in two hundred fails',
    series: { [requests('503')]: '0+1x20', [requests('200')]: '0+199x20' },
    at: '15m',
  },
  {
    alert: 'BulkheadSlow',
    what: 'one in ten takes two seconds',
    series: { [bucket('1')]: '0+90x30', [bucket('2.5')]: '0+100x30', [bucket('+Inf')]: '0+100x30' },
    at: '20m',
    fires: {},
  },
  {
    alert: 'BulkheadSlow',
    what: 'all within a second',
    series: { [bucket('0.5')]: '0+100x30', [bucket('1')]: '0+100x30', [bucket('+Inf')]: '0+100x30' },
    at: '20m',
  },
  {
    alert: 'BulkheadEvaluationErrors',
    what: 'some a minute',
    series: { 'bulkhead_evaluation_errors_total{reason="deadline"}': '0+3x40' },
    at: '30m',
    fires: { reason: 'deadline' },
  },
  {
    alert: 'BulkheadEvaluationErrors',
    what: 'some long ago',
    series: { 'bulkhead_evaluation_errors_total{reason="deadline"}': '5x40' },
    at: '30m',
  },
  {
    alert: 'BulkheadBudgetExceeded',
    what: 'again and again',
    series: { 'bulkhead_budget_exceeded_total{kind="Boundary"}': '0+1x40' },
    at: '30m',
    fires: { kind: 'Boundary' },
  },
  {
    alert: 'BulkheadBudgetExceeded',
    what: 'never',
    series: { 'bulkhead_budget_exceeded_total{kind="Boundary"}': '0x40' },
    at: '30m',
  },
  {
    alert: 'BulkheadNamespaceCacheOld',
    what: 'one of two replicas hears nothing',
    series: {
      'bulkhead_namespace_cache_age_seconds{instance="a"}': '5x20',
      'bulkhead_namespace_cache_age_seconds{instance="b"}': '5 65+60x18',
    },
    at: '5m',
    fires: {},
  },
  {
    alert: 'BulkheadNamespaceCacheOld',
    what: 'it is always young',
    series: { 'bulkhead_namespace_cache_age_seconds{instance="a"}': '5x20' },
    at: '5m',
  },
  {
    alert: 'BulkheadCertificateExpires',
    what: 'in six days',
    series: { 'bulkhead_certificate_expiry_timestamp_seconds{instance="a"}': `${6 * day}x180` },
    at: '2h',
    fires: { instance: 'a' },
  },
  {
    alert: 'BulkheadCertificateExpires',
    what: 'in eight days',
    series: { 'bulkhead_certificate_expiry_timestamp_seconds{instance="a"}': `${8 * day}x180` },
    at: '2h',
  },
  {
    alert: 'BulkheadAuthorityExpires',
    what: 'in fifty-nine days',
    series: { 'bulkhead_certificate_authority_expiry_timestamp_seconds{instance="a"}': `${59 * day}x180` },
    at: '2h',
    fires: {},
  },
  {
    alert: 'BulkheadAuthorityExpires',
    what: 'in four months, when it is due',
    series: { 'bulkhead_certificate_authority_expiry_timestamp_seconds{instance="a"}': `${121 * day}x180` },
    at: '2h',
  },
  {
    alert: 'BulkheadRotationStuck',
    what: 'it has waited for half an hour',
    series: { [rotation('Switching')]: '1x60', [rotation('Stable')]: '0x60' },
    at: '40m',
    fires: { phase: 'Switching' },
  },
  {
    alert: 'BulkheadRotationStuck',
    what: 'it took four minutes',
    series: { [rotation('Switching')]: '0 1 1 1 1 0x40', [rotation('Stable')]: '1 0 0 0 0 1x40' },
    at: '40m',
  },
  {
    alert: 'BulkheadDecisionsDropped',
    what: 'once, all at a time',
    series: { [dropped]: '0 0 500x20' },
    at: '5m',
    fires: { reason: 'spool-full' },
  },
  { alert: 'BulkheadDecisionsDropped', what: 'none', series: { [dropped]: '0x20' }, at: '5m' },
  {
    alert: 'BulkheadDecisionStoreDown',
    what: 'for one of two replicas',
    series: {
      'bulkhead_decision_log_store_up{instance="a"}': '1x20',
      'bulkhead_decision_log_store_up{instance="b"}': '1 0x20',
    },
    at: '10m',
    fires: {},
  },
  {
    alert: 'BulkheadDecisionStoreDown',
    what: 'for a moment',
    series: { 'bulkhead_decision_log_store_up{instance="a"}': '1 0 1x20' },
    at: '10m',
  },
  {
    alert: 'BulkheadCannotRecord',
    what: 'for more than a minute',
    series: { 'bulkhead_decision_log_can_record{instance="a"}': '1 0x20' },
    at: '5m',
    fires: {},
  },
  {
    alert: 'BulkheadCannotRecord',
    what: 'it can',
    series: { 'bulkhead_decision_log_can_record{instance="a"}': '1x20' },
    at: '5m',
  },
  {
    alert: 'BulkheadDecisionQueueGrows',
    what: 'for ten minutes',
    series: { 'bulkhead_decision_log_queued{instance="a"}': '20000x20' },
    at: '15m',
    fires: {},
  },
  {
    alert: 'BulkheadDecisionQueueGrows',
    what: 'for a moment',
    series: { 'bulkhead_decision_log_queued{instance="a"}': '20000 0x20' },
    at: '15m',
  },
  {
    alert: 'BulkheadNoCheckpoint',
    what: 'records without one',
    series: { [checkpoint]: '60x60', [written]: '0+10x60' },
    at: '50m',
    fires: { instance: 'a' },
  },
  {
    alert: 'BulkheadNoCheckpoint',
    what: 'one a minute',
    series: { [checkpoint]: '60+60x60', [written]: '0+10x60' },
    at: '50m',
  },
  {
    alert: 'BulkheadNoCheckpoint',
    what: 'nothing to sign',
    series: { [checkpoint]: '60x60', [written]: '10x60' },
    at: '50m',
  },
  {
    alert: 'BulkheadDecisionLogChanged',
    what: 'the last verification found something',
    series: { [verified]: '1 0x5' },
    at: '2m',
    fires: { instance: 'a' },
  },
  { alert: 'BulkheadDecisionLogChanged', what: 'it found nothing', series: { [verified]: '1x5' }, at: '2m' },
  {
    alert: 'BulkheadDecisionLogUnverified',
    what: 'the last verification was long ago',
    series: { [verifiedAt]: '60x700' },
    interval: '5m',
    at: '52h',
    fires: { instance: 'a' },
  },
  {
    alert: 'BulkheadDecisionLogUnverified',
    what: 'it was yesterday',
    series: { [verifiedAt]: `60x287 ${day}x480` },
    interval: '5m',
    at: '52h',
  },
  {
    alert: 'BulkheadVersionsDiffer',
    what: 'for longer than a rollout takes',
    series: { [build('1', 'a')]: '1x120', [build('2', 'b')]: '1x120' },
    at: '90m',
    fires: {},
  },
  {
    alert: 'BulkheadVersionsDiffer',
    what: 'two replicas of one version',
    series: { [build('1', 'a')]: '1x120', [build('1', 'b')]: '1x120' },
    at: '90m',
  },
];

/** One case as promtool reads it; `fires` is what is expected of it. */
function testOf({ alert, what, series, at, interval = '1m' }: Case, fires: Case['fires']): object {
  const rule = rules.get(alert);
  const labels = { ...Object(ownAt(rule, 'labels')), ...fires } as object;
  const expected = { exp_labels: labels, exp_annotations: ownAt(rule, 'annotations') };
  return {
    name: `${alert}: ${what}`,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: fires === undefined ? [] : [expected] }],
  };
}

test('each alert has a case in which it fires and one in which it does not', () => {
  const names = (fires: boolean): string[] =>
    [...new Set(cases.filter((one) => (one.fires !== undefined) === fires).map(({ alert }) => alert))].sort();
  expect(names(true)).toEqual([...rules.keys()].sort());
  expect(names(false)).toEqual([...rules.keys()].sort());
});

withPromtool('promtool', (promtool) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-alerts-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const tested = async (tests: readonly object[]): ReturnType<typeof promtool> => {
    const suite = join(folder, 'suite.yaml');
    await writeFile(suite, stringify({ rule_files: [file], evaluation_interval: '1m', tests }));
    return promtool(['test', 'rules', suite]);
  };

  test('reads the rules and finds nothing to say about them', async () => {
    const { code, text } = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', file]);
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain(`${rules.size} rules found`);
  });

  test('sees each alert fire where it must, and nowhere else', async () => {
    expect(await tested(cases.map((one) => testOf(one, one.fires)))).toMatchObject({ code: 0 });
  }, 60_000);

  test('would notice if any did the opposite', async () => {
    const opposite = cases.map((one) => testOf(one, one.fires === undefined ? {} : undefined));
    const { code, text } = await tested(opposite);
    expect(code).toBe(1);
    const noticed = cases.filter(({ alert, what }) => text.includes(`${alert}: ${what}`));
    expect(noticed).toHaveLength(cases.length);
  }, 60_000);
});
