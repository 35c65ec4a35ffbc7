/** The disk spool: where events wait that the store cannot take now. What it has taken survives the end of the process. */
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Claim } from './claim.ts';
import { itemsIn, lineOf } from './lines.ts';
import type { Item } from './lines.ts';

export interface SpoolLimits {
  /** Bytes of all segments. */
  readonly bytes: number;
  /** A segment that has grown beyond this is closed. */
  readonly segmentBytes: number;
}

export const defaultLimits: SpoolLimits = { bytes: 512 * 1024 * 1024, segmentBytes: 4 * 1024 * 1024 };

/** A closed segment; `id` is its name in the store. */
export interface Segment {
  readonly id: string;
  readonly file: string;
}

interface OpenSegment {
  readonly file: string;
  readonly descriptor: number;
  bytes: number;
}

/** A segment is written as `N.open` and renamed to `N.full`; one that was left open by a process that ended is read as it is. */
export class Spool {
  readonly #claims: Claim[];
  readonly #own: Claim;
  readonly #limits: SpoolLimits;
  readonly #bytesOf = new Map<string, number>();
  #open: OpenSegment | undefined;
  #next = 1;

  /** `own` takes what is appended; `orphans` are read, and removed when they are empty. */
  constructor(own: Claim, orphans: readonly Claim[], limits: SpoolLimits = defaultLimits) {
    this.#own = own;
    this.#claims = [...orphans, own];
    this.#limits = limits;
    for (const { directory } of orphans) {
      for (const name of segmentNames(directory)) {
        const file = join(directory, name);
        this.#bytesOf.set(file, statSync(file).size);
      }
    }
  }

  get bytes(): number {
    let sum = this.#open?.bytes ?? 0;
    for (const bytes of this.#bytesOf.values()) sum += bytes;
    return sum;
  }

  /** Whether anything waits. */
  get isEmpty(): boolean {
    return this.#open === undefined && this.#bytesOf.size === 0;
  }

  /** Takes all of the items, safely on disk, or none: `full`. Throws the system's error where the disk does not take them. */
  append(items: readonly Item[]): 'taken' | 'full' {
    const bytes = Buffer.from(items.map(lineOf).join(''));
    if (this.bytes + bytes.length > this.#limits.bytes) return 'full';
    const open = (this.#open ??= this.#begin());
    try {
      // Each at its place: where a write failed half way, the file's own place stays behind what is cut off.
      for (let at = 0; at < bytes.length;)
        at += writeSync(open.descriptor, bytes, at, bytes.length - at, open.bytes + at);
      fdatasyncSync(open.descriptor);
    } catch (error) {
      this.#undo(open);
      throw error;
    }
    open.bytes += bytes.length;
    if (open.bytes >= this.#limits.segmentBytes) this.#seal();
    return 'taken';
  }

  /** The oldest segment that waits; closes the open one where there is no other. */
  oldest(): Segment | undefined {
    if (this.#bytesOf.size === 0) this.#seal();
    const [file] = this.#bytesOf.keys();
    if (file === undefined) return undefined;
    const owner = this.#claims.find(({ directory }) => file.startsWith(join(directory, '/')));
    const base = file.slice(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
    return { id: `${owner?.name ?? ''}/${base}`, file };
  }

  /** The lines of a segment; undefined for one that is torn or was changed. */
  read({ file }: Segment): readonly (Item | undefined)[] {
    return itemsIn(readFileSync(file, 'utf8'));
  }

  /** Removes a segment that is in the store; a folder of another process goes with its last one. */
  remove({ file }: Segment): void {
    rmSync(file, { force: true });
    this.#bytesOf.delete(file);
    this.#releaseEmpty();
  }

  close(): void {
    this.#seal();
    this.#releaseEmpty();
    for (const claim of this.#claims) claim.release(claim === this.#own && this.isEmpty);
  }

  #releaseEmpty(): void {
    const waiting = [...this.#bytesOf.keys()];
    for (const claim of [...this.#claims]) {
      if (claim === this.#own || waiting.some((file) => file.startsWith(join(claim.directory, '/'))))
        continue;
      claim.release(true);
      this.#claims.splice(this.#claims.indexOf(claim), 1);
    }
  }

  #begin(): OpenSegment {
    const file = join(this.#own.directory, `${String(this.#next).padStart(8, '0')}.open`);
    this.#next += 1;
    const descriptor = openSync(file, 'wx', 0o600);
    syncDirectory(this.#own.directory);
    return { file, descriptor, bytes: 0 };
  }

  /** Takes back what a failed write left behind, so that the items can be offered again. */
  #undo(open: OpenSegment): void {
    try {
      ftruncateSync(open.descriptor, open.bytes);
    } catch {
      // The half line at its end will be read as torn; what comes next gets a segment of its own.
      this.#seal();
    }
    if (open.bytes === 0 && this.#open === open) {
      closeSync(open.descriptor);
      rmSync(open.file, { force: true });
      this.#open = undefined;
    }
  }

  #seal(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    closeSync(open.descriptor);
    const full = open.file.replace(/\.open$/, '.full');
    renameSync(open.file, full);
    this.#bytesOf.set(full, open.bytes);
  }
}

const segmentNames = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => /^\d{8}\.(?:open|full)$/.test(name))
    .sort();

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
