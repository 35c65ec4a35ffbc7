import { beforeEach, describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Metrics } from '../../src/telemetry/metrics.ts';

let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics({ version: '1.2.3', commit: 'abc' }, { defaults: false });
});
const exposed = async (name: string): Promise<string[]> =>
  (await metrics.exposition()).body.split('\n').filter((line) => line.startsWith(name));

describe('metrics', () => {
  test('count requests by webhook and status, and time them into buckets', async () => {
    metrics.answered('validate', 200, 0.0004);
    metrics.answered('validate', 200, 0.02);
    metrics.answered('mutate', 503, 11);
    expect(await exposed('bulkhead_requests_total')).toEqual([
      'bulkhead_requests_total{door="validate",status="200"} 2',
      'bulkhead_requests_total{door="mutate",status="503"} 1',
    ]);
    const durations = await exposed('bulkhead_request_duration_seconds');
    expect(durations).toContain('bulkhead_request_duration_seconds_bucket{le="0.0005",door="validate"} 1');
    expect(durations).toContain('bulkhead_request_duration_seconds_bucket{le="0.025",door="validate"} 2');
    expect(durations).toContain('bulkhead_request_duration_seconds_bucket{le="10",door="mutate"} 0');
    expect(durations).toContain('bulkhead_request_duration_seconds_count{door="mutate"} 1');
  });

  test('count decisions, what was shed and what failed', async () => {
    metrics.decided('validate', 'denied', 'NetworkPolicy');
    metrics.decided('validate', 'denied', 'NetworkPolicy');
    metrics.decided('mutate', 'patched', 'Pod');
    metrics.shed('bytes');
    metrics.evaluationFailed('budget');
    expect(await exposed('bulkhead_decisions_total')).toEqual([
      'bulkhead_decisions_total{door="validate",decision="denied",kind="NetworkPolicy"} 2',
      'bulkhead_decisions_total{door="mutate",decision="patched",kind="Pod"} 1',
    ]);
    expect(await exposed('bulkhead_shed_total')).toEqual(['bulkhead_shed_total{reason="bytes"} 1']);
    expect(await exposed('bulkhead_evaluation_errors_total')).toEqual([
      'bulkhead_evaluation_errors_total{reason="budget"} 1',
    ]);
  });

  test('never make more series than there are kinds and reasons to expect, whatever a caller names', async () => {
    for (let n = 0; n < 500; n += 1) {
      metrics.decided('validate', 'allowed', `Kind${n}`);
      metrics.evaluationFailed(`reason${n}`);
    }
    const decisions = await exposed('bulkhead_decisions_total');
    expect(decisions).toHaveLength(65);
    expect(decisions).toContain(
      'bulkhead_decisions_total{door="validate",decision="allowed",kind="other"} 436',
    );
    expect(await exposed('bulkhead_evaluation_errors_total')).toHaveLength(33);
  });

  test('keep a kind with quotes and line feeds on its own line', async () => {
    metrics.decided('validate', 'allowed', 'a"b\nbulkhead_forged 1\\');
    expect(await exposed('bulkhead_forged')).toEqual([]);
    expect(await exposed('bulkhead_decisions_total')).toHaveLength(1);
  });

  test('tell the bytes held at the moment of asking, the expiry of the certificate and the build', async () => {
    let held = 5;
    metrics.inFlightBytes(() => held);
    expect(await exposed('bulkhead_in_flight_bytes')).toEqual(['bulkhead_in_flight_bytes 5']);
    held = 7;
    expect(await exposed('bulkhead_in_flight_bytes')).toEqual(['bulkhead_in_flight_bytes 7']);
    metrics.certificateExpires(new Date(1_800_000_000_000));
    expect(await exposed('bulkhead_certificate')).toEqual([
      'bulkhead_certificate_expiry_timestamp_seconds 1800000000',
    ]);
    expect(await exposed('bulkhead_build_info')).toEqual([
      'bulkhead_build_info{version="1.2.3",commit="abc"} 1',
    ]);
  });

  test('of two registries do not meet, and those of the process come with the defaults', async () => {
    const other = createMetrics({ version: '1', commit: 'x' });
    other.shed('queue');
    expect(await exposed('bulkhead_shed_total')).toEqual([]);
    const { body, contentType } = await other.exposition();
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
    expect(contentType).toContain('text/plain');
  });
});
