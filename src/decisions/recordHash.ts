/** The record-hash: what the API server's audit log vouches for of a record. */
import { hash } from 'node:crypto';
import { walkMembers } from './members.ts';

/** What is taken out of the objects behind the answer: the chain covers it, and `objectSha256` binds the object that it was taken from. */
const behindAnswer: ReadonlySet<string> = new Set(['masked', 'subset']);

/** SHA-256, in hex, of an event's canonical JSON without its members `masked` and `subset`; undefined for a text that is no JSON object. */
export function recordHashOf(event: string): string | undefined {
  const head = headIn(event);
  return head === undefined ? undefined : hash('sha256', head);
}

/** The event without what the record-hash does not cover. */
function headIn(event: string): string | undefined {
  let head = '';
  const isObject = walkMembers(event, (key, start, end) => {
    if (!behindAnswer.has(key)) head += `${head === '' ? '' : ','}${event.slice(start, end)}`;
  });
  return isObject ? `{${head}}` : undefined;
}
