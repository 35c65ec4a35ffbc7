/** The signing key of checkpoints: made at first start, readable by its owner only. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { stringAt } from '../../k8s/json.ts';
import { checkpointKey } from './checkpoint.ts';
import type { CheckpointKey } from './checkpoint.ts';

/**
 * The key in a file, made where there is none, with its public half beside it as `FILE.pub`. Throws where the file is there and holds no Ed25519 key: a new
 * one in its place would make every checkpoint so far unverifiable.
 */
export function loadOrMakeKey(file: string): CheckpointKey {
  const known = readKey(file);
  if (known !== undefined) return known;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeNew(temporary, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
    // A link fails where the name is taken, a rename would replace what another process has just made.
    linkSync(temporary, file);
    writeNew(`${file}.pub`, publicPem(privateKey), 0o644);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  const made = readKey(file);
  if (made === undefined) throw new Error(`the key ${file} vanished while it was being made`);
  return made;
}

/** The public half, as PEM, of a key that was loaded. */
export const publicPem = (privateKey: KeyObject): string =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();

function readKey(file: string): CheckpointKey | undefined {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} holds no Ed25519 key`);
  return checkpointKey(key);
}

function writeNew(file: string, text: string | Buffer, mode: number): void {
  const descriptor = openSync(file, 'wx', mode);
  try {
    writeSync(descriptor, text.toString());
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const isCode = (error: unknown, code: string): boolean => stringAt(error, 'code') === code;
