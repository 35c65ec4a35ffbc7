// What Prometheus and Grafana get from the chart: nothing unless asked for, and then what their kinds take.
import { expect, test } from '@jest/globals';
import { at, listAt } from './helm.ts';
import { withHelm } from './withHelm.ts';

withHelm('monitoring', (helm) => {
  test('is off by default', async () => {
    const kinds = (await helm.render()).map(({ kind }) => kind);
    expect(kinds).not.toContain('ServiceMonitor');
    expect(kinds).not.toContain('PrometheusRule');
    expect(await helm.template()).not.toContain('dashboard');
  });

  test('renders a monitor, the alerts and the dashboard', async () => {
    const on = { enabled: true };
    const all = await helm.render({ monitoring: { serviceMonitor: on, prometheusRule: on, dashboard: on } });
    const monitor = all.find(({ kind }) => kind === 'ServiceMonitor');
    expect(at(monitor, 'spec', 'endpoints', 0)).toMatchObject({
      port: 'https',
      path: '/metrics',
      scheme: 'https',
      tlsConfig: { ca: { secret: { key: 'ca.crt' } } },
    });
    const rule = all.find(({ kind }) => kind === 'PrometheusRule');
    expect(listAt(at(rule, 'spec', 'groups', 0), 'rules').length).toBeGreaterThan(10);
    expect(at(rule, 'spec', 'groups', 0, 'rules', 0, 'alert')).toBe('BulkheadDown');
    const board = all.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-dashboard'),
    );
    const text = at(board, 'data', 'bulkhead.json');
    expect(JSON.parse(typeof text === 'string' ? text : '')).toMatchObject({ uid: 'bulkhead' });
  });

  test('lets reports and Events be written only where they are asked for', async () => {
    const roleOf = async (values: Readonly<Record<string, unknown>>): Promise<string> =>
      JSON.stringify((await helm.render(values)).find(({ kind }) => kind === 'ClusterRole'));
    expect(await roleOf({})).not.toMatch(/policyreports|events/);
    expect(await roleOf({ configuration: { controllers: { events: true } } })).toContain('["events"]');
    expect(await roleOf({ configuration: { controllers: { reports: true } } })).toContain('policyreports');
  });

  test('refuses values that nothing reads', async () => {
    await expect(helm.render({ monitoring: { grafana: {} } })).rejects.toThrow(/grafana/);
  });
});
