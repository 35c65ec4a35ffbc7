/** Loops: all, exists, map, filter, … Each turn is charged as Kubernetes charges the fold it stands for. */
import { withArticle } from '../values/wording.ts';
import { type Comprehension } from '../syntax/expression.ts';
import { Failure } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { isMap, valueAt } from '../values/map.ts';
import { sorted } from '../library/lists.ts';
import { selfComparison } from '../library/cost.ts';
import { type Cost, fixedCost } from '../library/definition.ts';
import { type Value, isList } from '../values/value.ts';
import { type Evaluate, type Frame } from './frame.ts';
import { notABool } from './logic.ts';
import { type Compiled, type Compiling, type Scope, dynamic } from './node.ts';
import { transformMap, transformMapEntry } from './transform.ts';
import { type Items, type Loop, admits, begin, turns } from './turns.ts';

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
    frame.slots[second] = isKey && isMap(items.source) ? valueAt(items.source, value) : value;
  };

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
      if (!frame.pay(80)) return frame.exhausted();
    }
    frame.cost += 1;
    return failure ?? !deciding;
  };
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
      return new Failure(
        'noSuchOverload',
        `only lists can be sorted, this is ${withArticle(kindOf(range))}`,
        at,
      );
    const keys = collect(loop, frame, { values: range, source: range });
    if (keys instanceof Failure) return keys;
    frame.cost += 3;
    frame.cost += cost.by === 'arguments' ? cost.of(frame, range, keys) : 1;
    if (frame.overrun) return frame.exhausted();
    const result = sorted(range, keys, frame);
    return result instanceof Failure ? result.located(at) : result;
  };
}
