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
import { sealDecision } from '../src/decisions/event/seal.ts';
import type { Sealed } from '../src/decisions/event/seal.ts';
import { verify } from '../src/decisions/integrity/verify.ts';
import { startLog } from '../src/decisions/log.ts';
import { stateFiles } from '../src/decisions/stateFiles.ts';
import { openSqliteArchive } from '../src/decisions/stores/sqlite/archive.ts';
import { toAttributes } from '../src/admission/review.ts';
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

/** Seals the decisions of one body over and over; microseconds each. */
function sealing(name: string): { readonly micros: number; readonly sealed: Sealed[] } {
  const body = bodies.find((one) => one.name === name);
  const read = toAttributes(JSON.parse(body?.bytes.toString() ?? '{}'));
  if (!read.ok) throw new Error(read.message);
  const recent = new Recent();
  const made: Sealed[] = [];
  const one = (number: number): Sealed =>
    sealDecision(
      {
        decisionId: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`,
        millis: Date.now(),
        door: 'validate',
        attributes: { ...read.attributes, uid: `uid-${number}` },
        decision: 'allowed',
        violations: [],
        warnings: [],
        patch: [],
        rulesHash: '0123456789abcdef',
        namespace: undefined,
      },
      allowance,
      { recent },
    );
  for (let number = 0; number < 20_000; number += 1) one(number);
  const began = performance.now();
  for (let number = 0; number < records; number += 1) made.push(one(number));
  return { micros: (seconds(began) * 1e6) / records, sealed: made };
}

async function main(): Promise<void> {
  const policy = sealing('NetworkPolicy');
  tell(
    `sealing a NetworkPolicy: ${policy.micros.toFixed(1)} µs, ${policy.sealed[0]?.event.length ?? 0} bytes`,
  );
  const pod = sealing('Pod');
  tell(`sealing a Pod: ${pod.micros.toFixed(1)} µs, ${pod.sealed[0]?.event.length ?? 0} bytes`);

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
  let busy = 0;
  for (const sealed of policy.sealed) {
    // As fast as the store takes them: no spool, no drops.
    while (log.status.queued > 4_000) await new Promise((resolve) => setTimeout(resolve, 1));
    const at = performance.now();
    log.keep(sealed, 100);
    busy += performance.now() - at;
  }
  while (log.status.queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const took = seconds(began);
  tell(
    `handing over to the writer: ${((busy * 1000) / records).toFixed(1)} µs a record on the webhook's thread`,
  );
  tell(`written: ${Math.round(records / took)} records/s, all safe on disk after ${took.toFixed(2)} s`);
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
