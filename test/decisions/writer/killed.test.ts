// Kill -9 at a hundred random points: no acknowledged record is lost, none is there twice, no chain is broken.
import { spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { verify } from '../../../src/decisions/integrity/verify.ts';
import { openSqliteArchive } from '../../../src/decisions/stores/sqlite/archive.ts';
import { databaseIn, publicKeyIn, startWriter } from './writing.ts';

const kills = 104;
const lanes = 2;

/** Runs the writing process, kills it after the delay, and tells how many records it had acknowledged. */
function killed(entry: string, directory: string, round: number, delayMillis: number): Promise<number> {
  const mode = Math.floor(round / lanes) % 2 === 0 ? 'spool' : 'store';
  const child = spawn(process.execPath, [entry, directory, String(round), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (text === '') setTimeout(() => child.kill('SIGKILL'), delayMillis);
      text += chunk;
    });
    child.once('close', () => {
      // A number that was cut off by the kill is no promise.
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      resolve(Number(/safe (\d+)\n$/.exec(whole)?.[1] ?? 0));
    });
  });
}

async function lane(entry: string, first: number): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-killed-'));
  try {
    const promised = new Map<number, number>();
    // Repeatable: a fixed series that looks like chance.
    let chance = 12_345 + first;
    for (let round = first; round < kills; round += lanes) {
      chance = (chance * 1_103_515_245 + 12_345) % 2_147_483_648;
      promised.set(round, await killed(entry, directory, round, (chance / 2_147_483_648) * 200));
    }
    const { writer } = startWriter(directory);
    await writer.close();
    const archive = openSqliteArchive(databaseIn(directory));
    const found = new Map<string, number>();
    async function* entries(): ReturnType<typeof archive.entries> & AsyncGenerator {
      for await (const entry of archive.entries({})) {
        const uid = /"uid":"uid-(\d+)"/.exec(entry.event)?.[1];
        if (uid !== undefined) found.set(uid, (found.get(uid) ?? 0) + 1);
        yield entry;
      }
    }
    const key = createPublicKey(await readFile(publicKeyIn(directory)));
    const report = await verify({ entries: entries(), checkpoints: archive.checkpoints() }, { keys: [key] });
    await archive.close();
    expect(report.findings).toEqual([]);
    // A line that the kill tore was acknowledged to nobody; that it was there is told as a gap, one at most for each kill.
    const { 'spool-corrupt': torn = 0, ...others } = report.gaps;
    expect(others).toEqual({});
    expect(torn).toBeLessThanOrEqual(promised.size);
    expect([...found].filter(([, times]) => times > 1)).toEqual([]);
    let safe = 0;
    for (const [round, count] of promised) {
      safe += count;
      for (let number = 1; number <= count; number += 1) {
        if (!found.has(String(round * 1_000_000 + number))) {
          throw new Error(`record ${number} of round ${round} was acknowledged (${count} were) and is lost`);
        }
      }
    }
    return safe;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('no acknowledged record is lost, at any of 104 points', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-killed-'));
  try {
    // In one file: a hundred starts from the sources would take most of the time.
    const entry = join(directory, 'killed.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('killed.ts', import.meta.url))],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    const safe = await Promise.all(Array.from({ length: lanes }, (_, first) => lane(entry, first)));
    // They wrote a lot, and not only what a kill at the very first moment leaves.
    for (const count of safe) expect(count).toBeGreaterThan(1_000);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 240_000);
