// A bundle of a log that is being written is whole: it verifies, and what came too late is in none of its parts.
import { expect, test } from '@jest/globals';
import { bundleOf, entriesIn, readFrame } from '../../../src/decisions/export/bundle.ts';
import { verify } from '../../../src/decisions/integrity/verify.ts';
import type { Archive, Checkpoint, StoredEntry, StoredRecord } from '../../../src/decisions/repository.ts';
import { sampleLog } from '../sampleLog.ts';

const log = sampleLog([2_500, 30]);

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* await Promise.resolve(items);
}
const positioned = (entries: readonly StoredEntry[]): readonly StoredRecord[] =>
  entries.map((entry, position) => ({ ...entry, position }));

/** An archive that has `entries` and, each time that it is asked, the next of `checkpoints`. */
function archiveOf(
  entries: readonly StoredEntry[],
  checkpoints: readonly (readonly Checkpoint[])[],
): Archive {
  let asked = 0;
  return {
    entries: () => stream(positioned(entries)),
    count: () => Promise.resolve(entries.length),
    writers: () => Promise.resolve([]),
    checkpoints: () => {
      asked += 1;
      return stream(checkpoints[asked - 1] ?? []);
    },
    close: () => Promise.resolve(),
  };
}

async function verified(archive: Archive): Promise<readonly string[]> {
  const text: string[] = [];
  for await (const line of bundleOf(archive, log.key, new Date(0))) text.push(line.slice(0, -1));
  const { checkpoints, faults } = await readFrame(stream(text), [log.publicKey]);
  const { findings } = await verify(
    { entries: entriesIn(stream(text)), checkpoints },
    { keys: [log.publicKey] },
  );
  return [...faults, ...findings.map(({ code, seq }) => `${code} ${seq}`)];
}

test('checkpoints about records that came too late are left out', async () => {
  const archive = archiveOf(log.entries.slice(0, 1_200), [log.checkpoints.slice(0, 1), log.checkpoints]);
  expect(await verified(archive)).toEqual([]);
});

test('a log that was cut before is shown as it is', async () => {
  const archive = archiveOf(log.entries.slice(0, 1_200), [log.checkpoints, log.checkpoints]);
  expect(await verified(archive)).toContain('chain.cut 1201');
});
