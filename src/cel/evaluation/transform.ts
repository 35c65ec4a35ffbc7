/** The loops that build maps: transformMap and transformMapEntry. */
import { withArticle } from '../values/wording.ts';
import { Failure } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { isMap, keysOf, valueAt } from '../values/map.ts';
import { type Key, type Value, Dictionary, keyOf } from '../values/value.ts';
import { type Evaluate } from './frame.ts';
import { type Loop, begin, turns } from './turns.ts';

/** A map with the keys of the range. */
export function transformMap(loop: Loop): Evaluate {
  return (frame) => {
    const items = begin(loop, frame);
    if (items instanceof Failure) return items;
    const entries = new Map<Key, readonly [Value, Value]>();
    const failure = turns(loop, frame, items, () => {
      const value = loop.step(frame);
      if (value instanceof Failure) return value;
      frame.cost += 3;
      const key = frame.slots[loop.slot] ?? null;
      return key instanceof Failure ? key : insert(entries, key, value, loop.stepAt);
    });
    frame.cost += 1;
    return failure ?? new Dictionary(entries);
  };
}

/** A map of the entries that the turns build. */
export function transformMapEntry(loop: Loop): Evaluate {
  return (frame) => {
    const items = begin(loop, frame);
    if (items instanceof Failure) return items;
    const entries = new Map<Key, readonly [Value, Value]>();
    const failure = turns(loop, frame, items, () => {
      const entry = loop.step(frame);
      if (entry instanceof Failure) return entry;
      frame.cost += 2;
      if (!isMap(entry))
        return new Failure(
          'noSuchOverload',
          `transformMapEntry() needs a map, this is ${withArticle(kindOf(entry))}`,
          loop.stepAt,
        );
      if (!frame.pay(frame.sizeOf(entry))) return frame.exhausted();
      for (const key of keysOf(entry, frame)) {
        const clash = insert(entries, key, valueAt(entry, key), loop.stepAt);
        if (clash !== undefined) return clash;
      }
      return undefined;
    });
    frame.cost += 1;
    return failure ?? new Dictionary(entries);
  };
}

function insert(
  entries: Map<Key, readonly [Value, Value]>,
  key: Value,
  value: Value,
  at: number,
): Failure | undefined {
  const own = keyOf(key);
  if (own === undefined)
    return new Failure('invalidKey', `${withArticle(kindOf(key))} cannot be the key of a map`, at);
  if (entries.has(own)) return new Failure('duplicateKey', 'two turns of the loop made the same key', at);
  entries.set(own, [key, value]);
  return undefined;
}
