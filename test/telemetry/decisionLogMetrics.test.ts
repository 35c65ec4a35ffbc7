// The metrics of the decision log follow its figures.
import { expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import { createVerificationMetrics, observeDecisionLog } from '../../src/telemetry/decisionLogMetrics.ts';
import type { DecisionLogFigures } from '../../src/telemetry/decisionLogMetrics.ts';

test('each collection tells the figures of that moment', async () => {
  const registry = new Registry();
  let figures: DecisionLogFigures = {
    queued: 3,
    written: 10,
    spooledBytes: 0,
    dropped: new Map(),
    store: 'open',
    canRecord: true,
  };
  observeDecisionLog(registry, () => figures);
  await registry.metrics();
  figures = {
    ...figures,
    written: 12,
    spooledBytes: 99,
    dropped: new Map([['spool-full', 4]]),
    store: 'failing',
    canRecord: false,
  };
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.sort()).toEqual([
    'bulkhead_decision_log_can_record 0',
    'bulkhead_decision_log_dropped_total{reason="queue-full"} 0',
    'bulkhead_decision_log_dropped_total{reason="record-failed"} 0',
    'bulkhead_decision_log_dropped_total{reason="spool-corrupt"} 0',
    'bulkhead_decision_log_dropped_total{reason="spool-error"} 0',
    'bulkhead_decision_log_dropped_total{reason="spool-full"} 4',
    'bulkhead_decision_log_dropped_total{reason="writer-ended"} 0',
    'bulkhead_decision_log_queued 3',
    'bulkhead_decision_log_spool_bytes 99',
    'bulkhead_decision_log_store_up 0',
    'bulkhead_decision_log_written_total 12',
  ]);
});

test('a verification is told when one has ended, and the last one counts', async () => {
  const registry = new Registry();
  const metrics = createVerificationMetrics(registry);
  const told = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(await told()).toEqual([]);
  metrics.verified(true, 100, new Date(5_000));
  metrics.verified(false, 120, new Date(9_400));
  expect(await told()).toEqual([
    'bulkhead_decision_log_verified 0',
    'bulkhead_decision_log_verified_records 120',
    'bulkhead_decision_log_verified_timestamp_seconds 9',
  ]);
});
