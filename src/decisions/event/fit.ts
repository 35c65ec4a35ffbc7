/** Keeps an event inside its size: what is large goes first, and `masked` says what went. */
import { headOfMembers, wholeEvent } from './head.ts';
import type { Head, HeadMembers } from './head.ts';

/** A record has at most 64 KiB; this is what its event may have, in bytes of UTF-8, so that the place in the chain still fits. */
export const largestEvent = 63 * 1024;
/** And this its head, so that an empty subset, and that more was left out than is told, still fits. */
const largestHead = largestEvent - 256;

const fits = (text: string, largest: number): boolean =>
  // A text of at most a third of the bytes in UTF-16 units fits without counting them.
  text.length <= largest / 3 || (text.length <= largest && Buffer.byteLength(text) <= largest);

/** One cut after the other, from what is missed least; the pointer is what `masked` then names. */
const cuts: readonly {
  readonly pointer: string;
  readonly cut: (head: HeadMembers) => HeadMembers;
}[] = [
  { pointer: '/patch', cut: (head) => ({ ...head, patch: [] }) },
  { pointer: '/violations', cut: (head) => ({ ...head, violations: (head.violations ?? []).slice(0, 10) }) },
  { pointer: '/user/groups', cut: (head) => ({ ...head, user: { ...head.user, groups: [] } }) },
  { pointer: '/violations', cut: (head) => ({ ...head, violations: [] }) },
  { pointer: '/warnings', cut: (head) => ({ ...head, warnings: [] }) },
];

const without = (masked: readonly string[], pointer: string): readonly string[] => [
  ...masked.filter((one) => one !== pointer && !one.startsWith(`${pointer}/`)),
  pointer,
];

/** The head, cut until there is room for it. */
export function fittedHead(head: Head): Head {
  if (head.bytes.length <= largestHead) return head;
  // Our own text, which is rarely as long.
  let members = JSON.parse(head.bytes.toString()) as HeadMembers;
  let { masked } = head;
  for (const { pointer, cut } of cuts) {
    members = cut(members);
    masked = without(masked, pointer);
    const shorter = headOfMembers(members, masked);
    if (shorter.bytes.length <= largestHead) return shorter;
  }
  // Only names are left, each of them clipped when the head was made.
  return headOfMembers({ ...members, resource: { ...members.resource, generateName: '' } }, ['']);
}

/** The texts of what is kept of the objects; empty where there is nothing. */
export interface Parts {
  readonly object: string;
  readonly oldObject: string;
}

/** The event of a head with as much of the objects as there is room for. */
export function fittedEvent(head: Head, { object, oldObject }: Parts, masked: readonly string[]): string {
  const both = object !== '' && oldObject !== '' ? ',' : '';
  const whole = wholeEvent(head, `{${object}${both}${oldObject}}`, masked);
  if (fits(whole, largestEvent)) return whole;
  const withoutOld = oldObject === '' ? masked : without(masked, '/subset/oldObject');
  const first = wholeEvent(head, `{${object}}`, withoutOld);
  if (fits(first, largestEvent)) return first;
  const none = wholeEvent(head, '{}', without(withoutOld, '/subset/object'));
  return fits(none, largestEvent) ? none : wholeEvent(head, '{}', ['']);
}
