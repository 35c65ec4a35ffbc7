/** A log made in memory, as the writer makes it: chains of several starts, with checkpoints. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { checkpointKey } from '../../src/decisions/integrity/checkpoint.ts';
import type { CheckpointKey } from '../../src/decisions/integrity/checkpoint.ts';
import type { LogEvent } from '../../src/decisions/record.ts';
import type { Checkpoint, StoredEntry } from '../../src/decisions/repository.ts';
import { Ledger } from '../../src/decisions/writer/ledger.ts';
import { itemOf } from '../../src/decisions/writer/session.ts';

export interface SampleLog {
  readonly entries: StoredEntry[];
  readonly checkpoints: Checkpoint[];
  readonly key: CheckpointKey;
  readonly publicKey: KeyObject;
}

export const version = 'decision.bulkhead.dev/v1';
export const start = Date.UTC(2026, 10, 21);

export function newKey(): { readonly key: CheckpointKey; readonly publicKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { key: checkpointKey(privateKey), publicKey: createPublicKey(privateKey) };
}

/** A decision that differs from all others in its number. */
export const decisionEvent = (number: number, millis = start + number): LogEvent => ({
  apiVersion: version,
  kind: 'Decision',
  time: new Date(millis).toISOString(),
  decisionId: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`,
  uid: `uid-${number}`,
  door: 'validate',
  operation: 'CREATE',
  dryRun: false,
  resource: {
    group: '',
    version: 'v1',
    kind: 'Pod',
    subresource: '',
    namespace: `ns-${number % 7}`,
    name: `pod-${number}`,
  },
  tenant: `tenant-${number % 5}`,
  user: { username: 'dev', groups: [] },
  decision: number % 9 === 0 ? 'denied' : 'allowed',
  violations: [],
  warnings: [],
  patch: [],
  exceptions: [],
  rulesHash: '0123456789abcdef',
  snapshot: {},
  subset: { object: { spec: { hostNetwork: false }, metadata: { name: `pod-${number}` } } },
  masked: [],
});

/** Chains of one replica with so many decisions each; the last of them ends without Stop, as after kill -9, where `killed`. */
export function sampleLog(decisions: readonly number[], { key, publicKey } = newKey()): SampleLog {
  const entries: StoredEntry[] = [];
  const checkpoints: Checkpoint[] = [];
  let number = 0;
  for (const [index, count] of decisions.entries()) {
    const before = entries.at(-1);
    const writer = `replica/${new Date(start + index * 1000).toISOString()}-0000`;
    const ledger = new Ledger({
      writer,
      key,
      before: before === undefined ? undefined : { ...before, clean: true },
      lastCheckpoint: checkpoints.at(-1),
      uncovered: [],
    });
    const time = new Date(start).toISOString();
    const events: LogEvent[] = [
      {
        apiVersion: version,
        kind: 'Start',
        time,
        clean: true,
        ...(before === undefined ? {} : { after: before.writer }),
      },
      ...Array.from({ length: count }, () => decisionEvent((number += 1))),
      { apiVersion: version, kind: 'Stop', time },
    ];
    const draft = ledger.draft(events.map(itemOf), start + number, { close: true });
    draft.commit();
    entries.push(...draft.batch.entries);
    checkpoints.push(...draft.batch.checkpoints);
  }
  return { entries, checkpoints, key, publicKey };
}
