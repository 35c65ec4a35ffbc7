/** Opens the decision log that the configuration asks for, and connects it to the reviewer, to readiness and to diagnostics. */
import { toSeconds } from '../config/formats.ts';
import type { Config } from '../config/schema.ts';
import { Recent } from '../decisions/event/recent.ts';
import { finished } from '../decisions/event/seal.ts';
import { verifyInThread } from '../decisions/integrity/verifyingThread.ts';
import type { Verdict } from '../decisions/integrity/verifyingThread.ts';
import { startLog } from '../decisions/log.ts';
import type { DecisionLog, LogStatus } from '../decisions/log.ts';
import { stateFiles } from '../decisions/stateFiles.ts';
import { readTargetOf } from '../decisions/stores/openForReading.ts';
import { replicaName } from '../decisions/writerName.ts';
import type { ServerLog } from './observer.ts';
import { recorder } from './recording.ts';
import type { Recorder } from './recording.ts';
import type { Readiness } from './review.ts';
import { verifyRegularly } from './verification.ts';

export interface DecisionLogOptions {
  readonly config: Config;
  readonly stateDirectory: string;
  /** The module of a worker thread. */
  readonly entry: URL;
  /** This process's name among those that write to one store. */
  readonly replica: string;
  readonly log: ServerLog;
  /** Writes a record, the text of a JSON object, to standard output. */
  readonly line: (json: string) => void;
  /** A checkpoint was signed. */
  readonly checkpointed: () => void;
  /** The log was verified. */
  readonly verified: (verdict: Verdict) => void;
}

export interface OpenDecisionLog {
  /** Absent where decisions are not recorded. */
  readonly recorder?: Recorder;
  readonly status: () => LogStatus | undefined;
  readonly log?: DecisionLog;
  readonly readiness: () => Readiness;
  readonly close: () => Promise<void>;
}

export function openDecisionLog(options: DecisionLogOptions): OpenDecisionLog {
  const { config, line } = options;
  const { stdout, required } = config.decisionLog;
  const stopping = new AbortController();
  const log = startStore(options, stopping.signal);
  const open = {
    status: () => log?.status,
    ...(log === undefined ? {} : { log }),
    readiness: () => readinessOf(log?.status, required),
    close: () => {
      stopping.abort();
      return log?.close() ?? Promise.resolve();
    },
  };
  if (log === undefined && !stdout) return open;
  return {
    ...open,
    recorder: recorder({
      config,
      now: Date.now,
      recent: new Recent(),
      keep: (sealed, latencyMicros, traceparent) => {
        if (!stdout) {
          log?.keep(sealed, latencyMicros);
          return;
        }
        // The line is written at once: so the excerpt is taken here, and once for both.
        const whole = finished(sealed);
        log?.keep(whole, latencyMicros);
        line(withHash(whole, traceparent));
      },
      lost: () => log?.lost('record-failed'),
      refuses: () => required && log?.canRecord === false,
    }),
  };
}

/** What stands before the record is not part of it. A `traceparent` was checked: it holds nothing that JSON would escape. */
const withHash = (
  { event, recordHash }: { readonly event: string; readonly recordHash: string },
  traceparent?: string,
): string =>
  `{"recordHash":"${recordHash}",${traceparent === undefined ? '' : `"traceparent":"${traceparent}",`}${event.slice(1)}`;

/** Writes, and verifies what it wrote, until `stopping` is aborted. */
function startStore(options: DecisionLogOptions, stopping: AbortSignal): DecisionLog | undefined {
  const { config, stateDirectory, entry, log } = options;
  const { spool, retention, verifyEvery } = config.decisionLog;
  const files = stateFiles(stateDirectory);
  const target = readTargetOf(config, stateDirectory);
  if (target === undefined) return undefined;
  const replica = replicaName(options.replica);
  /** Told once it is in the store: whoever writes the log anew cannot change what this process remembers. */
  let checkpoint: string | undefined;
  let lost = 0;
  const started = startLog({
    entry,
    writer: {
      about: 'decisions',
      store: target,
      spoolDirectory: spool ?? files.spoolDirectory,
      keyFile: files.keyFile,
      replica,
      retentionMillis: toSeconds(retention) * 1_000,
    },
    changed: (status) => {
      const before = lost;
      lost = [...status.dropped.values()].reduce((sum, count) => sum + count, 0);
      tell(status, lost > before, log);
    },
    crashed: (error) => {
      log.error({ err: error, code: 'decision_log_thread' }, 'the decision log stopped; starting it again');
    },
    checkpoint: (text) => {
      checkpoint = text;
      log.info({ checkpoint: text }, 'decision log checkpoint');
      options.checkpointed();
    },
  });
  const publicKeyFile = `${files.keyFile}.pub`;
  void verifyRegularly(
    {
      everyMillis: toSeconds(verifyEvery) * 1_000,
      verify: (signal) => {
        const anchor = checkpoint === undefined ? {} : { anchor: checkpoint };
        return verifyInThread(entry, { target, publicKeyFile, replica, ...anchor }, signal);
      },
      told: (verdict) => {
        tellVerdict(verdict, log);
        options.verified(verdict);
      },
      failed: (error) => {
        log.warn({ err: error, code: 'decision_log_unverified' }, 'the decision log could not be verified');
      },
    },
    stopping,
  );
  return started;
}

function tellVerdict({ ok, records, findings, first }: Verdict, log: ServerLog): void {
  if (ok) log.info({ records }, 'the decision log was verified');
  else log.error({ records, findings, first, code: 'decision_log_changed' }, 'the decision log was changed');
}

/** `isLosing`: decisions were lost since this was told the last time. */
function tell({ store, blocked, trouble, dropped }: LogStatus, isLosing: boolean, log: ServerLog): void {
  const fields = {
    store,
    ...(blocked === undefined ? {} : { blocked }),
    ...(trouble === undefined ? {} : { trouble }),
    dropped: Object.fromEntries(dropped),
  };
  if (isLosing) log.warn({ ...fields, code: 'decision_log_dropped' }, 'decisions are in no record');
  if (store === 'open' && blocked === undefined) {
    if (!isLosing) log.info(fields, 'the decision log writes to its store');
  } else log.warn({ ...fields, code: 'decision_log_trouble' }, 'the decision log cannot write to its store');
}

/** Not ready only where nothing may be allowed without a record; else the trouble is told and requests go on. */
function readinessOf(status: LogStatus | undefined, required: boolean): Readiness {
  if (status === undefined) return { ready: true, reasons: [] };
  const { store, dropped, canRecord, reason, trouble } = status;
  const lost = [...dropped].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const because = trouble === undefined ? '' : `: ${trouble}`;
  // Just started, and not worth a word unless requests are refused for it.
  const isQuiet = canRecord || (reason === 'starting' && !required);
  const reasons = [
    ...(isQuiet ? [] : [`decisionLog: cannot record (${reason})${because}`]),
    ...(canRecord && store === 'failing'
      ? [`decisionLog: the store fails, decisions wait in the spool${because}`]
      : []),
    ...(lost === '' ? [] : [`decisionLog: decisions without a record since start: ${lost}`]),
  ];
  return { ready: canRecord || !required, reasons };
}
