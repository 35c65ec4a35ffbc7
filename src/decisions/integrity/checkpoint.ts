/** Checkpoints: signed statements about runs of entries, each naming the one before it. */
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../canonicalJson.ts';
import type { Checkpoint, StoredEntry } from '../repository.ts';
import { nothing } from './chain.ts';
import { merkleRoot } from './merkle.ts';

/** What is signed: the canonical JSON of all but the signature. */
export const signedText = (checkpoint: Checkpoint): string =>
  canonicalJson({ ...checkpoint, signature: undefined, type: 'checkpoint.bulkhead.dev/v1' });

/** What the next checkpoint says as `previous`. */
export const checkpointHash = (checkpoint: Checkpoint): string =>
  createHash('sha256').update(signedText(checkpoint)).digest('hex');

/** The key that checkpoints are signed with; an Ed25519 key. */
export interface CheckpointKey {
  readonly privateKey: KeyObject;
  readonly keyId: string;
}

/** First 16 hex digits of the SHA-256 of the public key's DER. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

export const checkpointKey = (privateKey: KeyObject): CheckpointKey => ({
  privateKey,
  keyId: keyIdOf(createPublicKey(privateKey)),
});

/** The first and last link of a run, and the hashes in between: what a checkpoint is about. */
export type Run = readonly Pick<StoredEntry, 'writer' | 'seq' | 'prev' | 'hash'>[];

/** Signs a run of entries without holes; undefined for an empty one. */
export function checkpointOf(
  run: Run,
  before: Checkpoint | undefined,
  time: string,
  key: CheckpointKey,
): Checkpoint | undefined {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const unsigned: Checkpoint = {
    writer: first.writer,
    number: (before?.number ?? 0) + 1,
    fromSeq: first.seq,
    toSeq: last.seq,
    firstPrev: first.prev,
    lastHash: last.hash,
    root: merkleRoot(run.map(({ hash }) => hash)),
    time,
    previous: before === undefined ? nothing : checkpointHash(before),
    keyId: key.keyId,
    signature: '',
  };
  const signature = sign(null, Buffer.from(signedText(unsigned)), key.privateKey).toString('base64');
  return { ...unsigned, signature };
}

/** Whether a checkpoint carries the signature of this public key. */
export const isSignedBy = (checkpoint: Checkpoint, publicKey: KeyObject): boolean =>
  verify(null, Buffer.from(signedText(checkpoint)), publicKey, Buffer.from(checkpoint.signature, 'base64'));
