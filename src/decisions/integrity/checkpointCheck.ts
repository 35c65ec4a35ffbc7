/** Checks the checkpoints themselves: their signatures, and that none is missing among them. */
import type { KeyObject } from 'node:crypto';
import type { Checkpoint } from '../repository.ts';
import { replicaOf } from '../writerName.ts';
import { nothing } from './chain.ts';
import { checkpointHash, isSignedBy, keyIdOf } from './checkpoint.ts';
import type { Finding, FindingCode } from './finding.ts';

/** What is trusted from outside of the store. */
export interface Trust {
  /** Public keys; a checkpoint of another key is a finding, unless `strangers` are passed over. */
  readonly keys: readonly KeyObject[];
  readonly strangers?: 'passed over';
  /** Checkpoints that were kept elsewhere: the store must hold them, or later ones that follow. */
  readonly anchors?: readonly Checkpoint[];
}

/** Everything that is wrong with a list of checkpoints, ordered by key, replica and number. */
export function checkCheckpoints(checkpoints: readonly Checkpoint[], trust: Trust): readonly Finding[] {
  const keys = new Map(trust.keys.map((key) => [keyIdOf(key), key]));
  const before = new Map<string, Checkpoint>();
  const findings: Finding[] = [];
  const find = (code: FindingCode, { writer, fromSeq }: Checkpoint, message: string): void => {
    findings.push({ code, writer, seq: fromSeq, message });
  };
  for (const checkpoint of checkpoints) {
    const { number, keyId } = checkpoint;
    const key = keys.get(keyId);
    if (key === undefined && trust.strangers !== undefined) {
      // Whether it is genuine somebody else can say, who has the key.
    } else if (key === undefined) {
      find(
        'checkpoint.key',
        checkpoint,
        `checkpoint ${number} is signed with key ${keyId}, which is none of the trusted ones`,
      );
    } else if (!isSignedBy(checkpoint, key)) {
      find(
        'checkpoint.signature',
        checkpoint,
        `checkpoint ${number} does not carry the signature of key ${keyId}`,
      );
    }
    const line = lineOf(checkpoint);
    const last = before.get(line);
    const follows = number === (last?.number ?? 0) + 1;
    if (!follows) {
      find(
        'checkpoint.missing',
        checkpoint,
        `checkpoint ${(last?.number ?? 0) + 1} of key ${keyId} is missing`,
      );
    } else if (checkpoint.previous !== (last === undefined ? nothing : checkpointHash(last))) {
      find('checkpoint.changed', checkpoint, `checkpoint ${number} does not follow the one before it`);
    }
    before.set(line, checkpoint);
  }
  for (const anchor of trust.anchors ?? []) findings.push(...missed(anchor, checkpoints));
  return findings;
}

function missed(anchor: Checkpoint, checkpoints: readonly Checkpoint[]): readonly Finding[] {
  const { writer, fromSeq: seq, number } = anchor;
  const stored = checkpoints.find((one) => one.number === number && lineOf(one) === lineOf(anchor));
  if (stored === undefined) {
    const message = `checkpoint ${number}, which was kept elsewhere, is not in the store`;
    return [{ code: 'checkpoint.missing', writer, seq, message }];
  }
  if (checkpointHash(stored) === checkpointHash(anchor)) return [];
  const message = `checkpoint ${number} is not the one that was kept elsewhere`;
  return [{ code: 'checkpoint.changed', writer, seq, message }];
}

/** Checkpoints of one key and replica are numbered together. */
const lineOf = ({ keyId, writer }: Checkpoint): string => `${keyId} ${replicaOf(writer)}`;
