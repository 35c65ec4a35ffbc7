// Dashboard and alerts: every expression is PromQL, names only metrics that exist, and every alert has its page.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { listAt, stringAt } from '../../src/k8s/json.ts';
import { observeCertificates } from '../../src/telemetry/certificateMetrics.ts';
import { createVerificationMetrics, observeDecisionLog } from '../../src/telemetry/decisionLogMetrics.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createRuleMetrics } from '../../src/telemetry/ruleMetrics.ts';
import { createStateMetrics } from '../../src/telemetry/stateMetrics.ts';

const root = join(import.meta.dirname, '../..');
const files = join(root, 'charts/bulkhead/files');

const [group] = listAt(parse(readFileSync(join(files, 'alerts.yaml'), 'utf8')), 'groups');
const alerts = listAt(group, 'rules').map((rule) => ({
  name: stringAt(rule, 'alert') ?? '',
  expr: stringAt(rule, 'expr') ?? '',
  runbook: stringAt(rule, 'annotations', 'runbook') ?? '',
}));
const dashboard: unknown = JSON.parse(readFileSync(join(files, 'dashboard.json'), 'utf8'));
const panels = listAt(dashboard, 'panels').flatMap((panel) =>
  listAt(panel, 'targets').map((target) => ({
    name: stringAt(panel, 'title') ?? '',
    // Grafana puts a duration in here before Prometheus sees it.
    expr: (stringAt(target, 'expr') ?? '').replaceAll('$__rate_interval', '5m'),
  })),
);

/** The names of metrics in an expression, or undefined where it is no PromQL. */
function metricsIn(expression: string): readonly string[] | undefined {
  const names: string[] = [];
  const errors: number[] = [];
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(node.from);
      if (node.name === 'VectorSelector') {
        const identifier = node.node.getChild('Identifier');
        if (identifier !== null) names.push(expression.slice(identifier.from, identifier.to));
      }
    },
  });
  return errors.length > 0 ? undefined : names;
}

async function everyName(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics({ version: '1', commit: 'a' });
  createRuleMetrics(metrics.registry);
  createStateMetrics(metrics.registry, { namespaces: () => undefined, exceptions: () => new Map() });
  observeCertificates(metrics.registry, () => ({ authorityExpires: new Date(0), phase: 'Stable' }));
  metrics.inFlightBytes(() => 0);
  const figures = {
    queued: 0,
    written: 0,
    spooledBytes: 0,
    dropped: new Map(),
    store: 'open',
    canRecord: true,
  };
  observeDecisionLog(metrics.registry, () => figures);
  createVerificationMetrics(metrics.registry);
  const { body } = await metrics.exposition();
  const typed = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set([
    'up',
    ...typed.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  ]);
}

describe.each([
  ['alerts', alerts],
  ['dashboard', panels],
] as const)('%s', (_what, all) => {
  test.each(all)('$name: $expr', async ({ expr }) => {
    const names = metricsIn(expr);
    expect(names).not.toHaveLength(0);
    const known = await everyName();
    expect(names?.filter((name) => !known.has(name))).toEqual([]);
  });
});

test('what is no PromQL is found', () => {
  expect(metricsIn('sum(rate(bulkhead_requests_total[5m])')).toBeUndefined();
  expect(metricsIn('sum by (le) (nothing_at_all)')).toEqual(['nothing_at_all']);
});

test('every alert has a runbook with its expression, and every runbook an alert', () => {
  for (const { name, expr, runbook } of alerts) {
    expect(existsSync(join(root, runbook))).toBe(true);
    const page = readFileSync(join(root, runbook), 'utf8');
    expect(page).toContain(`# ${name}\n`);
    expect(page).toContain(expr);
  }
  const pages = readdirSync(join(root, 'docs/runbooks')).map((page) => `docs/runbooks/${page}`);
  expect(pages.sort()).toEqual(alerts.map(({ runbook }) => runbook).sort());
});

test('every metric of ours is told in docs/metrics.md', async () => {
  const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
  const own = [...(await everyName())].filter(
    (name) => name.startsWith('bulkhead_') && !/_(count|sum)$/.test(name),
  );
  expect(own.filter((name) => !page.includes(name.replace(/_bucket$/, '')))).toEqual([]);
});
