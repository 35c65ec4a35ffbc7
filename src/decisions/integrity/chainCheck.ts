/** Checks one chain record by record, against itself and against the checkpoints of its writer. */
import { objectIn, stringAt } from '../../k8s/json.ts';
import { recordHashOf } from '../recordHash.ts';
import type { Checkpoint, StoredEntry } from '../repository.ts';
import { linkHash } from './chain.ts';
import type { ChainReport, Finding, FindingCode } from './finding.ts';
import { merkleRoot } from './merkle.ts';

/** A writer makes a checkpoint of a thousand records; a batch more may stand beyond the last one. */
const mostUnsigned = 1_600;
/** How far back a foreign record that was put in between is recognised as such. */
const rememberedHashes = 64;

/** What the first record of a chain says about the chain before it. */
export interface Link {
  readonly after: string | undefined;
  readonly prev: string;
  readonly seq: number;
}

/** What a checkpoint needs to know of a record. */
type Signed = Pick<StoredEntry, 'seq' | 'hash'>;

export class ChainCheck {
  readonly writer: string;
  readonly findings: Finding[] = [];
  /** Checkpoints of which no record is there at all; whether that is right depends on retention. */
  readonly emptied: Checkpoint[] = [];
  link: Link | undefined;
  #checkpoints: readonly Checkpoint[];
  readonly #recent: string[] = [];
  /** Records that no checkpoint is known for. */
  #beyond: Signed[] = [];
  #at = 0;
  #run: string[] = [];
  #first: StoredEntry | undefined;
  #last: StoredEntry | undefined;
  #records = 0;
  #signed = 0;
  #badRun = false;

  /** `checkpoints` are this writer's, in the order of `fromSeq`. */
  constructor(writer: string, checkpoints: readonly Checkpoint[]) {
    this.writer = writer;
    this.#checkpoints = checkpoints;
  }

  /** The next record as the store gives it. `event` is its parsed event where the caller has it. */
  take(entry: StoredEntry): void {
    this.#records += 1;
    if (this.#first === undefined) this.#begin(entry);
    const last = this.#last;
    const isTrue =
      recordHashOf(entry.event) === entry.recordHash && linkHash(entry.prev, entry) === entry.hash;
    const sound = last === undefined ? this.#followsCheckpoint(entry) : this.#follows(entry, last, isTrue);
    if (!isTrue && sound) {
      this.#find('record.changed', entry.seq, `record ${entry.seq} is not what its hash says`);
    }
    this.#sign(entry);
    this.#remember(entry);
  }

  /**
   * Checkpoints that were signed while the chain was read. They vouch for what was read; that the chain has grown since is no finding, so those that reach further
   * are left aside.
   */
  vouch(later: readonly Checkpoint[]): void {
    const known = this.#checkpoints.at(-1)?.toSeq ?? 0;
    const last = this.#last?.seq ?? 0;
    const fresh = later.filter(({ fromSeq, toSeq }) => fromSeq > known && toSeq <= last);
    this.#checkpoints = [...this.#checkpoints, ...fresh];
    const beyond = this.#beyond;
    this.#beyond = [];
    for (const entry of beyond) this.#sign(entry);
  }

  /** Says what is missing at the end. */
  finish(): ChainReport {
    const last = this.#last?.seq ?? 0;
    const ahead = this.#checkpoints.slice(this.#at);
    const [next] = ahead;
    if (next !== undefined && this.#last !== undefined) {
      const seq = Math.max(last + 1, next.fromSeq);
      this.#find(
        'chain.cut',
        seq,
        `records ${seq} to ${ahead.at(-1)?.toSeq ?? seq} were signed and are gone`,
      );
    } else if (next !== undefined) {
      this.emptied.push(...ahead);
    }
    if (last - this.#signed > mostUnsigned) {
      const message = `records ${this.#signed + 1} to ${last} have no checkpoint; a writer leaves at most about a thousand without one`;
      this.#find('chain.unsigned', this.#signed + 1, message);
    }
    return {
      writer: this.writer,
      firstSeq: this.#first?.seq ?? 0,
      lastSeq: last,
      lastHash: this.#last?.hash ?? this.#checkpoints.at(-1)?.lastHash ?? '',
      records: this.#records,
      signedThrough: this.#signed,
      closed: this.#last?.event.includes('"kind":"Stop"') ?? false,
    };
  }

  #begin(entry: StoredEntry): void {
    this.#first = entry;
    // Whole checkpoints at the beginning may be gone because of their age.
    for (; ; this.#at += 1) {
      const checkpoint = this.#checkpoints[this.#at];
      if (checkpoint === undefined || checkpoint.toSeq >= entry.seq) break;
      this.emptied.push(checkpoint);
      this.#signed = checkpoint.toSeq;
    }
    if (entry.seq !== 1) return;
    const event = objectIn(entry.event);
    const after = stringAt(event, 'after');
    this.link = { after, prev: entry.prev, seq: entry.seq };
    if (stringAt(event, 'kind') !== 'Start') {
      this.#find('record.changed', 1, 'the first record of the chain is no Start');
    }
  }

  /** The first record that is there: it follows the last one that a checkpoint vouches for. */
  #followsCheckpoint(entry: StoredEntry): boolean {
    if (entry.seq === 1) return true;
    const before = this.#checkpoints.find(({ toSeq }) => toSeq === entry.seq - 1);
    if (before?.lastHash === entry.prev) return true;
    const from = (this.emptied.at(-1)?.toSeq ?? 0) + 1;
    const first = Math.min(from, entry.seq);
    this.#find('record.removed', first, `records ${first} to ${entry.seq - 1} are gone`);
    return false;
  }

  /** False where a finding about the place of the record was made, which says more than that its hash is wrong. */
  #follows(entry: StoredEntry, last: StoredEntry, isTrue: boolean): boolean {
    const { seq, prev } = entry;
    if (seq > last.seq + 1) {
      this.#find('record.removed', last.seq + 1, `${range(last.seq + 1, seq - 1)} gone`);
      return isTrue;
    }
    if (seq <= last.seq) {
      this.#arrivedLate(seq);
      return false;
    }
    if (prev === last.hash) return true;
    const known = this.#recent.lastIndexOf(prev);
    if (known !== -1 && known < this.#recent.length - 1) {
      const foreign = last.seq - (this.#recent.length - 2 - known);
      this.#find('record.inserted', foreign, `${range(foreign, last.seq)} put in between`);
      return false;
    }
    if (!isTrue) return true;
    this.#find('record.changed', seq, `record ${seq} does not follow record ${last.seq}`);
    return false;
  }

  /** A record that was taken for removed comes after its time. */
  #arrivedLate(seq: number): void {
    const gap = this.findings.findIndex((finding) => finding.code === 'record.removed' && finding.seq <= seq);
    const message = `record ${seq} stands behind record ${this.#last?.seq ?? 0}`;
    if (gap !== -1) this.findings.splice(gap, 1);
    this.#find('record.reordered', seq, message);
  }

  /** Compares runs of records with what was signed about them. */
  #sign(entry: Signed): void {
    const checkpoint = this.#checkpoints[this.#at];
    if (checkpoint === undefined) {
      this.#beyond.push({ seq: entry.seq, hash: entry.hash });
      return;
    }
    if (entry.seq < checkpoint.fromSeq) return;
    this.#run.push(entry.hash);
    if (entry.seq < checkpoint.toSeq) return;
    const whole = this.#run.length === checkpoint.toSeq - checkpoint.fromSeq + 1;
    const same = whole && entry.hash === checkpoint.lastHash && merkleRoot(this.#run) === checkpoint.root;
    if (!same && !this.#badRun) {
      const { fromSeq, toSeq, number } = checkpoint;
      this.#find(
        'chain.rewritten',
        fromSeq,
        `records ${fromSeq} to ${toSeq} are not those that checkpoint ${number} signed`,
      );
    }
    this.#signed = checkpoint.toSeq;
    this.#run = [];
    this.#badRun = false;
    this.#at += 1;
  }

  #remember(entry: StoredEntry): void {
    this.#last = this.#last !== undefined && entry.seq < this.#last.seq ? this.#last : entry;
    this.#recent.push(entry.hash);
    if (this.#recent.length > rememberedHashes) this.#recent.shift();
  }

  #find(code: FindingCode, seq: number, message: string): void {
    this.#badRun = true;
    if (this.findings.length < 100) this.findings.push({ code, writer: this.writer, seq, message });
  }
}

const range = (from: number, to: number): string =>
  from >= to ? `record ${from} is` : `records ${from} to ${to} are`;
