/**
 * How fast the decision log is: what a record costs the webhook's thread, how many the writer writes a second, and how long verification takes.
 * `node bench/decisions.ts [RECORDS]`; 100,000 where no number is given.
 */
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowanceOf } from '../src/decisions/event/allowance.ts';
import { Recent } from '../src/decisions/event/recent.ts';
import { ObjectHashes } from '../src/decisions/event/objectHash.ts';
import { sealHead } from '../src/decisions/event/seal.ts';
import { verify } from '../src/decisions/integrity/verify.ts';
import { startLog } from '../src/decisions/log.ts';
import type { DecisionLog } from '../src/decisions/log.ts';
import { stateFiles } from '../src/decisions/stateFiles.ts';
import { openSqliteArchive } from '../src/decisions/stores/sqlite/archive.ts';
import { readReview } from '../src/admission/review.ts';
import { bodies } from './serving/bodies.ts';

const records = Number(process.argv[2] ?? 100_000);
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-decisions-'));
const files = stateFiles(directory);
const seconds = (since: number): number => (performance.now() - since) / 1000;
const tell = (text: string): void => void process.stdout.write(`${text}\n`);

const allowance = allowanceOf({
  tenantLabel: 'bulkhead.dev/tenant',
  labels: ['bulkhead.dev/tenant', 'bulkhead.dev/environment'],
  annotations: [],
  groups: ['system:masters'],
});

/** Microseconds that the answering thread spends on a record: on its head, and on handing it over. */
async function record(name: string, count: number, log: DecisionLog): Promise<readonly [number, number]> {
  const calls = bodies.find((one) => one.name === name)?.calls ?? [];
  const memory = { recent: new Recent(), hashes: new ObjectHashes() };
  let [sealing, handing] = [0, 0];
  for (let number = 0; number < count; number += 1) {
    // As fast as the store takes them: no spool, no drops.
    while (log.status.queued > 4_000) await new Promise((resolve) => setTimeout(resolve, 1));
    const bytes = Buffer.from(calls[number % calls.length]?.body ?? Buffer.alloc(0));
    bytes.write(String(number).padStart(8, '0'), bytes.indexOf('"uid":"') + 7);
    const read = readReview(bytes);
    if (!read.ok) throw new Error(read.message);
    const { attributes } = read;
    const began = performance.now();
    const sealed = sealHead(
      {
        decisionId: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`,
        millis: Date.now(),
        door: 'validate',
        attributes,
        decision: 'allowed',
        violations: [],
        warnings: [],
        patch: [],
        rulesHash: '0123456789abcdef',
        namespace: undefined,
      },
      allowance,
      memory,
    );
    const done = performance.now();
    log.keep(sealed, 100);
    sealing += done - began;
    handing += performance.now() - done;
  }
  return [(sealing * 1_000) / count, (handing * 1_000) / count];
}

async function main(): Promise<void> {
  const log = startLog({
    entry: new URL('../src/worker.ts', import.meta.url),
    writer: {
      about: 'decisions',
      store: { kind: 'sqlite', file: files.database },
      spoolDirectory: files.spoolDirectory,
      keyFile: files.keyFile,
      replica: 'bench',
      retentionMillis: 90 * 86_400_000,
    },
  });
  while (log.status.store !== 'open') await new Promise((resolve) => setTimeout(resolve, 10));
  const began = performance.now();
  for (const name of ['new NetworkPolicy', 'Pod']) {
    const [sealing, handing] = await record(name, records / 2, log);
    tell(
      `${name}: on the answering thread ${sealing.toFixed(1)} µs for the head of a record, ${handing.toFixed(1)} µs to hand it over`,
    );
  }
  while (log.status.queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const took = seconds(began);
  tell(
    `written: ${Math.round(records / took)} records/s, reviews parsed and all safe on disk after ${took.toFixed(2)} s`,
  );
  await log.close();
  tell(`the store: ${(statSync(files.database).size / records / 1024).toFixed(2)} KiB a record`);

  const archive = openSqliteArchive(files.database);
  const key = createPublicKey(readFileSync(`${files.keyFile}.pub`));
  const start = performance.now();
  const report = await verify(
    { entries: archive.entries({}), checkpoints: archive.checkpoints() },
    { keys: [key] },
  );
  tell(
    `verified: ${report.records} records in ${seconds(start).toFixed(2)} s, ${report.ok ? 'all sound' : 'NOT SOUND'}`,
  );
  await archive.close();
}

try {
  await main();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
