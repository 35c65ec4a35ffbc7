/** The metrics of one process, in a registry of their own. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { bounded, childrenOf } from './children.ts';

export interface Build {
  readonly version: string;
  readonly commit: string;
}

/** Every method is cheap: series are looked up by value, label objects are made once. */
export interface Metrics {
  /** A review request is over; `status` is that of HTTP, 499 where the client left first. */
  answered(door: string, status: number, seconds: number): void;
  /** A request or connection was turned away because of load. */
  shed(reason: string): void;
  /** `read` tells the bytes of request bodies held, whenever metrics are collected. */
  inFlightBytes(read: () => number): void;
  certificateExpires(at: Date): void;
  /** A decision about an object; `decision` is allowed, denied, patched, warned or errored, `kind` the object's kind. */
  decided(door: string, decision: string, kind: string): void;
  /** A rule could not be evaluated; `reason` is a stable code. */
  evaluationFailed(reason: string): void;
  exposition(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** For metrics of other parts. */
  readonly registry: Registry;
}

/** From half a millisecond to the longest deadline. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** What a caller can choose freely must not make series without end. */
const maxKinds = 64;
const maxReasons = 32;

/** Registers everything in a new registry; `defaults: false` leaves out Node's process metrics. */
export function createMetrics(build: Build, options: { readonly defaults?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.defaults !== false) collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: 'bulkhead_requests_total',
    help: 'Review requests by webhook and HTTP status; 499 means that the client left before its answer.',
    labelNames: ['door', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'bulkhead_request_duration_seconds',
    help: 'Time from the headers of a review request to the last byte of its answer.',
    labelNames: ['door'],
    buckets,
    registers,
  });
  const shed = new Counter({
    name: 'bulkhead_shed_total',
    help: 'Requests and connections turned away because of load, by what was exhausted.',
    labelNames: ['reason'],
    registers,
  });
  const decisions = new Counter({
    name: 'bulkhead_decisions_total',
    help: 'Decisions by webhook, outcome and kind of object.',
    labelNames: ['door', 'decision', 'kind'],
    registers,
  });
  const failures = new Counter({
    name: 'bulkhead_evaluation_errors_total',
    help: 'Rules that could not be evaluated, by reason; such a request is not allowed by a rule that guards.',
    labelNames: ['reason'],
    registers,
  });
  const expiry = new Gauge({
    name: 'bulkhead_certificate_expiry_timestamp_seconds',
    help: 'When the serving certificate in force expires.',
    registers,
  });
  const info = new Gauge({
    name: 'bulkhead_build_info',
    help: 'Always 1; the labels tell which build this is.',
    labelNames: ['version', 'commit'],
    registers,
  });
  info.set({ version: build.version, commit: build.commit }, 1);

  const requestsOf = childrenOf((door: string) =>
    childrenOf((status: number) => requests.labels(door, String(status))),
  );
  const durationsOf = childrenOf((door: string) => durations.labels(door));
  const shedOf = childrenOf((reason: string) => shed.labels(reason));
  const kindOf = bounded(maxKinds);
  const decisionsOf = childrenOf((door: string) =>
    childrenOf((decision: string) => childrenOf((kind: string) => decisions.labels(door, decision, kind))),
  );
  const reasonOf = bounded(maxReasons);
  const failuresOf = childrenOf((reason: string) => failures.labels(reason));

  return {
    answered: (door, status, seconds) => {
      requestsOf(door)(status).inc();
      durationsOf(door).observe(seconds);
    },
    shed: (reason) => {
      shedOf(reason).inc();
    },
    inFlightBytes: (read) => {
      new Gauge({
        name: 'bulkhead_in_flight_bytes',
        help: 'Bytes of request bodies that are held at this moment.',
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    certificateExpires: (at) => {
      expiry.set(at.getTime() / 1000);
    },
    decided: (door, decision, kind) => {
      decisionsOf(door)(decision)(kindOf(kind)).inc();
    },
    evaluationFailed: (reason) => {
      failuresOf(reasonOf(reason)).inc();
    },
    exposition: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    registry,
  };
}
