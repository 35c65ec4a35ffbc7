/** Verifies the log in a thread of its own, beside the process that writes it and out of the way of its decisions. */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { isObject } from '../../k8s/json.ts';
import { checkpointIn } from '../export/bundle.ts';
import type { Archive, Checkpoint, StoredEntry } from '../repository.ts';
import { openArchive } from '../stores/openForReading.ts';
import type { ReadTarget } from '../stores/openForReading.ts';
import { prioritize } from '../threadPriority.ts';
import { replicaOf } from '../writerName.ts';
import { keyIdOf } from './checkpoint.ts';
import type { Finding } from './finding.ts';
import { verify } from './verify.ts';

/** What the thread is started with; plain data. */
export interface VerifyingOptions {
  readonly about: 'verifying';
  readonly target: ReadTarget;
  /** The public key of this process's checkpoints, as PEM. */
  readonly publicKeyFile: string;
  /** This process's name among those that write to the store. */
  readonly replica: string;
  /** The signed text of a checkpoint that is known to be in the store: the store must have it, or it was rewritten. */
  readonly anchor?: string;
}

/** Whether a worker was started to verify. */
export const isVerifyingOptions = (data: unknown): data is VerifyingOptions =>
  isObject(data) && data['about'] === 'verifying';

/** What a verification tells; `first` is about the first bad record. */
export interface Verdict {
  readonly ok: boolean;
  readonly records: number;
  readonly findings: number;
  readonly first?: Finding;
}

/** Decisions and their records go before. */
const lowerPriority = 15;
/** After each portion of records the thread rests for so many times as long as it worked. */
const portion = 1_000;
const restFactor = 4;

/** Runs in the thread: verifies once, and answers with the verdict. Throws what the store throws; the thread then ends with it. */
export async function verifyOnce(port: MessagePort, options: VerifyingOptions): Promise<void> {
  const usualPriority = getPriority();
  // What cannot begin ends with the usual share: the process waits for a thread that ends.
  const key = createPublicKey(readFileSync(options.publicKeyFile, 'utf8'));
  const archive = await openArchive(options.target);
  prioritize(lowerPriority);
  try {
    port.postMessage(await verdictOn(archive, key, options));
  } finally {
    await archive.close();
    prioritize(usualPriority);
  }
}

/**
 * Verifies what this process can vouch for: all of a SQLite store; of a store that several processes write, the chains of those whose key it has, and its own. A key that
 * it has not, such as that of a state directory that is gone, is no sign of a change.
 */
export async function verdictOn(
  archive: Archive,
  key: KeyObject,
  { target, replica, anchor }: Pick<VerifyingOptions, 'target' | 'replica' | 'anchor'>,
): Promise<Verdict> {
  const keyId = keyIdOf(key);
  const replicas = new Set([replica]);
  for await (const checkpoint of archive.checkpoints())
    if (checkpoint.keyId === keyId) replicas.add(replicaOf(checkpoint.writer));
  const isOwn = (writer: string): boolean => target.kind === 'sqlite' || replicas.has(replicaOf(writer));
  async function* checkpoints(): AsyncGenerator<Checkpoint> {
    for await (const checkpoint of archive.checkpoints()) if (isOwn(checkpoint.writer)) yield checkpoint;
  }
  async function* entries(): AsyncGenerator<StoredEntry> {
    for (const writer of await archive.writers()) if (isOwn(writer)) yield* archive.entries({ writer });
  }
  const known = anchor === undefined ? undefined : checkpointIn(JSON.parse(anchor));
  const { ok, records, findings } = await verify(
    { entries: unhurried(entries()), checkpoints: checkpoints(), later: checkpoints },
    { keys: [key], strangers: 'passed over', ...(known === undefined ? {} : { anchors: [known] }) },
  );
  const [first] = findings;
  return { ok, records, findings: findings.length, ...(first === undefined ? {} : { first }) };
}

/** At most about a fifth of a core. */
async function* unhurried(entries: AsyncIterable<StoredEntry>): AsyncGenerator<StoredEntry> {
  let count = 0;
  let begun = performance.now();
  for await (const entry of entries) {
    yield entry;
    count += 1;
    if (count % portion !== 0) continue;
    await pause((performance.now() - begun) * restFactor);
    begun = performance.now();
  }
}

/** Starts such a thread; rejects where it could not verify, and when `signal` is aborted. `entry` is the module of a worker. */
export function verifyInThread(
  entry: URL,
  options: Omit<VerifyingOptions, 'about'>,
  signal: AbortSignal,
): Promise<Verdict> {
  const workerData: VerifyingOptions = { about: 'verifying', ...options };
  const worker = new Worker(entry, { workerData });
  worker.unref();
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop);
  return new Promise<Verdict>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`the verifying thread ended with code ${code}`));
    });
  });
}
