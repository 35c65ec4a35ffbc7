/** Loops: all, exists, map, filter, … Each turn is charged as Kubernetes charges the fold it stands for. */
import { type Comprehension, type OptionalMapping } from '../syntax/expression.ts';
import { mentions } from '../syntax/mention.ts';
import { Failure, type Result } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { findKey, isMap, keysOf } from '../values/map.ts';
import { sorted } from '../library/lists.ts';
import { selfComparison } from '../library/cost.ts';
import { type Cost, fixedCost } from '../library/definition.ts';
import { type Key, type Value, Dictionary, Optional, isList, keyOf } from '../values/value.ts';
import { type Evaluate, type Frame } from './frame.ts';
import { notABool } from './logic.ts';
import { type Compiled, type Compiling, type Scope, dynamic } from './node.ts';

/** What one turn of a loop sees and does. */
interface Loop {
  readonly range: Evaluate;
  readonly at: number;
  /** Puts the loop variables of a turn into the frame. */
  readonly enter: (frame: Frame, items: Items, index: number) => void;
  readonly filter: Evaluate | undefined;
  readonly filterAt: number;
  readonly step: Evaluate;
  readonly stepAt: number;
  /** The slot of the first variable: element of a list, key of a map. */
  readonly slot: number;
  /** What building a one-element list of the step costs: nothing if it is constant. */
  readonly listCost: number;
}

/** What is looped over: the elements of a list, or the keys of a map with the map. */
interface Items {
  readonly values: readonly Value[];
  readonly source: Value;
}

function itemsOf(frame: Frame, value: Value, at: number): Items | Failure {
  if (isList(value)) return { values: value, source: value };
  if (isMap(value)) {
    if (value instanceof Dictionary && !frame.pay(value.entries.size)) return frame.exhausted();
    return {
      values: value instanceof Dictionary ? [...keysOf(value, frame)] : frame.keysOf(value),
      source: value,
    };
  }
  return new Failure(
    'not_iterable',
    `only lists and maps can be looped over, this is a ${kindOf(value)}`,
    at,
  );
}

/** Compiles a loop. */
export function compileComprehension(compiling: Compiling, node: Comprehension, scope: Scope): Compiled {
  const [name, other] = node.variables;
  const slot = compiling.local();
  const second = other === undefined ? undefined : compiling.local();
  const inner = new Map([
    ...scope,
    [name, slot],
    ...(other === undefined || second === undefined ? [] : [[other, second] as const]),
  ]);
  const step = compiling.compile(node.step, inner);
  const loop: Loop = {
    range: compiling.compile(node.range, scope).evaluate,
    at: node.range.at,
    enter: second === undefined ? enterOne(slot) : enterTwo(slot, second),
    filter: node.filter === undefined ? undefined : compiling.compile(node.filter, inner).evaluate,
    filterAt: node.filter?.at ?? node.at,
    step: step.evaluate,
    stepAt: node.step.at,
    slot,
    listCost: step.constant === undefined ? 10 : 0,
  };
  switch (node.form) {
    case 'all':
      return dynamic(quantifier(loop, false, 2));
    case 'exists':
      return dynamic(quantifier(loop, true, 3));
    case 'exists_one':
      return dynamic(existsOne(loop));
    case 'filter':
      return dynamic(filtering(loop));
    case 'map':
    case 'transformList':
      return dynamic(mapping(loop));
    case 'transformMap':
      return dynamic(transformMap(loop));
    case 'transformMapEntry':
      return dynamic(transformMapEntry(loop));
    case 'sortBy':
      return dynamic(sortBy(loop, node.at, sortCost(compiling, node)));
  }
}

const enterOne =
  (slot: number): Loop['enter'] =>
  (frame, items, index) => {
    frame.slots[slot] = items.values[index] ?? null;
  };

const enterTwo =
  (first: number, second: number): Loop['enter'] =>
  (frame, items, index) => {
    const value = items.values[index] ?? null;
    const isKey = isMap(items.source);
    frame.slots[first] = isKey ? value : index;
    frame.slots[second] = isKey && isMap(items.source) ? (findKey(items.source, value) ?? null) : value;
  };

/** Starts a loop: evaluates the range. */
function begin(loop: Loop, frame: Frame): Items | Failure {
  const range = loop.range(frame);
  return range instanceof Failure ? range : itemsOf(frame, range, loop.at);
}

/** all (decided by false) and exists (decided by true): the deciding value wins over failures of other turns. */
function quantifier(loop: Loop, deciding: boolean, turnCost: number): Evaluate {
  return (frame) => {
    const items = begin(loop, frame);
    if (items instanceof Failure) return items;
    let failure: Failure | undefined;
    const { length } = items.values;
    for (let index = 0; index < length; index += 1) {
      frame.cost += turnCost + 1;
      if (frame.overrun) return frame.exhausted();
      loop.enter(frame, items, index);
      const value = loop.step(frame);
      if (value === deciding) {
        frame.cost += index + 1 < length ? turnCost + 1 : 1;
        return deciding;
      }
      if (value === !deciding) continue;
      if (value instanceof Failure && value.fatal) return value;
      failure ??= value instanceof Failure ? value : notABool(value, loop.stepAt);
      // A failed turn costs more here than there: building the failure is work.
      if (!frame.pay(20)) return frame.exhausted();
    }
    frame.cost += 1;
    return failure ?? !deciding;
  };
}

/** Whether a turn counts; a failure if its condition is no bool. */
function admits(condition: Evaluate | undefined, frame: Frame, at: number): boolean | Failure {
  if (condition === undefined) return true;
  const value = condition(frame);
  if (typeof value === 'boolean') return value;
  return value instanceof Failure ? value : notABool(value, at);
}

/** Runs `visit` for every turn that the condition admits; answers the failure that ended the loop, if any. */
function turns(
  loop: Loop,
  frame: Frame,
  items: Items,
  visit: (index: number) => Failure | undefined,
): Failure | undefined {
  for (let index = 0; index < items.values.length; index += 1) {
    if (frame.overrun) return frame.exhausted();
    loop.enter(frame, items, index);
    const admitted = admits(loop.filter, frame, loop.filterAt);
    if (admitted instanceof Failure) return admitted;
    if (!admitted) continue;
    const failure = visit(index);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function existsOne(loop: Loop): Evaluate {
  return (frame) => {
    const items = begin(loop, frame);
    if (items instanceof Failure) return items;
    let count = 0;
    const failure = turns(loop, frame, items, () => {
      const value = admits(loop.step, frame, loop.stepAt);
      if (value instanceof Failure) return value;
      if (value) {
        count += 1;
        frame.cost += 2;
      }
      return undefined;
    });
    frame.cost += 2;
    return failure ?? count === 1;
  };
}

function filtering(loop: Loop): Evaluate {
  return (frame) => {
    const items = begin(loop, frame);
    if (items instanceof Failure) return items;
    const kept: Value[] = [];
    const failure = turns(loop, frame, items, (index) => {
      const value = admits(loop.step, frame, loop.stepAt);
      if (value instanceof Failure) return value;
      if (value) {
        kept.push(items.values[index] ?? null);
        frame.cost += 13;
      }
      return undefined;
    });
    frame.cost += 1;
    return failure ?? kept;
  };
}

function mapping(loop: Loop): Evaluate {
  return (frame) => {
    const items = begin(loop, frame);
    if (items instanceof Failure) return items;
    const mapped = collect(loop, frame, items);
    frame.cost += 1;
    return mapped;
  };
}

/** The step's value of every turn. */
function collect(loop: Loop, frame: Frame, items: Items): readonly Value[] | Failure {
  const values: Value[] = [];
  const failure = turns(loop, frame, items, () => {
    const value = loop.step(frame);
    if (value instanceof Failure) return value;
    values.push(value);
    frame.cost += 2 + loop.listCost;
    return undefined;
  });
  return failure ?? values;
}

function transformMap(loop: Loop): Evaluate {
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

function transformMapEntry(loop: Loop): Evaluate {
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
          'no_such_overload',
          `transformMapEntry() needs a map, this is a ${kindOf(entry)}`,
          loop.stepAt,
        );
      if (!frame.pay(frame.sizeOf(entry))) return frame.exhausted();
      for (const key of keysOf(entry, frame)) {
        const clash = insert(entries, key, findKey(entry, key) ?? null, loop.stepAt);
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
  if (own === undefined) return new Failure('invalid_key', `a ${kindOf(key)} cannot be the key of a map`, at);
  if (entries.has(own)) return new Failure('duplicate_key', 'two turns of the loop made the same key', at);
  entries.set(own, [key, value]);
  return undefined;
}

/** Kubernetes charges for sorting only where it knows at load what the keys are. */
function sortCost(compiling: Compiling, node: Comprehension): Cost {
  const meaning = compiling.checked.meaning(node);
  return meaning?.kind === 'call' && meaning.overloads.length === 1 ? selfComparison(1) : fixedCost;
}

function sortBy(loop: Loop, at: number, cost: Cost): Evaluate {
  return (frame) => {
    const range = loop.range(frame);
    if (range instanceof Failure) return range;
    if (!isList(range))
      return new Failure('no_such_overload', `only lists can be sorted, this is a ${kindOf(range)}`, at);
    const keys = collect(loop, frame, { values: range, source: range });
    if (keys instanceof Failure) return keys;
    frame.cost += 3;
    const result = sorted(range, keys, frame);
    frame.cost += cost(frame, range, keys, result);
    return result instanceof Failure ? result.located(at) : result;
  };
}

/** Compiles `target.optMap(x, body)` and `optFlatMap`; Kubernetes evaluates, and charges, the target twice where body reads it. */
export function compileOptionalMapping(compiling: Compiling, node: OptionalMapping, scope: Scope): Compiled {
  const slot = compiling.local();
  const target = compiling.compile(node.target, scope).evaluate;
  const body = compiling.compile(node.body, new Map([...scope, [node.variable, slot]])).evaluate;
  const twice = mentions(node.body, node.variable);
  return dynamic((frame): Result => {
    const before = frame.cost;
    const held = target(frame);
    if (held instanceof Failure) return held;
    const spent = frame.cost - before;
    frame.cost += 1;
    if (!(held instanceof Optional)) {
      return new Failure(
        'optional_expected',
        `an optional is needed here, this is a ${kindOf(held)}`,
        node.at,
      );
    }
    if (held.value === undefined) {
      frame.cost += 1;
      return held;
    }
    frame.slots[slot] = held.value;
    if (twice) frame.cost += spent + 1;
    const value = body(frame);
    if (value instanceof Failure || node.flat) return value;
    frame.cost += 1;
    return new Optional(value);
  });
}
