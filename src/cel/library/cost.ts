/** What calls cost, in the units and by the formulas of cel-go's runtimecost.go and Kubernetes' library/cost.go. */
import { type Frame } from '../evaluation/frame.ts';
import { type Result, Failure } from '../values/failure.ts';
import { isMap, keysOf, valueAt } from '../values/map.ts';
import { length } from '../values/text.ts';
import { type Value, Bytes, Optional, isList } from '../values/value.ts';
import { type Cost, byArguments, byResult } from './definition.ts';
import { Cidr, Ip } from '../values/address.ts';

/** The size that costs grow with: characters, bytes, elements, entries; 1 for everything else. */
export function sizeOf(frame: Frame, value: Result): number {
  if (typeof value === 'string') return value.length <= 10 ? value.length : lengthOf(frame, value);
  if (typeof value !== 'object' || value === null || value instanceof Failure) return 1;
  if (isList(value)) return value.length;
  if (isMap(value)) return frame.sizeOf(value);
  if (value instanceof Bytes) return value.data.length;
  if (value instanceof Ip) return value.address.family === 'IPv4' ? 4 : 16;
  if (value instanceof Cidr) return Math.ceil(value.prefix / 8);
  return value instanceof Optional && value.value !== undefined ? sizeOf(frame, value.value) : 1;
}

/** Counting the characters of a long text is work in itself: it may have to be put together from its pieces first. */
function lengthOf(frame: Frame, text: string): number {
  if (text.length > 4_096) frame.pay(text.length / 32);
  return length(text);
}

/** A traversal of the first argument at a tenth of a unit a character, `times` over. */
export const traversal = (times = 1): Cost =>
  byArguments((frame, a) => Math.ceil(sizeOf(frame, a) * times * 0.1));

/** A traversal of the result. */
export const resultTraversal = (times: number): Cost =>
  byResult((frame, result) => Math.ceil(sizeOf(frame, result) * times * 0.1));

/** A traversal of the shorter of two. */
export function shorterOf(frame: Frame, a: Value, b: Value): number {
  // A character is at most two units: of texts that differ more than that only the shorter has to be counted.
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length >= 2 * b.length) return Math.ceil(sizeOf(frame, b) * 0.1);
    if (b.length >= 2 * a.length) return Math.ceil(sizeOf(frame, a) * 0.1);
  }
  return Math.ceil(Math.min(sizeOf(frame, a), sizeOf(frame, b)) * 0.1);
}

export const shorter: Cost = byArguments(shorterOf);

/** A traversal of both. */
export const both: Cost = byArguments((frame, a, b) =>
  Math.ceil((sizeOf(frame, a) + sizeOf(frame, b)) * 0.1),
);

/** A search for one text in another. */
export const search: Cost = byArguments(
  (frame, a, b) => Math.ceil(sizeOf(frame, a) * 0.1) * Math.ceil(sizeOf(frame, b) * 0.1),
);

/** A regular expression on a text. */
export const regex: Cost = byArguments(
  (frame, a, b) => Math.ceil((1 + sizeOf(frame, a)) * 0.1) * Math.ceil(sizeOf(frame, b) * 0.25),
);

/** The number of elements of the second argument. */
export const elements: Cost = byArguments((frame, _a, b) => sizeOf(frame, b));

/** A new list as large as the result. */
export const newList: Cost = byResult((frame, result) => sizeOf(frame, result) + 11);

/** A new list from comparing a list with itself, element by element. */
export const selfComparison = (argument: 0 | 1): Cost =>
  byArguments((frame, a, b) => {
    const by = argument === 0 ? a : b;
    const size = sizeOf(frame, by);
    const first = isList(by) ? by[0] : undefined;
    const factor = typeof first === 'string' || first instanceof Bytes ? 2.1 : 2;
    return Math.floor(size * size * factor) + 11;
  });

/** A comparison of every element of two lists, `times` over. */
export const product = (times: number): Cost =>
  byArguments((frame, a, b) => 1 + Math.floor(sizeOf(frame, a) * sizeOf(frame, b) * times));

/** The traversal of a value as a tree of data. */
export const tree: Cost = byArguments((frame, a) => treeCost(frame, a));

function treeCost(frame: Frame, value: Value): number {
  if (frame.work < 0) return 0;
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * 0.1);
  if (value instanceof Bytes) return Math.floor(value.data.length * 0.1);
  let cost = 0;
  if (isList(value)) {
    frame.pay(value.length * 2);
    for (const element of value) cost += treeCost(frame, element);
    return cost;
  }
  if (!isMap(value)) return 1;
  frame.pay(frame.sizeOf(value) * 4);
  for (const key of keysOf(value, frame)) {
    cost += treeCost(frame, key) + treeCost(frame, valueAt(value, key));
  }
  return cost;
}
