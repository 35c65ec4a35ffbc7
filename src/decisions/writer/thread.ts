/** The writer thread: takes items from the process's port and writes them, out of the way of the decisions. */
import { randomBytes } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import { allowanceOf } from '../event/allowance.ts';
import type { Allowance } from '../event/allowance.ts';
import { loadOrMakeKey } from '../integrity/keys.ts';
import { signedText } from '../integrity/checkpoint.ts';
import { claimNew, claimOrphans } from '../spool/claim.ts';
import { Spool } from '../spool/spool.ts';
import { openJournal } from '../stores/openJournal.ts';
import { prioritize } from '../threadPriority.ts';
import { writerName } from '../writerName.ts';
import { Excerpts } from './excerpts.ts';
import { unpacked } from './frames.ts';
import type { FromWriter, ToWriter, WriterOptions } from './messages.ts';
import { Writer } from './writer.ts';

/** Decisions go before their records: where threads compete for a core, this one gets the smaller share. */
const lowerPriority = 10;

/** Runs the writer on a worker's port. Throws where spool and key cannot be made: then nothing would be safe. */
export function writeDecisions(port: MessagePort, options: WriterOptions): void {
  const name = writerName(options.replica, new Date(), randomBytes(2).toString('hex'));
  const orphans = claimOrphans(options.spoolDirectory);
  const own = claimNew(options.spoolDirectory, name.replaceAll('/', '_'));
  const send = (message: FromWriter): void => {
    port.postMessage(message);
  };
  const writer: Writer = new Writer({
    writer: name,
    key: loadOrMakeKey(options.keyFile),
    open: () => openJournal(options.store),
    spool: new Spool(own, orphans, options.spoolLimits),
    retentionMillis: options.retentionMillis,
    now: Date.now,
    later: (millis, callback) => {
      const timer = setTimeout(callback, millis);
      return () => {
        clearTimeout(timer);
      };
    },
    safe: (count) => {
      send({ about: 'safe', count, state: writer.state });
    },
    changed: () => {
      send({ about: 'state', state: writer.state });
    },
    corrupt: (count) => {
      send({ about: 'corrupt', count });
    },
    checkpoint: (checkpoint) => {
      send({ about: 'checkpoint', text: signedText(checkpoint) });
    },
  });
  const excerpts = new Excerpts();
  let allowance: Allowance | undefined;
  port.on('message', (message: ToWriter) => {
    switch (message.about) {
      case 'items': {
        const { frames } = message;
        writer.take(unpacked(frames, excerpts, allowance));
        const { buffer } = frames.bytes;
        port.postMessage({ about: 'memory', buffer } satisfies FromWriter, [buffer]);
        return;
      }
      case 'allowance':
        allowance = allowanceOf(message.source);
        return;
      case 'close':
        void writer.close().then(() => {
          send({ about: 'closed' });
          port.close();
        });
        return;
      default:
        message satisfies never;
    }
  });
  // Only now: the process waits for a thread that ends, and one that cannot start would end again and again with the smaller share.
  prioritize(lowerPriority);
  writer.start();
}
