/**
 * A process that writes records as fast as it can until somebody kills it: `node killed.ts DIRECTORY ROUND MODE`. Prints `safe N` whenever the first N of its
 * records are acknowledged. MODE `spool` has a store that is away half of the time, so that records go through the spool.
 */
import { writeSync } from 'node:fs';
import { itemOf } from '../../../src/decisions/writer/session.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { decisionEvent } from '../sampleLog.ts';
import { databaseIn, startWriter } from './writing.ts';

const [directory = '', round = '0', mode = ''] = process.argv.slice(2);
const first = Number(round) * 1_000_000;
const began = Date.now();
const away = (): boolean => mode === 'spool' && Math.floor((Date.now() - began) / 20) % 2 === 0;

let total = 0;
const { writer } = startWriter(directory, {
  open: () => {
    if (away()) return Promise.reject(new Error('the store is away'));
    const journal = openSqliteJournal(databaseIn(directory));
    return Promise.resolve({
      ...journal,
      append: (batch) => (away() ? Promise.reject(new Error('the store is away')) : journal.append(batch)),
    });
  },
  safe: (count) => {
    total += count;
    writeSync(1, `safe ${total}\n`);
  },
});

let made = 0;
function write(): void {
  // Not more than the memory holds: the process's side would count the rest as dropped.
  if (made - total < 4_000) {
    writer.take(Array.from({ length: 1 + (made % 37) }, () => itemOf(decisionEvent(first + (made += 1)))));
  }
  setImmediate(write);
}
writeSync(1, 'safe 0\n');
write();
