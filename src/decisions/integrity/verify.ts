/** Verifies a log: every record against its chain, every chain against its checkpoints, and the chains against each other. */
import { isObject, objectIn, ownAt, stringAt } from '../../k8s/json.ts';
import type { Checkpoint, StoredEntry } from '../repository.ts';
import { nothing } from './chain.ts';
import { ChainCheck } from './chainCheck.ts';
import type { Link } from './chainCheck.ts';
import { checkCheckpoints } from './checkpointCheck.ts';
import type { Trust } from './checkpointCheck.ts';
import type { ChainReport, Finding, Verification } from './finding.ts';

/** A log as a store or an export gives it: chains one after the other, each in its own order. */
export interface Evidence {
  readonly entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>;
  readonly checkpoints: AsyncIterable<Checkpoint> | Iterable<Checkpoint>;
  /** The checkpoints once more, when the entries were read: of a log that is being written some are new. */
  readonly later?: () => AsyncIterable<Checkpoint>;
}

const mostFindings = 100;

/**
 * Finds what is not as the writers left it: a byte changed, a record removed, inserted or moved, a tail cut, a log rewritten. Records that retention dropped
 * are recognised by their checkpoints and by what the chain says of the retention. What nobody can find without an anchor or the API server's
 * audit log is a tail cut behind the last checkpoint, at most a minute or a thousand records.
 */
export async function verify(evidence: Evidence, trust: Trust): Promise<Verification> {
  const before = await gathered(evidence.checkpoints);
  const byWriter = chainwise(before);
  const told = new Told();
  const checks = new Map<string, ChainCheck>();
  let records = 0;
  for await (const entry of evidence.entries) {
    records += 1;
    let check = checks.get(entry.writer);
    if (check === undefined) {
      check = new ChainCheck(entry.writer, byWriter.get(entry.writer) ?? []);
      checks.set(entry.writer, check);
    }
    check.take(entry);
    told.listen(entry);
  }
  for (const writer of byWriter.keys()) {
    if (!checks.has(writer)) checks.set(writer, new ChainCheck(writer, byWriter.get(writer) ?? []));
  }
  const checkpoints = evidence.later === undefined ? before : await gathered(evidence.later());
  if (evidence.later !== undefined)
    for (const [writer, later] of chainwise(checkpoints)) checks.get(writer)?.vouch(later);
  const ordered = [...checks.values()].sort((a, b) => (a.writer < b.writer ? -1 : 1));
  const chains = ordered.map((check) => check.finish());
  const findings = [
    ...ordered.flatMap((check) => [...check.findings, ...told.unexplained(check.emptied)]),
    ...linkFindings(ordered, chains),
  ].sort((a, b) => (a.writer === b.writer ? a.seq - b.seq : a.writer < b.writer ? -1 : 1));
  const everything = [...findings, ...checkCheckpoints(checkpoints, trust)];
  return {
    ok: everything.length === 0,
    records,
    checkpoints: checkpoints.length,
    gaps: Object.fromEntries(told.gaps),
    chains: chains.filter(({ records: count }) => count > 0),
    findings: everything.slice(0, mostFindings),
  };
}

async function gathered(checkpoints: Evidence['checkpoints']): Promise<readonly Checkpoint[]> {
  const list: Checkpoint[] = [];
  for await (const checkpoint of checkpoints) list.push(checkpoint);
  return list;
}

/** By writer, each in the order of the chain. */
const chainwise = (checkpoints: readonly Checkpoint[]): ReadonlyMap<string, readonly Checkpoint[]> =>
  Map.groupBy(
    checkpoints.toSorted((a, b) => a.fromSeq - b.fromSeq),
    ({ writer }) => writer,
  );

/** Each chain says which one it follows, and with which hash that one ended. */
function linkFindings(checks: readonly ChainCheck[], chains: readonly ChainReport[]): readonly Finding[] {
  const reports = new Map(chains.map((chain) => [chain.writer, chain]));
  return checks.flatMap(({ writer, link }) => (link === undefined ? [] : linkFinding(writer, link, reports)));
}

function linkFinding(
  writer: string,
  { after, prev, seq }: Link,
  reports: ReadonlyMap<string, ChainReport>,
): readonly Finding[] {
  if (after === undefined) {
    if (prev === nothing) return [];
    return [
      { code: 'chain.missing', writer, seq, message: 'the chain follows another one and does not say which' },
    ];
  }
  const before = reports.get(after);
  if (before === undefined) {
    return [
      {
        code: 'chain.missing',
        writer: after,
        seq: 1,
        message: `the chain of ${after}, which ${writer} follows, is gone`,
      },
    ];
  }
  if (before.lastHash === prev) return [];
  const message = `the chain of ${after} does not end where ${writer} goes on: records behind ${before.lastSeq} are gone`;
  return [{ code: 'chain.cut', writer: after, seq: before.lastSeq + 1, message }];
}

/** Events that tell of the log, and few others. */
const telling = /"kind":"(?:Gap|Retention)"/;

/** What the log says about itself: decisions that were lost, records that were dropped because of their age. */
class Told {
  readonly gaps = new Map<string, number>();
  #retainedBefore = '';

  listen({ event }: StoredEntry): void {
    // Nearly every record is a decision, and parsing each would take longer than all hashing.
    if (!telling.test(event)) return;
    const told = objectIn(event);
    const kind = stringAt(told, 'kind');
    if (kind === 'Gap') this.#gap(told);
    else if (kind === 'Retention') this.#retention(told);
  }

  unexplained(emptied: readonly Checkpoint[]): readonly Finding[] {
    return emptied
      .filter(({ time }) => time >= this.#retainedBefore)
      .map(({ writer, fromSeq, toSeq, number }) => ({
        code: 'record.removed',
        writer,
        seq: fromSeq,
        message: `records ${fromSeq} to ${toSeq} of checkpoint ${number} are gone, and no retention explains it`,
      }));
  }

  #gap(gap: unknown): void {
    const dropped = ownAt(gap, 'dropped');
    for (const [reason, count] of isObject(dropped) ? Object.entries(dropped) : []) {
      if (typeof count === 'number') this.gaps.set(reason, (this.gaps.get(reason) ?? 0) + count);
    }
  }

  #retention(retention: unknown): void {
    const before = stringAt(retention, 'before') ?? '';
    if (before > this.#retainedBefore) this.#retainedBefore = before;
  }
}
