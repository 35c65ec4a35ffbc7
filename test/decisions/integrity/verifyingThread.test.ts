// What a process verifies of a store that others write too, and what it remembers against a store that was written anew.
import { expect, test } from '@jest/globals';
import { signedText } from '../../../src/decisions/integrity/checkpoint.ts';
import { verdictOn } from '../../../src/decisions/integrity/verifyingThread.ts';
import type { ReadTarget } from '../../../src/decisions/stores/openForReading.ts';
import type { Archive } from '../../../src/decisions/repository.ts';
import { sampleLog } from '../sampleLog.ts';
import type { SampleLog } from '../sampleLog.ts';

const own = sampleLog([1_200]);
/** Another process's chain, under another key. */
const foreign = ((): SampleLog => {
  const log = sampleLog([40]);
  return {
    ...log,
    entries: log.entries.map((entry) => ({ ...entry, writer: entry.writer.replace('replica/', 'other/') })),
    checkpoints: log.checkpoints.map((one) => ({ ...one, writer: one.writer.replace('replica/', 'other/') })),
  };
})();

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* await Promise.resolve(items);
}

function archiveOf(logs: readonly SampleLog[]): Archive {
  const entries = logs.flatMap((log) => log.entries).map((entry, position) => ({ ...entry, position }));
  return {
    entries: ({ writer }) => stream(entries.filter((one) => writer === undefined || one.writer === writer)),
    count: () => Promise.resolve(entries.length),
    writers: () => Promise.resolve([...new Set(entries.map(({ writer }) => writer))]),
    checkpoints: () => stream(logs.flatMap((log) => log.checkpoints)),
    close: () => Promise.resolve(),
  };
}

const sqlite: ReadTarget = { kind: 'sqlite', file: 'log', tenantLabel: 't' };
const postgres: ReadTarget = { kind: 'postgres', url: 'postgres://', tenantLabel: 't' };
const verdict = (logs: readonly SampleLog[], target: ReadTarget, anchor?: string) =>
  verdictOn(archiveOf(logs), own.publicKey, {
    target,
    replica: 'replica',
    ...(anchor === undefined ? {} : { anchor }),
  });

test('of a store of its own it verifies everything', async () => {
  expect(await verdict([own], sqlite)).toEqual({ ok: true, records: 1_202, findings: 0 });
  const { ok, first } = await verdict([foreign, own], sqlite);
  expect({ ok, first }).toMatchObject({ ok: false, first: { writer: expect.stringMatching(/^other/) } });
});

test('of a store of several it verifies what it has the key of, and its own', async () => {
  expect(await verdict([foreign, own], postgres)).toEqual({ ok: true, records: 1_202, findings: 0 });
  const cut = { ...own, entries: own.entries.slice(0, 900) };
  expect(await verdict([foreign, cut], postgres)).toMatchObject({
    ok: false,
    records: 900,
    first: { code: 'chain.cut', seq: 901 },
  });
  const unsigned = { ...own, entries: own.entries.slice(0, 900), checkpoints: [] };
  expect(await verdict([foreign, unsigned], postgres)).toMatchObject({ ok: true, records: 900 });
});

test('what was signed with a key that is gone is no change, and a change in it is', async () => {
  const former = sampleLog([1_200]);
  for (const target of [sqlite, postgres]) {
    expect(await verdict([former], target)).toEqual({ ok: true, records: 1_202, findings: 0 });
    const entries = former.entries.map((entry) =>
      entry.seq === 700 ? { ...entry, event: entry.event.replace('uid-', 'uid+') } : entry,
    );
    expect(await verdict([{ ...former, entries }], target)).toMatchObject({
      ok: false,
      first: { code: 'record.changed', seq: 700 },
    });
  }
});

test('a store without a checkpoint that this process remembers was written anew', async () => {
  const last = own.checkpoints.at(-1);
  const anchor = last === undefined ? '' : signedText(last);
  expect(await verdict([own], sqlite, anchor)).toMatchObject({ ok: true });
  const anew = sampleLog([20], own);
  expect(await verdict([anew], sqlite)).toMatchObject({ ok: true });
  expect(await verdict([anew], sqlite, anchor)).toMatchObject({
    ok: false,
    first: { code: 'checkpoint.missing' },
  });
});
