/** The composition root of `serve`: the only file that sees every room. */
import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { promptBudget } from './admission/allowance.ts';
import type { Rules } from './admission/rules.ts';
import type { World } from './admission/world.ts';
import type { Issue, Read } from './config/issue.ts';
import { describe, sound } from './config/issue.ts';
import type { Config } from './config/schema.ts';
import { decisionId, randomPool } from './decisions/decisionId.ts';
import type { Desk } from './desk/desk.ts';
import type { DeskTls } from './desk/listener.ts';
import { openDesk } from './desk/fromConfig.ts';
import { openDecisionLog } from './server/decisionLog.ts';
import type { OpenDecisionLog } from './server/decisionLog.ts';
import type { Readiness } from './server/review.ts';
import { reviewer } from './server/reviewer.ts';
import type { ReviewerPorts } from './server/reviewer.ts';
import type { LargeExtra, LargeSnapshot } from './server/largeReview.ts';
import { withWorkers } from './server/largeReviewer.ts';
import { createWorkers } from './server/workers.ts';
import { exceptionsByState } from './server/sources.ts';
import type { NamespaceSource, RuleSource } from './server/sources.ts';
import { startServer } from './server/server.ts';
import type { RunningServer } from './server/server.ts';
import { servingMaterial } from './server/tls/serving.ts';
import type { MaterialSource } from './server/tls/source.ts';
import type { StoredPair } from './server/tls/stored.ts';
import { observeCertificates } from './telemetry/certificateMetrics.ts';
import type { CertificateFigures } from './telemetry/certificateMetrics.ts';
import { createVerificationMetrics, observeDecisionLog } from './telemetry/decisionLogMetrics.ts';
import { createLog } from './telemetry/logger.ts';
import type { Log } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { observeNetwork } from './telemetry/networkMetrics.ts';
import type { NetworkFigures } from './telemetry/networkMetrics.ts';
import { createRuleMetrics } from './telemetry/ruleMetrics.ts';
import { createTracing } from './telemetry/tracing.ts';
import { createStateMetrics } from './telemetry/stateMetrics.ts';

/** Certificates that are kept in the cluster. */
export interface StoredCertificates extends StoredPair {
  readonly figures: () => CertificateFigures | undefined;
}

export interface AppOptions {
  readonly config: Config;
  readonly rules: RuleSource;
  readonly namespaces: NamespaceSource;
  /** Where the own CA, the serving pair and other state are kept. */
  readonly stateDirectory: string;
  /** Where `certificates.secret` names one. */
  readonly certificates?: StoredCertificates | undefined;
  /** Told the SHA-256 fingerprint of each certificate once it is served. */
  readonly serves?: ((certificate: string) => void) | undefined;
  /** What is known of the network plugin; undefined where this process does not look. */
  readonly network?: () => NetworkFigures | undefined;
  readonly version: string;
  /** The module of a resident worker. */
  readonly workerEntry: URL;
}

export interface App {
  readonly server: RunningServer;
  readonly log: Log;
  /** Where the review desk answers, if it was asked for. */
  readonly desk: string | undefined;
  /** The CA file that clients of a self-made certificate must trust. */
  readonly authorityFile: string | undefined;
  /** Fails readiness, answers until it is quiet, then closes. */
  readonly stop: () => Promise<void>;
}

/** Quiet for this long means that nobody sends any more; and no longer than a pod's usual grace period. */
const drain = { quietMillis: 3_000, atMostMillis: 25_000 };

/** Starts the webhook. Mistakes are values; a port that is taken is thrown by the listener. */
export async function startApp(options: AppOptions): Promise<Read<App>> {
  const { config, namespaces, stateDirectory } = options;
  const log = createLog({ level: config.log.level, destination: 1 });
  const metrics = createMetrics({
    version: options.version,
    commit: process.env['BULKHEAD_COMMIT'] ?? 'unknown',
  });
  const keeps = (issues: readonly Issue[]): void => {
    log.logger.warn({ issues: issues.map(describe) }, 'keeping the certificate in force');
  };
  const tls = await servingMaterial(config, stateDirectory, keeps, options.certificates);
  if (!tls.ok) return tls;
  if (options.certificates !== undefined) observeCertificates(metrics.registry, options.certificates.figures);
  const world = worldSource(options);
  if (options.network !== undefined) observeNetwork(metrics.registry, options.network);
  const state = createStateMetrics(metrics.registry, {
    namespaces: () => namespaces.namespaces?.(),
    exceptions: () => exceptionsByState(namespaces, options.rules),
  });
  const verification = createVerificationMetrics(metrics.registry);
  const decisions = openDecisionLog({
    config,
    stateDirectory,
    entry: options.workerEntry,
    replica: process.env['POD_NAME'] ?? hostname(),
    log: log.logger,
    line: (json) => {
      log.record(json, 'decision');
    },
    checkpointed: () => {
      state.checkpointed(new Date());
    },
    verified: ({ ok, records }) => {
      verification.verified(ok, records, new Date());
    },
  });
  const kept = decisions.log;
  if (kept !== undefined) observeDecisionLog(metrics.registry, () => kept.status);
  const ports = reviewPorts(options, world, log, metrics, decisions);
  const workers = createWorkers<LargeSnapshot, LargeExtra>({
    entry: options.workerEntry,
    crashed: (error) => {
      log.logger.error({ err: error }, 'a worker ended');
    },
  });
  const snapshot = (): LargeSnapshot => ({
    sources: options.rules.current().sources,
    suspended: options.rules.current().suspended === true,
    storedParams: options.rules.current().guardrails.storedParams,
    config,
    ownNamespace: namespaces.ownNamespace,
    namespaces: [...world().known()],
    exceptions: namespaces.exceptions?.all() ?? [],
    complete: namespaces.live === undefined,
  });
  const revision = revisionOf(() => [
    options.rules.current(),
    namespaces.view().revision,
    namespaces.exceptions?.all(),
  ]);
  /** What would keep the process alive after everything else is closed. */
  const release = async (): Promise<void> => {
    await workers.close();
    await decisions.close();
  };
  const released = async (error: unknown): Promise<never> => {
    await release();
    throw error;
  };
  const server = await startServer({
    host: config.server.address,
    port: config.server.port,
    tls: tls.value.source,
    ...(config.server.clientCA === null ? {} : { clients: { names: config.server.clientNames } }),
    limits: { bodyBytes: config.server.maxBodyBytes, inFlightBytes: config.server.maxInFlightBytes },
    review: withWorkers((beyond) => reviewer({ ...ports, beyond }), {
      ...ports,
      revision,
      snapshot,
      workers,
    }),
    readiness: () => together([namespaces.readiness(), options.rules.readiness(), decisions.readiness()]),
    metrics: () => metrics.exposition(),
    observer: { ...metrics, began: createTracing(options.version) },
    log: log.logger,
  }).catch(released);
  tellServed(tls.value.source, options);
  const desk = await deskBeside(options, tls.value.source, decisions, log).catch(async (error: unknown) => {
    await server.close();
    return released(error);
  });
  if (!desk.ok) {
    await server.close();
    await release();
    return desk;
  }
  return sound({
    server,
    log,
    desk: desk.value?.address,
    authorityFile: tls.value.authorityFile,
    stop: async () => {
      await desk.value?.close();
      await server.drain(drain);
      await server.close();
      await release();
      await namespaces.stop();
      await log.flush();
    },
  });
}

/** After the listener, which subscribed before: what is told is served already. */
function tellServed(source: MaterialSource, { serves }: AppOptions): void {
  serves?.(source.current.leaf);
  source.subscribe(({ leaf }) => serves?.(leaf));
}

/** The desk reads the store in a thread of its own, and its readings go into the same log. */
function deskBeside(
  { config, stateDirectory, workerEntry: entry, version }: AppOptions,
  source: MaterialSource,
  decisions: OpenDecisionLog,
  log: Log,
): Promise<Read<Desk | undefined>> {
  const pairOf = ({ certificate: cert, key }: MaterialSource['current']): DeskTls['current'] => ({
    cert,
    key,
  });
  return openDesk({
    config,
    stateDirectory,
    entry,
    version,
    tls: {
      current: pairOf(source.current),
      subscribe: (swap) => {
        source.subscribe((material) => {
          swap(pairOf(material));
        });
      },
    },
    record: (event) => decisions.log?.write(event) ?? false,
    failed: (error) => {
      log.logger.error({ err: error, code: 'desk_failed' }, 'the desk could not read the decision log');
    },
    refusedFile: (issues) => {
      log.logger.warn({ issues: issues.map(describe) }, 'keeping the tokens in force');
    },
  });
}

function reviewPorts(
  { namespaces }: AppOptions,
  world: () => World,
  log: Log,
  metrics: Metrics,
  decisions: OpenDecisionLog,
): ReviewerPorts {
  const chance = randomPool(randomFillSync);
  const ruleMetrics = createRuleMetrics(metrics.registry);
  return {
    world,
    ...(namespaces.live === undefined ? {} : { live: namespaces.live }),
    decisionId: () => decisionId(Date.now(), chance()),
    clock: () => performance.now(),
    told: ({ door, dryRun, decision, kind, failure, results }) => {
      if (!dryRun) namespaces.found?.(results);
      metrics.decided(door, decision, kind);
      ruleMetrics.found(results);
      if (failure !== undefined) metrics.evaluationFailed(failure);
    },
    ...(decisions.recorder === undefined ? {} : { recorder: decisions.recorder }),
    failed: (error) => {
      log.logger.error({ err: error }, 'a decision failed');
    },
  };
}

/** The world of each request: the rules in force and the namespaces of this moment. */
function worldSource({ rules: source, namespaces }: AppOptions): () => World {
  return () => {
    const rules = source.current();
    return {
      ...namespaces.view(),
      rules: rules.guards.identity === null ? withIdentity(rules, namespaces.identity()) : rules,
      contentsOf: () => 'unavailable',
      now: Date.now(),
      ...(namespaces.exceptions === undefined ? {} : { exceptionsOf: namespaces.exceptions.of }),
      budget: promptBudget,
      drawn: [],
    };
  };
}

/** A value that is another one whenever any of `parts` is. */
function revisionOf(parts: () => readonly unknown[]): () => unknown {
  let last: readonly unknown[] = [];
  return () => {
    const now = parts();
    if (now.length !== last.length || now.some((part, index) => part !== last[index])) last = now;
    return last;
  };
}

const together = (all: readonly Readiness[]): Readiness => ({
  ready: all.every(({ ready }) => ready),
  reasons: all.flatMap(({ reasons }) => reasons),
});

const withIdentity = (rules: Rules, identity: string | null): Rules =>
  identity === null ? rules : { ...rules, guards: { ...rules.guards, identity } };
