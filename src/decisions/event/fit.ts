/** Keeps an event inside its size: what is large goes first, and `masked` says what went. */
import { canonicalJson } from '../canonicalJson.ts';
import type { DecisionEvent } from '../record.ts';

/** A record has at most 64 KiB; this is what its event may have, in bytes of UTF-8, so that the place in the chain still fits. */
export const largestEvent = 63 * 1024;

/** A text of at most this many UTF-16 units fits without counting its bytes. */
const surelyFits = largestEvent / 3;

const fits = (text: string): boolean =>
  text.length <= surelyFits || (text.length <= largestEvent && Buffer.byteLength(text) <= largestEvent);

/** One cut after the other, from what is missed least; the pointer is what `masked` then names. */
const cuts: readonly { readonly pointer: string; readonly cut: (event: DecisionEvent) => DecisionEvent }[] = [
  { pointer: '/subset/oldObject', cut: (event) => ({ ...event, subset: onlyObject(event) }) },
  { pointer: '/subset/object', cut: (event) => ({ ...event, subset: {} }) },
  { pointer: '/patch', cut: (event) => ({ ...event, patch: [] }) },
  { pointer: '/violations', cut: (event) => ({ ...event, violations: event.violations.slice(0, 10) }) },
  { pointer: '/user/groups', cut: (event) => ({ ...event, user: { ...event.user, groups: [] } }) },
  { pointer: '/violations', cut: (event) => ({ ...event, violations: [] }) },
  { pointer: '/warnings', cut: (event) => ({ ...event, warnings: [] }) },
];

/** The canonical text of an event, cut until it fits. */
export function fitted(text: string): string {
  if (fits(text)) return text;
  // Our own text, which is rarely as long.
  let left = JSON.parse(text) as DecisionEvent;
  for (const { pointer, cut } of cuts) {
    const outside = left.masked.filter((masked) => masked !== pointer && !masked.startsWith(`${pointer}/`));
    left = { ...cut(left), masked: [...outside, pointer] };
    const shorter = canonicalJson(left);
    if (fits(shorter)) return shorter;
  }
  // Only names are left, each of them clipped when the event was made.
  return canonicalJson({ ...left, masked: [''], resource: { ...left.resource, generateName: '' } });
}

const onlyObject = ({ subset }: DecisionEvent): DecisionEvent['subset'] =>
  subset.object === undefined ? {} : { object: subset.object };
