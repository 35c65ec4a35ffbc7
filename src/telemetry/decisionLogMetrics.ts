/** What the decision log tells about itself, as metrics. */
import { Counter, Gauge } from '@prometheus-io/client';
import type { Registry } from '@prometheus-io/client';
import { measuresOf, verificationHelp, verificationMeasures } from '../decisions/integrity/measures.ts';
import type { VerificationMeasure } from '../decisions/integrity/measures.ts';
import { lossReasons } from '../decisions/record.ts';

/** How the log is doing; counts are since the start of the process. */
export interface DecisionLogFigures {
  readonly queued: number;
  readonly written: number;
  readonly spooledBytes: number;
  readonly dropped: ReadonlyMap<string, number>;
  readonly store: string;
  readonly canRecord: boolean;
}

/** Registers the metrics of a log; `read` is asked whenever they are collected. */
export function observeDecisionLog(registry: Registry, read: () => DecisionLogFigures): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: (figures: DecisionLogFigures) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(read()));
      },
    });
  };
  gauge('bulkhead_decision_log_queued', 'Records that are not safe yet.', ({ queued }) => queued);
  gauge(
    'bulkhead_decision_log_spool_bytes',
    'Bytes of records that wait on disk for the store.',
    ({ spooledBytes }) => spooledBytes,
  );
  gauge('bulkhead_decision_log_store_up', '1 while the store takes records.', ({ store }) =>
    store === 'open' ? 1 : 0,
  );
  gauge(
    'bulkhead_decision_log_can_record',
    '0 where the next record would not be safe or be dropped.',
    ({ canRecord }) => (canRecord ? 1 : 0),
  );
  // Set to what the log itself has counted: it starts with the process, as a counter does.
  new Counter({
    name: 'bulkhead_decision_log_written_total',
    help: 'Records that are safe.',
    registers,
    collect() {
      this.reset();
      this.inc(read().written);
    },
  });
  new Counter({
    name: 'bulkhead_decision_log_dropped_total',
    help: 'Decisions that are in no record, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      // Told before anything was lost: of a series that begins with a loss Prometheus sees no increase.
      for (const reason of lossReasons) this.inc({ reason }, 0);
      for (const [reason, count] of read().dropped) this.inc({ reason }, count);
    },
  });
}

export interface VerificationMetrics {
  /** A verification of the log ended. */
  verified(ok: boolean, records: number, at: Date): void;
}

/** Registers the metrics of verification; they are absent until the first one ended. */
export function createVerificationMetrics(registry: Registry): VerificationMetrics {
  let last: Readonly<Record<VerificationMeasure, number>> | undefined;
  for (const name of verificationMeasures)
    new Gauge({
      name,
      help: verificationHelp[name],
      registers: [registry],
      collect() {
        this.remove();
        if (last !== undefined) this.set(last[name]);
      },
    });
  return {
    verified: (ok, records, at) => {
      last = measuresOf(ok, records, at);
    },
  };
}
