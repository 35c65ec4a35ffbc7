/** `bulkhead audit`: reads, follows, exports, verifies and serves the decision log. */
import { defineExport } from './export.ts';
import { defineQuery, defineShow } from './query.ts';
import { defineServe } from './serve.ts';
import { defineTail } from './tail.ts';
import { defineVerify } from './verify.ts';
import type { Definition } from '../command.ts';

const parts: readonly (readonly [string, string, Definition])[] = [
  ['query', 'lists or counts the decisions that a filter wants', defineQuery],
  ['show', 'shows one decision, with its witness, patch and place in the chain', defineShow],
  ['export', 'writes decisions as CSV, JSON Lines or a bundle that can be verified elsewhere', defineExport],
  ['tail', 'follows the log while decisions are made', defineTail],
  ['verify', 'tells whether the log, or a bundle of it, is as its writers left it', defineVerify],
  ['serve', 'answers questions to the log over HTTP, for readers with a token', defineServe],
];

export const define: Definition = (command, session) => {
  command.addHelpText(
    'after',
    `
Every reading is itself recorded in the log: bulkhead audit query --entry Read

Examples:
  bulkhead audit query --decision denied --from 24h
  bulkhead audit show 019aa6c1-8c1f-7a30-9d55-2f6f0c1f1a20
  bulkhead audit export --format csv --from 30d --file denials.csv --decision denied`,
  );
  for (const [name, summary, definePart] of parts) {
    const part = command.command(name).summary(summary);
    part.description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`);
    definePart(part.showHelpAfterError(`Try: bulkhead audit ${name} --help`), session);
  }
  return command;
};
