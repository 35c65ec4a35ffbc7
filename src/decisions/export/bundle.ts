/**
 * A bundle: a whole log in one file of JSON Lines that is verified without the store. The first line says what it is, then come the records chain by chain,
 * the checkpoints, and a seal: the SHA-256 of every byte before it, signed with a key of the log.
 */
import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isObject, objectIn, own, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { CheckpointKey } from '../integrity/checkpoint.ts';
import { keyIdOf } from '../integrity/checkpoint.ts';
import { exported } from '../query/answer.ts';
import type { Archive, Checkpoint, StoredEntry } from '../repository.ts';
import { canonicalJson } from '../canonicalJson.ts';

export const bundleType = 'bundle.bulkhead.dev/v1';

/** The lines of a bundle, each with its line break. */
export async function* bundleOf(archive: Archive, key: CheckpointKey, created: Date): AsyncGenerator<string> {
  const digest = createHash('sha256');
  const line = (value: object): string => {
    const text = `${JSON.stringify(value)}\n`;
    digest.update(text);
    return text;
  };
  yield line({ type: bundleType, created: created.toISOString() });
  const known = new Set<string>();
  for await (const { signature } of archive.checkpoints()) known.add(signature);
  const ends = new Map<string, number>();
  for await (const entry of archive.entries({})) {
    ends.set(entry.writer, entry.seq);
    yield line({ record: exported(entry) });
  }
  for await (const checkpoint of archive.checkpoints()) {
    // One that was signed meanwhile, about records that came too late for this bundle, would make it look cut.
    const whole = checkpoint.toSeq <= (ends.get(checkpoint.writer) ?? 0);
    if (whole || known.has(checkpoint.signature)) yield line({ checkpoint });
  }
  const sha256 = digest.digest('hex');
  const signature = sign(null, Buffer.from(sealedText(sha256)), key.privateKey).toString('base64');
  yield `${JSON.stringify({ seal: { keyId: key.keyId, sha256, signature } })}\n`;
}

/** What a seal signs: not the bare digest, so that it can never pass for another statement. */
const sealedText = (sha256: string): string => `${bundleType}\n${sha256}\n`;

/** What one pass over a bundle tells beside its records. */
export interface BundleFrame {
  readonly checkpoints: readonly Checkpoint[];
  /** What is wrong with the frame, one sentence each; nothing where the seal holds. */
  readonly faults: readonly string[];
}

/** Reads first line, checkpoints and seal. `lines` are without line breaks. */
export async function readFrame(
  lines: AsyncIterable<string>,
  keys: readonly KeyObject[],
): Promise<BundleFrame> {
  const digest = createHash('sha256');
  const checkpoints: Checkpoint[] = [];
  const faults: string[] = [];
  let seal: JsonObject | undefined;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (seal !== undefined) {
      faults.push(`line ${number} stands behind the seal`);
      break;
    }
    const value = objectIn(text);
    const sealing = value === undefined ? undefined : own(value, 'seal');
    if (isObject(sealing)) {
      seal = sealing;
      continue;
    }
    digest.update(`${text}\n`);
    if (number === 1 && stringAt(value, 'type') !== bundleType)
      faults.push(`line 1 does not say "${bundleType}"`);
    const checkpoint = value === undefined ? undefined : checkpointIn(own(value, 'checkpoint'));
    if (checkpoint !== undefined) checkpoints.push(checkpoint);
    else if (number > 1 && !(value !== undefined && isObject(own(value, 'record'))))
      faults.push(`line ${number} is neither a record nor a checkpoint`);
  }
  faults.push(...faultsOfSeal(seal, digest.digest('hex'), keys));
  return { checkpoints, faults };
}

function faultsOfSeal(
  seal: JsonObject | undefined,
  sha256: string,
  keys: readonly KeyObject[],
): readonly string[] {
  if (seal === undefined) return ['the seal at the end is missing: the bundle was cut'];
  if (stringAt(seal, 'sha256') !== sha256) return ['the seal is about other bytes: the bundle was changed'];
  const keyId = stringAt(seal, 'keyId') ?? '';
  const key = keys.find((one) => keyIdOf(one) === keyId);
  if (key === undefined) return [`the seal is of key ${keyId}, which is none of the trusted ones`];
  const signature = Buffer.from(stringAt(seal, 'signature') ?? '', 'base64');
  return verify(null, Buffer.from(sealedText(sha256)), key, signature)
    ? []
    : [`the seal does not carry the signature of key ${keyId}`];
}

/** The records of a bundle as entries; what is no record is passed over, the frame has told it. */
export async function* entriesIn(lines: AsyncIterable<string>): AsyncGenerator<StoredEntry> {
  for await (const text of lines) {
    const value = objectIn(text);
    const record = value === undefined ? undefined : own(value, 'record');
    if (isObject(record)) yield entryIn(record);
  }
}

/** Takes the place in the chain out of a record; the rest, written canonically, is the event that was hashed. */
function entryIn(record: JsonObject): StoredEntry {
  const { writer, seq, prev, hash, recordHash, latencyMicros, ...event } = record;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return {
    writer: text(writer),
    seq: number(seq),
    prev: text(prev),
    hash: text(hash),
    recordHash: text(recordHash),
    latencyMicros: number(latencyMicros),
    event: canonicalJson(event),
  };
}

/** A checkpoint that was written as JSON; what it lacks is empty, and no signature fits that. */
export function checkpointIn(value: unknown): Checkpoint | undefined {
  if (!isObject(value)) return undefined;
  const text = (name: string): string => stringAt(value, name) ?? '';
  const number = (name: string): number => {
    const found = own(value, name);
    return typeof found === 'number' ? found : 0;
  };
  return {
    writer: text('writer'),
    number: number('number'),
    fromSeq: number('fromSeq'),
    toSeq: number('toSeq'),
    firstPrev: text('firstPrev'),
    lastHash: text('lastHash'),
    root: text('root'),
    time: text('time'),
    previous: text('previous'),
    keyId: text('keyId'),
    signature: text('signature'),
  };
}
